/** Host side of the pointwise kernels: the rule that each is compiled with, and broadcasting. */

import { sizeOf } from "../../shape.js";
import type { Backend } from "../backend.js";
import { flat, linesOf } from "./grid.js";
import { binaryRules, gradRules, unaryRules } from "./kernels.generated.js";
import { by, type GpuRuntime, whole } from "./runtime.js";

export const pointwise = (rt: GpuRuntime): Pick<Backend, "unary" | "unaryGrad" | "binary"> => ({
  unary({ name }, x, a, b) {
    const rule = { name, text: unaryRules[name] };
    return rt.launch(x.size, { kernel: "unary", rule, operands: [whole(x)], numbers: [a, b], ...flat(x.size) });
  },

  unaryGrad({ name, saves }, g, x, y, a, b) {
    const rule = { name, text: gradRules[name] };
    const operands = [whole(g), whole(saves === "x" ? x : y)];
    return rt.launch(g.size, { kernel: "unaryGrad", rule, operands, numbers: [a, b], ...flat(g.size) });
  },

  binary({ name }, a, b, { shape, aStrides, bStrides }) {
    const size = sizeOf(shape);
    const rule = { name, text: binaryRules[name] };
    if (a.size === size && b.size === size) {
      return rt.launch(size, { kernel: "binary", rule, operands: [whole(a), whole(b)], ...flat(size) });
    }
    const { rows, columns, sizes, operands } = linesOf(shape, [aStrides, bStrides], [a.size, b.size]);
    const [left, right] = operands;
    return rt.launch(size, {
      kernel: "binaryBroadcast",
      rule,
      operands: [by(left.columns, a), by(right.columns, b)],
      constants: {
        axes: sizes.length,
        sizes,
        aRowStep: left.rowStep,
        aColumnStep: left.columnStep,
        aRows: left.rows,
        aColumns: left.columnSteps,
        bRowStep: right.rowStep,
        bColumnStep: right.columnStep,
        bRows: right.rows,
        bColumns: right.columnSteps,
      },
      rows,
      columns,
    });
  },
});
