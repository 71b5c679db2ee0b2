/** Pointwise operations: the ops' own rules, called element by element. */

import { sizeOf } from "../../shape.js";
import type { Backend } from "../backend.js";
import { type Make, values } from "./memory.js";
import { eachPosition } from "./positions.js";

export const pointwise = (make: Make): Pick<Backend, "unary" | "unaryGrad" | "binary" | "accumulate"> => ({
  unary(rule, xStorage, a, b) {
    const x = values(xStorage);
    return make(x.length, (out) => {
      for (let i = 0; i < out.length; i++) out[i] = rule.f(x[i], a, b);
    });
  },

  unaryGrad(rule, gStorage, xStorage, yStorage, a, b) {
    const [g, x, y] = [gStorage, xStorage, yStorage].map(values);
    return make(g.length, (out) => {
      for (let i = 0; i < out.length; i++) out[i] = rule.df(g[i], x[i], y[i], a, b);
    });
  },

  binary(rule, aStorage, bStorage, { shape, aStrides, bStrides }) {
    const [a, b] = [aStorage, bStorage].map(values);
    return make(sizeOf(shape), (out) => {
      let i = 0;
      eachPosition(shape, aStrides, 0, (at) => {
        out[i++] = a[at];
      });
      i = 0;
      eachPosition(shape, bStrides, 0, (at) => {
        out[i] = rule.f(out[i], b[at]);
        i++;
      });
    });
  },

  accumulate(yStorage, xStorage, alpha, beta) {
    const [y, x] = [yStorage, xStorage].map(values);
    for (let i = 0; i < y.length; i++) y[i] = (alpha === 0 ? 0 : alpha * y[i]) + beta * x[i];
  },
});
