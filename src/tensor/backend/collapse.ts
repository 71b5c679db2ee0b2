/** Strided walks in as few axes as they need. */

import type { Shape } from "../shape.js";

export interface Walk {
  readonly shape: Shape;
  /** For each operand, the elements from one index to the next along each axis. */
  readonly strides: readonly (readonly number[])[];
}

/**
 * The same walk with axes of size 1 left out, and neighbouring axes made one where every operand steps through them as
 * if they were. At least one axis is left.
 */
export function collapse(shape: Shape, strides: readonly (readonly number[])[]): Walk {
  const sizes: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (const [d, size] of shape.entries()) {
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && strides.every((own, i) => steps[i][last] === own[d] * size)) {
      sizes[last] *= size;
      for (const [i, own] of strides.entries()) steps[i][last] = own[d];
    } else {
      sizes.push(size);
      for (const [i, own] of strides.entries()) steps[i].push(own[d]);
    }
  }
  return sizes.length > 0 ? { shape: sizes, strides: steps } : { shape: [1], strides: strides.map(() => [1]) };
}
