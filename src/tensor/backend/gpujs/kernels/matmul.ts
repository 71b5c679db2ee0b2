/** The matrix product: one thread for a number of the result, or for a part of its sum. */

import type { Kernel, Matrix } from "./kernel.js";
import { quotient } from "./math.js";

export type Product = "m" | "k" | "chunk" | "batch" | "transA" | "transB" | "aRows" | "bRows";

/**
 * Row (part, batch, i), column j: Σ A[i, l] · B[l, j] over `chunk` values of l. An operand that serves the whole batch
 * has 0 rows from one matrix to the next. Which of them is transposed is a constant, so compilers drop the other branch.
 */
export function matmul(this: Kernel<Product>, a: Matrix, b: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const matrix = quotient(row, this.constants.m);
  const i = row - matrix * this.constants.m;
  const part = quotient(matrix, this.constants.batch);
  const z = matrix - part * this.constants.batch;
  const start = part * this.constants.chunk;
  const aTop = z * this.constants.aRows;
  const bTop = z * this.constants.bRows;
  let sum = 0;
  for (let step = 0; step < this.constants.chunk; step++) {
    const l = start + step;
    if (l < this.constants.k) {
      let left = 0;
      let right = 0;
      if (this.constants.transA === 1) left = a[aTop + l][i];
      else left = a[aTop + i][l];
      if (this.constants.transB === 1) right = b[bTop + this.thread.x][l];
      else right = b[bTop + l][this.thread.x];
      sum += left * right;
    }
  }
  return sum;
}
