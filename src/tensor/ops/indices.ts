/** Indices that operations are given: whole numbers on the host, in lists or a typed array, with a shape of their own. */

import { ArgumentError, show } from "../arguments.js";
import { checkShape, formatShape, type Shape, ShapeError, sizeOf } from "../shape.js";
import { Tensor } from "../tensor.js";
import { flatValues } from "../values.js";

/** Whole numbers in lists nested to any depth, whose nesting is their shape; or a flat list or typed array. */
export type Indices = Int32Array | readonly number[] | readonly Indices[];

/**
 * Indices as a flat list, and their shape.
 * @param who is called, for messages: "gather"
 * @param shape of flat indices; by default what the nesting gives
 * @param below what each index is less than
 * @throws ArgumentError for a tensor, or what are no lists of numbers
 * @throws ShapeError when lists are ragged, an index is out of range, or there are not as many as the shape says
 */
export function readIndices(
  who: string,
  indices: Indices,
  shape: Shape | undefined,
  below: number,
): { flat: Int32Array; shape: Shape } {
  if (indices instanceof Tensor) {
    throw new ArgumentError(
      `${who}: indices must be whole numbers in lists or an Int32Array, got ${show(indices)}; await its data() first`,
    );
  }
  const { flat, shape: nesting } = flatValues(indices, who);
  const wrong = Array.from(flat).findIndex((i) => !Number.isInteger(i) || i < 0 || i >= below);
  if (wrong !== -1) {
    throw new ShapeError(`${who}: index ${show(flat[wrong])} (at ${wrong}) is not one of 0 to ${below - 1}`);
  }
  if (shape === undefined) return { flat: Int32Array.from(flat), shape: nesting };
  checkShape(shape, who);
  if (sizeOf(shape) !== flat.length) {
    throw new ShapeError(`${who}: ${flat.length} indices do not fill ${formatShape(shape)}`);
  }
  return { flat: Int32Array.from(flat), shape };
}
