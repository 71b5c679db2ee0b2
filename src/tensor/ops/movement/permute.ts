/** The axes in another order: permute, transpose. */

import { checkArgument, type Kind, refuseMore } from "../../arguments.js";
import { record } from "../../autograd.js";
import { normalizeDim, ShapeError, stridesOf } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";

const anAxisList: Kind<readonly number[]> = {
  expected: "a list of axes",
  accepts: (value): value is readonly number[] => Array.isArray(value),
  hint: (value) => (typeof value === "number" ? `write all axes in brackets, as in [${value}, …]` : undefined),
};

/**
 * Reorders the axes: axis d of the result is axis dims[d] of x.
 * @throws ShapeError unless `dims` names every axis once.
 */
export function permute(x: Tensor, dims: readonly number[], ...more: never[]): Tensor {
  checkTensor("permute", "x", x);
  checkArgument("permute", "dims", dims, anAxisList);
  refuseMore("permute(x, dims)", more);
  const order = dims.map((d) => normalizeDim(d, x.shape.length, "permute"));
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new ShapeError(`permute: [${dims.join(", ")}] does not name each of the ${x.shape.length} axes once`);
  }
  const strides = stridesOf(x.shape);
  const shape = order.map((d) => x.shape[d]);
  const storage = x.backend.view(x.storage, { shape, strides: order.map((d) => strides[d]), offset: 0 });
  const inverse = order.map((_, d) => order.indexOf(d));
  return record("permute", [x], shape, storage, (g) => [() => permute(g, inverse)], [], { dims: order });
}

/**
 * Swaps the axes `dim0` and `dim1`. Copies: tensors are always contiguous.
 * @throws ShapeError when there are no such axes
 */
export function transpose(x: Tensor, dim0: number, dim1: number, ...more: never[]): Tensor {
  refuseMore("transpose(x, dim0, dim1)", more);
  checkTensor("transpose", "x", x);
  const d0 = normalizeDim(dim0, x.shape.length, "transpose");
  const d1 = normalizeDim(dim1, x.shape.length, "transpose");
  const order = x.shape.map((_, d) => (d === d0 ? d1 : d === d1 ? d0 : d));
  return permute(x, order);
}
