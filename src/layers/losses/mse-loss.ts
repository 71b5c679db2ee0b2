/** mseLoss: squared error. */

import { checkOptions } from "../../tensor/arguments.js";
import { mul, sub } from "../../tensor/ops/pointwise/arithmetic.js";
import { scope } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkSameShape, type LossOptions, lossKinds, reducedElements } from "./element-loss.js";

/**
 * Squared error (input − target)².
 * @throws ShapeError unless both have the same shape
 */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("mseLoss", options, lossKinds);
  const { reduction = "mean" } = options;
  checkSameShape("mseLoss", input, target);
  return scope(() => {
    const difference = sub(input, target);
    return reducedElements(mul(difference, difference), reduction);
  });
}
