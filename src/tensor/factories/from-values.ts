/** tensor: from numbers, or lists of numbers nested to any depth. */

import { checkOptions } from "../arguments.js";
import { currentBackend } from "../backend/current-backend.js";
import { checkShape, formatShape, type Shape, ShapeError, sizeOf } from "../shape.js";
import { type Tensor, wrap } from "../tensor.js";
import { flatValues, type TensorValues } from "../values.js";
import { type TensorOptions, tensorKinds } from "./options.js";

/**
 * A tensor of the given `values`. Without `shape`, the nesting of the lists gives it.
 * @throws ArgumentError where a value is no number
 * @throws ShapeError when the lists are ragged, or the numbers do not fill `shape`.
 */
export function tensor(values: TensorValues, shape?: Shape, options: TensorOptions = {}): Tensor {
  const { flat, shape: nested } = flatValues(values);
  const target = shape ?? nested;
  checkShape(target, "tensor");
  checkOptions("tensor", options, tensorKinds);
  if (sizeOf(target) !== flat.length) {
    throw new ShapeError(
      `tensor: ${flat.length} values do not fill shape ${formatShape(target)} (${sizeOf(target)} elements)`,
    );
  }
  const backend = currentBackend();
  return wrap(target, backend.upload(flat), backend, { origin: "tensor", ...options });
}
