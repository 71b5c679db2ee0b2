/** Host side of the pointwise kernels, which are made from the rows of the ops' table and named after them. */

import { sizeOf } from "../../shape.js";
import type { Backend } from "../backend.js";
import { blocks } from "./items.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";
import { collapse, walkTable } from "./walk.js";

export const pointwise = (rt: Runtime): Pick<Backend, "unary" | "unaryGrad" | "binary"> => ({
  unary({ name }, x, a, b) {
    return rt.make(x.size, (out) => rt.run(name, blocks(x.size), [at(x), out, x.size, a, b]));
  },

  unaryGrad({ name, saves }, g, x, y, a, b) {
    const saved = at(saves === "x" ? x : y);
    return rt.make(g.size, (out) => rt.run(`${name}Grad`, blocks(g.size), [at(g), saved, out, g.size, a, b]));
  },

  binary({ name }, a, b, { shape, aStrides, bStrides }) {
    const size = sizeOf(shape);
    const table = walkTable(collapse(shape, aStrides, bStrides));
    return rt.make(size, (out) =>
      rt.withInts(table, (steps) => rt.run(`${name}Broadcast`, blocks(size), [at(a), at(b), out, size, steps])),
    );
  },
});
