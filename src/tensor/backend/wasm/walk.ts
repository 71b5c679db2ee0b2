/** Strided walks of two operands over one shape, in as few axes as they need; see the kernels' `Walk`. */

import type { Shape } from "../../shape.js";
import { collapse as collapseWalk } from "../collapse.js";

export interface Walk {
  readonly shape: Shape;
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** The same walk in as few axes as it needs. */
export function collapse(shape: Shape, aStrides: readonly number[], bStrides: readonly number[]): Walk {
  const { shape: sizes, strides } = collapseWalk(shape, [aStrides, bStrides]);
  return { shape: sizes, a: strides[0], b: strides[1] };
}

/** As the kernels read it. */
export function walkTable({ shape, a, b }: Walk): number[] {
  return [shape.length, ...shape, ...a, ...b];
}
