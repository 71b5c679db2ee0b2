/** crossEntropy: negative log-likelihood, of logits. */

import { checkOptions, numberUpTo, type OptionKinds } from "../../tensor/arguments.js";
import { add, mul, neg } from "../../tensor/ops/pointwise/arithmetic.js";
import { keepWhere } from "../../tensor/ops/pointwise/keep-where.js";
import { logSoftmax } from "../../tensor/ops/softmax.js";
import { sum } from "../../tensor/ops/sum.js";
import { scope } from "../../tensor/scope.js";
import { formatShape, ShapeError, sameShape } from "../../tensor/shape.js";
import { checkTensor, Tensor } from "../../tensor/tensor.js";
import {
  type ClassLossOptions,
  checkLabels,
  checkWeight,
  classKinds,
  constant,
  type Labels,
  pick,
  reduced,
} from "./class-loss.js";
import { checkLogits } from "./logits.js";
import { checkDistributions } from "./probabilities.js";

export interface CrossEntropyOptions extends ClassLossOptions {
  /** Part of each target that is spread evenly over all classes, 0 to 1. Default 0. */
  labelSmoothing?: number;
}

const crossEntropyKinds: OptionKinds<CrossEntropyOptions> = { ...classKinds, labelSmoothing: numberUpTo(0, 1) };

/** −Σ weight · target · score of each example, the targets being [N, C]. */
function softLosses(scores: Tensor, targets: Tensor, { weight, labelSmoothing = 0 }: CrossEntropyOptions): Tensor {
  const smooth =
    labelSmoothing === 0 ? targets : add(mul(targets, 1 - labelSmoothing), labelSmoothing / scores.shape[1]);
  return neg(sum(mul(weight ? mul(scores, constant(scores, weight)) : scores, smooth), 1));
}

/**
 * `nllLoss` of `logSoftmax(logits, 1)`. With label smoothing ε, each target is 1 − ε on its class plus ε / C on all.
 * @param logits [N, C]
 * @param labels N classes, 0 … C − 1; or a tensor [N, C], the probability of each class: then "mean" divides by N
 * @see torch.nn.functional.cross_entropy
 * @throws ShapeError on a label that is no class, naming the example
 * @throws ShapeError when there is but one class
 * @throws RangeError on probabilities of classes that are none, or do not add up to 1, unless they are on a device that
 *   cannot be read at once
 * @throws Error when the logits are probabilities, from `softmax` or `sigmoid`
 * @throws RangeError unless 0 ≤ labelSmoothing ≤ 1
 */
export function crossEntropy(logits: Tensor, labels: Labels | Tensor, options: CrossEntropyOptions = {}): Tensor {
  checkOptions("crossEntropy", options, crossEntropyKinds);
  const { weight, reduction = "mean", labelSmoothing = 0 } = options;
  checkTensor("crossEntropy", "logits", logits);
  checkLogits("crossEntropy", logits, "softmax", ", or nllLoss the result of logSoftmax");
  checkLogits("crossEntropy", logits, "sigmoid", "");
  if (logits.shape.length === 2 && logits.shape[1] === 1) {
    throw new ShapeError("crossEntropy: of one class it is 0 whatever the score; for yes or no there is bceWithLogits");
  }
  if (labels instanceof Tensor && labels.shape.length === 2) {
    if (!sameShape(labels.shape, logits.shape)) {
      const [probabilities, scores] = [labels, logits].map(({ shape }) => formatShape(shape));
      throw new ShapeError(`crossEntropy: probabilities of classes ${probabilities} for scores ${scores}`);
    }
    checkWeight("crossEntropy", logits.shape[1], weight);
    checkDistributions("crossEntropy", labels);
    return scope(() => reduced(softLosses(logSoftmax(logits, 1), labels, options), logits.shape[0], reduction));
  }
  checkLabels("crossEntropy", logits, labels as Labels, options);
  return scope(() => {
    const scores = logSoftmax(logits, 1);
    const { losses, total, counted } = pick(scores, labels as Labels, options);
    if (labelSmoothing === 0) return reduced(losses, total, reduction);
    const all = neg(sum(weight ? mul(scores, constant(scores, weight)) : scores, 1));
    const spread = counted ? keepWhere(all, counted) : all;
    const smoothed = add(mul(losses, 1 - labelSmoothing), mul(spread, labelSmoothing / scores.shape[1]));
    return reduced(smoothed, total, reduction);
  });
}
