/** Positions in a strided array. */

import { type Shape, sizeOf } from "../../shape.js";

/** Calls `visit` with the position offset + Σ i_d · strides_d of each element of `shape`, in row-major order. */
export function eachPosition(
  shape: Shape,
  strides: readonly number[],
  offset: number,
  visit: (at: number) => void,
): void {
  const total = sizeOf(shape);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < total; i++) {
    visit(at);
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d];
      if (++index[d] < shape[d]) break;
      at -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}
