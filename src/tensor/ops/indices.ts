/** Indices that operations are given: whole numbers in lists, a typed array or a tensor, with a shape of their own. */

import { ArgumentError } from "../arguments.js";
import { checkShape, formatShape, type Shape, ShapeError, sizeOf } from "../shape.js";
import { show } from "../show.js";
import { Tensor } from "../tensor.js";
import { flatValues } from "../values.js";

/** Whole numbers in lists nested to any depth, whose nesting is their shape; or a flat list or typed array. */
export type Indices = Int32Array | readonly number[] | readonly Indices[];

/** @throws ArgumentError where the device cannot be read at once */
function numbersOf(who: string, indices: Tensor): { flat: ArrayLike<number>; shape: Shape } {
  const { backend, storage, shape } = indices;
  const flat = backend.readSync?.(storage);
  if (flat) return { flat, shape };
  throw new ArgumentError(
    `${who}: the indices ${show(indices)} are on ${backend.name}, which cannot be read at once: await their data(), and ` +
      "give them as an Int32Array",
  );
}

/**
 * Indices as a flat list on the host, and their shape.
 * @param who is called, for messages: "gather"
 * @param shape of flat indices; by default what the nesting gives
 * @param below what each index is less than
 * @throws ArgumentError for a tensor on a device that cannot be read at once, or what are no lists of numbers
 * @throws ShapeError when lists are ragged, an index is out of range, or there are not as many as the shape says
 */
export function readIndices(
  who: string,
  indices: Indices | Tensor,
  shape: Shape | undefined,
  below: number,
): { flat: Int32Array; shape: Shape } {
  const { flat, shape: nesting } = indices instanceof Tensor ? numbersOf(who, indices) : flatValues(indices, who);
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
