/** nllLoss: negative log-likelihood, of log-probabilities. */

import { isLogSoftmax } from "../../tensor/ops/softmax.js";
import { checkTensor, type Tensor } from "../../tensor/tensor.js";
import { type ClassLossOptions, type Labels, pickLoss } from "./class-loss.js";
import { checkLogarithms } from "./log-probabilities.js";

/**
 * Internal: refuses what no logarithms of probabilities can be.
 * @param values [N, C], row by row
 * @throws RangeError naming the first example with such a number
 */
export function checkLogProbabilities(values: Float32Array, classes: number): void {
  checkLogarithms("nllLoss", values, classes, "Use crossEntropy for logits, or end the model in logSoftmax(x, 1)");
}

/** Operations whose results are no logarithms of probabilities, whatever they are given. */
const NEVER = ["matmul", "conv2d", "relu", "sigmoid", "softmax", "softplus", "exp"];

/** What can be told without a look at the numbers: a linear layer is a product with or without a bias. */
function checkOrigin({ node, origin }: Tensor): void {
  const biased = origin === "add" && node?.inputs[0].origin === "matmul";
  if (!biased && !NEVER.includes(origin)) return;
  throw new RangeError(
    `nllLoss: expected log-probabilities, got the result of ${biased ? "a linear layer" : origin}. ` +
      "Use crossEntropy for logits, or end the model in logSoftmax(x, 1)",
  );
}

/**
 * Negative log-likelihood: −Σ w[label]·logProbabilities[i, label] / Σ w[label].
 * @param logProbabilities [N, C], from `logSoftmax`
 * @param labels N classes, 0 … C − 1
 * @throws ShapeError on a label that is no class, naming the example
 * @throws RangeError on numbers that are no log-probabilities, unless they are on a device that cannot be read at once
 * @see torch.nn.functional.nll_loss
 */
export function nllLoss(logProbabilities: Tensor, labels: Labels, options: ClassLossOptions = {}): Tensor {
  checkTensor("nllLoss", "logProbabilities", logProbabilities);
  const { shape, backend } = logProbabilities;
  if (!isLogSoftmax(logProbabilities, 1)) {
    checkOrigin(logProbabilities);
    const values = backend.readSync?.(logProbabilities.storage);
    if (values) checkLogProbabilities(Float32Array.from(values), shape[shape.length - 1]);
  }
  return pickLoss("nllLoss", logProbabilities, labels, options);
}
