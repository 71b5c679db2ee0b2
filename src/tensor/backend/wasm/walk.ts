/** Strided walks of two operands over one shape, in as few axes as they need; see the kernels' `Walk`. */

import type { Shape } from "../../shape.js";

export interface Walk {
  readonly shape: Shape;
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * The same walk with axes of size 1 left out, and neighbouring axes made one where both operands step through them
 * as if they were. At least one axis is left.
 */
export function collapse(shape: Shape, aStrides: readonly number[], bStrides: readonly number[]): Walk {
  const sizes: number[] = [];
  const a: number[] = [];
  const b: number[] = [];
  for (const [d, size] of shape.entries()) {
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && a[last] === aStrides[d] * size && b[last] === bStrides[d] * size) {
      sizes[last] *= size;
      a[last] = aStrides[d];
      b[last] = bStrides[d];
    } else {
      sizes.push(size);
      a.push(aStrides[d]);
      b.push(bStrides[d]);
    }
  }
  return sizes.length > 0 ? { shape: sizes, a, b } : { shape: [1], a: [1], b: [1] };
}

/** As the kernels read it. */
export function walkTable({ shape, a, b }: Walk): number[] {
  return [shape.length, ...shape, ...a, ...b];
}
