/** indexSelect: slices picked by their numbers. */

import { checkArgument, type Kind, numbers, refuseMore } from "../../arguments.js";
import { record } from "../../autograd.js";
import { normalizeDim, ShapeError, sizeOf } from "../../shape.js";
import { show } from "../../show.js";
import { checkTensor, Tensor } from "../../tensor.js";

const someIndices: Kind<ArrayLike<number>> = {
  ...numbers,
  hint: (value) => (value instanceof Tensor ? "await its data() first" : undefined),
};

/**
 * Picks whole slices along `dim`: slice j of the result is slice indices[j] of x. Repeats are allowed; their gradients
 * add up.
 * @throws ShapeError when an index is out of range.
 */
export function indexSelect(x: Tensor, dim: number, indices: ArrayLike<number>, ...more: never[]): Tensor {
  refuseMore("indexSelect(x, dim, indices)", more);
  checkTensor("indexSelect", "x", x);
  checkArgument("indexSelect", "indices", indices, someIndices);
  const d = normalizeDim(dim, x.shape.length, "indexSelect");
  const n = x.shape[d];
  const chosen = Int32Array.from(indices);
  const wrong = Array.from(indices).findIndex((i) => !Number.isInteger(i) || i < 0 || i >= n);
  if (wrong !== -1) {
    throw new ShapeError(
      `indexSelect: index ${show(indices[wrong])} (at ${wrong}) is not one of axis ${d}'s 0 to ${n - 1}`,
    );
  }
  const geometry = { outer: sizeOf(x.shape.slice(0, d)), n, inner: sizeOf(x.shape.slice(d + 1)) };
  const shape = x.shape.map((size, axis) => (axis === d ? chosen.length : size));
  const storage = x.backend.indexSelect(x.storage, chosen, geometry);
  const gradients = (g: Tensor) => [() => x.backend.indexAdd(g.storage, chosen, geometry)];
  return record("indexSelect", [x], shape, storage, gradients, [], { dim: d, indices: chosen });
}
