/**
 * Softmax along the middle axis of an [outer, n, inner] box. Sums of each line, found as in `reduce`, come first; then a
 * row of threads is one (outer, j), its columns are the inner axis: n rows share their lines, which are 1 `step` apart.
 * Where there is no inner axis, a row of threads may be one whole line: n is 1 then, and `step` 0.
 */

import type { Kernel, Matrix } from "./kernel.js";
import { expOf, logOf, quotient } from "./math.js";
import type { Steps } from "./reduce.js";

/** Σ exp(x − largest) of a line. */
export function expSum(this: Kernel<Steps>, x: Matrix, largest: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const top = largest[row][this.thread.x];
  let total = 0;
  for (let j = 0; j < this.constants.n; j++) {
    total += expOf(
      x[row * this.constants.rowStep + j * this.constants.nextRow][
        this.thread.x * this.constants.columnStep + j * this.constants.nextColumn
      ] - top,
    );
  }
  return total;
}

/** Σ g · y of a line. */
export function dotSum(this: Kernel<Steps>, g: Matrix, y: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  let total = 0;
  for (let j = 0; j < this.constants.n; j++) {
    total +=
      g[row * this.constants.rowStep + j * this.constants.nextRow][
        this.thread.x * this.constants.columnStep + j * this.constants.nextColumn
      ] *
      y[row * this.constants.rowStep + j * this.constants.nextRow][
        this.thread.x * this.constants.columnStep + j * this.constants.nextColumn
      ];
  }
  return total;
}

type Line = Kernel<"n" | "step">;

export function softmax(this: Line, x: Matrix, largest: Matrix, sum: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const outer = quotient(row, this.constants.n);
  return (
    expOf(x[row][this.thread.x] - largest[outer][this.thread.x * this.constants.step]) /
    sum[outer][this.thread.x * this.constants.step]
  );
}

export function logSoftmax(this: Line, x: Matrix, largest: Matrix, sum: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const outer = quotient(row, this.constants.n);
  return (
    x[row][this.thread.x] -
    largest[outer][this.thread.x * this.constants.step] -
    logOf(sum[outer][this.thread.x * this.constants.step])
  );
}

/** `sum` is Σ g · y of the line. */
export function softmaxGrad(this: Line, g: Matrix, y: Matrix, sum: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  return (
    y[row][this.thread.x] *
    (g[row][this.thread.x] - sum[quotient(row, this.constants.n)][this.thread.x * this.constants.step])
  );
}

/** `sum` is Σ g of the line. */
export function logSoftmaxGrad(this: Line, g: Matrix, y: Matrix, sum: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  return (
    g[row][this.thread.x] -
    expOf(y[row][this.thread.x]) * sum[quotient(row, this.constants.n)][this.thread.x * this.constants.step]
  );
}
