/** l1Loss: absolute error. */

import { checkOptions } from "../../tensor/arguments.js";
import { sub } from "../../tensor/ops/pointwise/arithmetic.js";
import { abs } from "../../tensor/ops/pointwise/magnitude.js";
import { scope } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkSameShape, type LossOptions, lossKinds, reducedElements } from "./element-loss.js";

/**
 * Absolute error |input − target|.
 * @throws ShapeError unless both have the same shape
 */
export function l1Loss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("l1Loss", options, lossKinds);
  checkSameShape("l1Loss", input, target);
  return scope(() => reducedElements(abs(sub(input, target)), options.reduction ?? "mean"));
}
