/** bceWithLogits: binary cross-entropy, of logits. */

import { checkOptions, type OptionKinds } from "../../tensor/arguments.js";
import { add, mul, neg, sub } from "../../tensor/ops/pointwise/arithmetic.js";
import { softplus } from "../../tensor/ops/pointwise/smooth-activations.js";
import { scope } from "../../tensor/scope.js";
import { aTensor, type Tensor } from "../../tensor/tensor.js";
import { checkSameShape, type LossOptions, lossKinds, reducedElements } from "./element-loss.js";
import { checkLogits } from "./logits.js";
import { checkProbabilities } from "./probabilities.js";

export interface BceOptions extends LossOptions {
  /** Scales each element's loss; broadcasts. */
  weight?: Tensor;
  /** How much a positive target counts; broadcasts. */
  posWeight?: Tensor;
}

const bceKinds: OptionKinds<BceOptions> = { ...lossKinds, weight: aTensor, posWeight: aTensor };

/**
 * Binary cross-entropy of σ(logits), from the logits so that nothing overflows:
 * (1 − t)·x + (1 + (posWeight − 1)·t)·softplus(−x).
 * @param targets probabilities in the shape of `logits`
 * @throws Error when the logits are probabilities, from `sigmoid`
 * @throws RangeError on a target outside of 0 to 1, unless it is on a device that cannot be read at once
 * @see torch.nn.functional.binary_cross_entropy_with_logits
 */
export function bceWithLogits(logits: Tensor, targets: Tensor, options: BceOptions = {}): Tensor {
  checkOptions("bceWithLogits", options, bceKinds);
  const { weight, posWeight, reduction = "mean" } = options;
  checkSameShape("bceWithLogits", logits, targets);
  checkLogits("bceWithLogits", logits, "sigmoid", "");
  checkProbabilities("bceWithLogits", targets, "Classes of more than two are crossEntropy's");
  return scope(() => {
    const misses = softplus(neg(logits));
    const scaled = posWeight ? mul(add(mul(sub(posWeight, 1), targets), 1), misses) : misses;
    const losses = add(mul(sub(1, targets), logits), scaled);
    return reducedElements(weight ? mul(losses, weight) : losses, reduction);
  });
}
