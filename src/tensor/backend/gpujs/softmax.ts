/** Host side of softmax: two reductions find out about each line, then every number has its own thread. */

import type { AxisGeometry, Backend } from "../backend.js";
import { type Grid, WIDEST } from "./grid.js";
import { boxOf, reduce } from "./reduce.js";
import { by, type GpuRuntime } from "./runtime.js";

/** A thread for each number of an [outer, n, inner] box, and how it finds its line. */
function numbersOf({ outer, n, inner }: AxisGeometry): Grid & { constants: Record<string, number> } {
  // Rows by lines where that is possible, for outer · n may be more than can be counted.
  if (inner === 1 && n <= WIDEST) return { rows: outer, columns: n, constants: { n: 1, step: 0 } };
  return { rows: outer * n, columns: inner, constants: { n, step: 1 } };
}

export const softmaxes = (rt: GpuRuntime): Pick<Backend, "softmax" | "softmaxGrad"> => ({
  softmax(x, geometry, log) {
    const { outer, inner } = geometry;
    if (x.size === 0) return rt.fill(0, 0);
    const { grid, columns, steps } = boxOf(geometry);
    const largest = reduce(rt)("max", x, geometry);
    const sum = rt.launch(outer * inner, {
      kernel: "expSum",
      operands: [by(columns, x), by(grid.columns, largest)],
      constants: steps,
      ...grid,
    });
    const numbers = numbersOf(geometry);
    const result = rt.launch(x.size, {
      kernel: log ? "logSoftmax" : "softmax",
      operands: [by(numbers.columns, x), by(inner, largest), by(inner, sum)],
      ...numbers,
    });
    rt.free(largest);
    rt.free(sum);
    return result;
  },

  softmaxGrad(g, y, geometry, log) {
    if (g.size === 0) return rt.fill(0, 0);
    const { grid, columns, steps } = boxOf(geometry);
    const sum = log
      ? reduce(rt)("sum", g, geometry)
      : rt.launch(geometry.outer * geometry.inner, {
          kernel: "dotSum",
          operands: [by(columns, g), by(columns, y)],
          constants: steps,
          ...grid,
        });
    const numbers = numbersOf(geometry);
    const result = rt.launch(g.size, {
      kernel: log ? "logSoftmaxGrad" : "softmaxGrad",
      operands: [by(numbers.columns, g), by(numbers.columns, y), by(geometry.inner, sum)],
      ...numbers,
    });
    rt.free(sum);
    return result;
  },
});
