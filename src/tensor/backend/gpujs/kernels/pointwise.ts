/** Pointwise kernels. The rules of the operations are compiled into them under the names below. */

import type { Kernel, Matrix } from "./kernel.js";
import { quotient } from "./math.js";

declare function unaryRule(x: number, a: number, b: number): number;
declare function gradRule(g: number, x: number, y: number, a: number, b: number): number;
declare function binaryRule(a: number, b: number): number;

export function unary(this: Kernel, x: Matrix, a: number, b: number): number {
  return unaryRule(x[this.thread.z * this.constants.height + this.thread.y][this.thread.x], a, b);
}

/** `saved` is x or y, whichever the rule reads. */
export function unaryGrad(this: Kernel, g: Matrix, saved: Matrix, a: number, b: number): number {
  const value = saved[this.thread.z * this.constants.height + this.thread.y][this.thread.x];
  return gradRule(g[this.thread.z * this.constants.height + this.thread.y][this.thread.x], value, value, a, b);
}

/** Both operands are laid out like the result. */
export function binary(this: Kernel, a: Matrix, b: Matrix): number {
  return binaryRule(
    a[this.thread.z * this.constants.height + this.thread.y][this.thread.x],
    b[this.thread.z * this.constants.height + this.thread.y][this.thread.x],
  );
}

/**
 * The row's index along each axis, the last axis first, leads to a row and a column of each operand; an axis that an
 * operand repeats has steps of 0.
 */
export function binaryBroadcast(
  this: Kernel<
    "axes" | "aRowStep" | "aColumnStep" | "bRowStep" | "bColumnStep",
    "sizes" | "aRows" | "aColumns" | "bRows" | "bColumns"
  >,
  a: Matrix,
  b: Matrix,
): number {
  let rest = this.thread.z * this.constants.height + this.thread.y;
  let aRow = this.thread.x * this.constants.aRowStep;
  let aColumn = this.thread.x * this.constants.aColumnStep;
  let bRow = this.thread.x * this.constants.bRowStep;
  let bColumn = this.thread.x * this.constants.bColumnStep;
  for (let d = 0; d < this.constants.axes; d++) {
    const n = this.constants.sizes[d];
    const outer = quotient(rest, n);
    const i = rest - outer * n;
    aRow += i * this.constants.aRows[d];
    aColumn += i * this.constants.aColumns[d];
    bRow += i * this.constants.bRows[d];
    bColumn += i * this.constants.bColumns[d];
    rest = outer;
  }
  return binaryRule(a[aRow][aColumn], b[bRow][bColumn]);
}
