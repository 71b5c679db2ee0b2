/** crossEntropy: negative log-likelihood, of logits. */

import { checkOptions, numberUpTo, type OptionKinds } from "../../tensor/arguments.js";
import { scope } from "../../tensor/autograd.js";
import { add, mul, neg } from "../../tensor/ops/pointwise/arithmetic.js";
import { logSoftmax } from "../../tensor/ops/softmax.js";
import { sum } from "../../tensor/ops/sum.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type ClassLossOptions, checkLabels, classKinds, constant, type Labels, pick, reduced } from "./class-loss.js";
import { checkLogits } from "./logits.js";

export interface CrossEntropyOptions extends ClassLossOptions {
  /** Part of each target that is spread evenly over all classes, 0 to 1. Default 0. */
  labelSmoothing?: number;
}

const crossEntropyKinds: OptionKinds<CrossEntropyOptions> = { ...classKinds, labelSmoothing: numberUpTo(0, 1) };

/**
 * `nllLoss` of `logSoftmax(logits, 1)`. With label smoothing ε, each target is 1 − ε on its class plus ε / C on all.
 * @param logits [N, C]
 * @param labels N classes, 0 … C − 1
 * @see torch.nn.functional.cross_entropy
 * @throws ShapeError on a label that is no class, naming the example
 * @throws Error when the logits are probabilities, from `softmax`
 * @throws RangeError unless 0 ≤ labelSmoothing ≤ 1
 */
export function crossEntropy(logits: Tensor, labels: Labels, options: CrossEntropyOptions = {}): Tensor {
  checkOptions("crossEntropy", options, crossEntropyKinds);
  const { weight, reduction = "mean", labelSmoothing = 0 } = options;
  checkLabels("crossEntropy", logits, labels, weight);
  checkLogits("crossEntropy", logits, "softmax", ", or nllLoss the result of logSoftmax");
  return scope(() => {
    const scores = logSoftmax(logits, 1);
    const [losses, total] = pick(scores, labels, weight);
    if (labelSmoothing === 0) return reduced(losses, total, reduction);
    const spread = neg(sum(weight ? mul(scores, constant(scores, weight)) : scores, 1));
    const smoothed = add(mul(losses, 1 - labelSmoothing), mul(spread, labelSmoothing / scores.shape[1]));
    return reduced(smoothed, total, reduction);
  });
}
