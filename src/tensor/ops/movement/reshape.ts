/** The same numbers in another shape, without a copy: reshape, flatten. */

import { checkArgument, refuseMore } from "../../arguments.js";
import { recordShared } from "../../autograd.js";
import { aShape, formatShape, normalizeDim, type Shape, ShapeError, sizeOf } from "../../shape.js";
import { show } from "../../show.js";
import { checkTensor, type Tensor } from "../../tensor.js";

/**
 * The same numbers in another shape; shares storage. One size may be −1: it becomes whatever is left.
 * @throws ShapeError when the number of elements differs.
 */
export function reshape(x: Tensor, shape: Shape, ...more: never[]): Tensor {
  checkTensor("reshape", "x", x);
  checkArgument("reshape", "shape", shape, aShape);
  refuseMore("reshape(x, shape)", more);
  const known = sizeOf(shape.filter((n) => n !== -1));
  const target = shape.map((n) => (n === -1 ? x.size / known : n));
  const unknowns = shape.filter((n) => n === -1).length;
  if (unknowns > 1 || sizeOf(target) !== x.size || !target.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(`reshape: ${formatShape(x.shape)} (${x.size} elements) does not fit into ${show(shape)}`);
  }
  return recordShared("reshape", x, target, (g) => [() => reshape(g, x.shape)]);
}

/**
 * Joins the axes `startDim` … `endDim` into one; by default all but the first, as torch.nn.Flatten does.
 * @throws ShapeError when there are no such axes, or the last comes before the first
 */
export function flatten(x: Tensor, startDim = 1, endDim = -1, ...more: never[]): Tensor {
  refuseMore("flatten(x, startDim, endDim)", more);
  checkTensor("flatten", "x", x);
  const start = normalizeDim(startDim, x.shape.length, "flatten");
  const end = normalizeDim(endDim, x.shape.length, "flatten");
  if (start > end) throw new ShapeError(`flatten: startDim ${startDim} comes after endDim ${endDim}`);
  const joined = sizeOf(x.shape.slice(start, end + 1));
  return reshape(x, [...x.shape.slice(0, start), joined, ...x.shape.slice(end + 1)]);
}
