/** Kernels that move numbers: each result asks where its number comes from. */

import type { Kernel, Matrix } from "./kernel.js";
import { quotient } from "./math.js";

/** Numbers that come from the host are copied into a storage of the device. */
export function copy(this: Kernel, x: Matrix): number {
  return x[this.thread.z * this.constants.height + this.thread.y][this.thread.x];
}

export function fill(this: Kernel, value: number): number {
  return value;
}

/** The row's index along each axis, the last axis first, leads to a row and a column of x. */
export function view(
  this: Kernel<"axes" | "firstRow" | "firstColumn" | "rowStep" | "columnStep", "sizes" | "rows" | "columns">,
  x: Matrix,
): number {
  let rest = this.thread.z * this.constants.height + this.thread.y;
  let row = this.constants.firstRow + this.thread.x * this.constants.rowStep;
  let column = this.constants.firstColumn + this.thread.x * this.constants.columnStep;
  for (let d = 0; d < this.constants.axes; d++) {
    const n = this.constants.sizes[d];
    const outer = quotient(rest, n);
    const i = rest - outer * n;
    row += i * this.constants.rows[d];
    column += i * this.constants.columns[d];
    rest = outer;
  }
  return x[row][column];
}

/**
 * As `view`, but along each axis only every `steps`-th place from `before` on holds a number of x; the rest is `value`.
 * The last axis is cut into pieces of `width` columns, of which the first of `sizes` counts the pieces.
 */
export function pad(
  this: Kernel<"axes" | "width", "sizes" | "before" | "steps" | "inSizes" | "rows" | "columns">,
  x: Matrix,
  value: number,
): number {
  let rest = this.thread.z * this.constants.height + this.thread.y;
  let place = this.thread.x;
  let row = 0;
  let column = 0;
  let inside = 1;
  for (let d = 0; d < this.constants.axes; d++) {
    const n = this.constants.sizes[d];
    const outer = quotient(rest, n);
    if (d === 0) {
      place += (rest - outer * n) * this.constants.width;
    } else {
      place = rest - outer * n;
    }
    const offset = place - this.constants.before[d];
    const i = quotient(Math.abs(offset), this.constants.steps[d]);
    if (offset < 0 || i * this.constants.steps[d] !== offset || i >= this.constants.inSizes[d]) {
      inside = 0;
    } else {
      row += i * this.constants.rows[d];
      column += i * this.constants.columns[d];
    }
    rest = outer;
  }
  if (inside === 0) return value;
  return x[row][column];
}

/** [outer, first, inner] and [outer, second, inner] joined along the middle axis. */
export function cat(this: Kernel<"first" | "second">, a: Matrix, b: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const outer = quotient(row, this.constants.first + this.constants.second);
  const i = row - outer * (this.constants.first + this.constants.second);
  if (i < this.constants.first) return a[outer * this.constants.first + i][this.thread.x];
  return b[outer * this.constants.second + i - this.constants.first][this.thread.x];
}

/** [outer, n, inner] at `count` places of the middle axis. */
export function indexSelect(this: Kernel<"n" | "count">, x: Matrix, indices: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const outer = quotient(row, this.constants.count);
  return x[outer * this.constants.n + indices[0][row - outer * this.constants.count]][this.thread.x];
}

/** A result collects every g that was selected from its place. */
export function indexAdd(this: Kernel<"n" | "count">, g: Matrix, indices: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const outer = quotient(row, this.constants.n);
  const place = row - outer * this.constants.n;
  let sum = 0;
  for (let j = 0; j < this.constants.count; j++) {
    if (indices[0][j] === place) sum += g[outer * this.constants.count + j][this.thread.x];
  }
  return sum;
}
