/**
 * Reductions along the middle axis of an [outer, n, inner] box. Result (row, column) is made of the n numbers
 * x[row · rowStep + j · nextRow][column · columnStep + j · nextColumn]: an inner axis lies along the columns, and where
 * there is none, the middle axis does. The first `full` results have n numbers, the one after them `left`.
 */

import type { Kernel, Matrix } from "./kernel.js";
import { isNaNOf, maxOf, minOf } from "./math.js";

/** The way along a line. */
export type Steps = "n" | "rowStep" | "nextRow" | "columnStep" | "nextColumn";
type Reduction = Kernel<Steps | "width" | "full" | "left">;

export function sum(this: Reduction, x: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const cell = row * this.constants.width + this.thread.x;
  let total = 0;
  for (let j = 0; j < this.constants.n; j++) {
    if (cell < this.constants.full || j < this.constants.left) {
      total +=
        x[row * this.constants.rowStep + j * this.constants.nextRow][
          this.thread.x * this.constants.columnStep + j * this.constants.nextColumn
        ];
    }
  }
  return total;
}

/** From the first number on, not from −∞, which GPU.js has no literal for. */
export function max(this: Reduction, x: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const cell = row * this.constants.width + this.thread.x;
  let largest = x[row * this.constants.rowStep][this.thread.x * this.constants.columnStep];
  for (let j = 1; j < this.constants.n; j++) {
    if (cell < this.constants.full || j < this.constants.left) {
      const value =
        x[row * this.constants.rowStep + j * this.constants.nextRow][
          this.thread.x * this.constants.columnStep + j * this.constants.nextColumn
        ];
      largest = maxOf(largest, value);
    }
  }
  return largest;
}

export function min(this: Reduction, x: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const cell = row * this.constants.width + this.thread.x;
  let smallest = x[row * this.constants.rowStep][this.thread.x * this.constants.columnStep];
  for (let j = 1; j < this.constants.n; j++) {
    if (cell < this.constants.full || j < this.constants.left) {
      const value =
        x[row * this.constants.rowStep + j * this.constants.nextRow][
          this.thread.x * this.constants.columnStep + j * this.constants.nextColumn
        ];
      smallest = minOf(smallest, value);
    }
  }
  return smallest;
}

/** Where the first largest number is; the first NaN counts as the largest. */
export function argMax(this: Kernel<Steps>, x: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  let best = 0;
  let largest = x[row * this.constants.rowStep][this.thread.x * this.constants.columnStep];
  for (let j = 1; j < this.constants.n; j++) {
    const value =
      x[row * this.constants.rowStep + j * this.constants.nextRow][
        this.thread.x * this.constants.columnStep + j * this.constants.nextColumn
      ];
    if (isNaNOf(largest) === 0) {
      if (value > largest || isNaNOf(value) > 0) {
        best = j;
        largest = value;
      }
    }
  }
  return best;
}
