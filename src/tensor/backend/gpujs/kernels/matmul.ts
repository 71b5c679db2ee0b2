/** The matrix product: one thread for a number of the result, or for a part of its sum. */

import type { Kernel, Matrix } from "./kernel.js";
import { quotient } from "./math.js";

/**
 * Row (part, batch, i), column j: Σ A[i, l] · B[l, j] over `chunk` values of l. A transposed operand swaps the steps
 * that i or j and l take through its rows and columns; an operand that serves the whole batch has a step of 0 from one
 * matrix to the next.
 */
export function matmul(
  this: Kernel<
    | "m"
    | "k"
    | "chunk"
    | "batch"
    | "aMatrix"
    | "aRowI"
    | "aRowL"
    | "aColumnI"
    | "aColumnL"
    | "bMatrix"
    | "bRowJ"
    | "bRowL"
    | "bColumnJ"
    | "bColumnL"
  >,
  a: Matrix,
  b: Matrix,
): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const matrix = quotient(row, this.constants.m);
  const i = row - matrix * this.constants.m;
  const part = quotient(matrix, this.constants.batch);
  const z = matrix - part * this.constants.batch;
  const start = part * this.constants.chunk;
  let sum = 0;
  for (let step = 0; step < this.constants.chunk; step++) {
    const l = start + step;
    if (l < this.constants.k) {
      sum +=
        a[z * this.constants.aMatrix + i * this.constants.aRowI + l * this.constants.aRowL][
          i * this.constants.aColumnI + l * this.constants.aColumnL
        ] *
        b[z * this.constants.bMatrix + this.thread.x * this.constants.bRowJ + l * this.constants.bRowL][
          this.thread.x * this.constants.bColumnJ + l * this.constants.bColumnL
        ];
    }
  }
  return sum;
}
