/** sigmoidFocalLoss: binary cross-entropy that turns to what is not yet known. */

import { checkOptions, numberFrom, numberUpTo, type OptionKinds } from "../../tensor/arguments.js";
import { add, mul, sub } from "../../tensor/ops/pointwise/arithmetic.js";
import { pow } from "../../tensor/ops/pointwise/powers.js";
import { sigmoid } from "../../tensor/ops/pointwise/smooth-activations.js";
import { scope } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";
import { bceWithLogits } from "./bce-with-logits.js";
import { checkSameShape, type LossOptions, lossKinds, reducedElements } from "./element-loss.js";

export interface FocalOptions extends LossOptions {
  /** Weight of positive examples, 1 − alpha being that of negative ones. Default: none of both. */
  alpha?: number;
  /** How strongly what is known already is left out. Default 2. */
  gamma?: number;
}

const KINDS: OptionKinds<FocalOptions> = { ...lossKinds, alpha: numberUpTo(0, 1), gamma: numberFrom(0) };

/**
 * (1 − p)^gamma · `bceWithLogits`, p being the probability that the logits give to the target.
 * @param targets 0 and 1 in the shape of `logits`
 * @throws ShapeError unless both have the same shape
 * @see T.-Y. Lin et al., "Focal loss for dense object detection", ICCV 2017, arXiv:1708.02002;
 *   torchvision.ops.sigmoid_focal_loss
 */
export function sigmoidFocalLoss(logits: Tensor, targets: Tensor, options: FocalOptions = {}): Tensor {
  checkOptions("sigmoidFocalLoss", options, KINDS);
  const { alpha, gamma = 2, reduction = "mean" } = options;
  checkSameShape("sigmoidFocalLoss", logits, targets);
  return scope(() => {
    const probability = sigmoid(logits);
    // 1 − p of a positive target, p of a negative one.
    const unknown = add(mul(probability, sub(1, mul(targets, 2))), targets);
    const losses = mul(pow(unknown, gamma), bceWithLogits(logits, targets, { reduction: "none" }));
    if (alpha === undefined) return reducedElements(losses, reduction);
    const weights = add(mul(targets, 2 * alpha - 1), 1 - alpha);
    return reducedElements(mul(losses, weights), reduction);
  });
}
