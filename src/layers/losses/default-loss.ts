/** classLoss: the loss of a model whose training names none. */

import { isLogSoftmax } from "../../tensor/ops/softmax.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { ClassLossOptions, Labels } from "./class-loss.js";
import { crossEntropy } from "./cross-entropy.js";
import { nllLoss } from "./nll-loss.js";

/**
 * Internal: what `fit` and `evaluate` take where no loss is given: `nllLoss` of what `logSoftmax` has made, `crossEntropy`
 * of anything else. Both are right for log-probabilities, which `logSoftmax` leaves as they are but for rounding.
 */
export function classLoss(output: Tensor, labels: Labels, options: ClassLossOptions = {}): Tensor {
  return (isLogSoftmax(output, 1) ? nllLoss : crossEntropy)(output, labels, options);
}
