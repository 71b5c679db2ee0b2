/** klDiv: Kullback-Leibler divergence. */

import { aBoolean, checkOptions, type Kind, type OptionKinds, oneOf } from "../../tensor/arguments.js";
import { div, mul, sub } from "../../tensor/ops/pointwise/arithmetic.js";
import { eq } from "../../tensor/ops/pointwise/comparisons.js";
import { exp, log } from "../../tensor/ops/pointwise/exponentials.js";
import { where } from "../../tensor/ops/pointwise/where.js";
import { sum } from "../../tensor/ops/sum.js";
import { scope } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkSameShape, reducedElements } from "./element-loss.js";
import { checkLogarithms } from "./log-probabilities.js";
import { checkProbabilities } from "./probabilities.js";
import type { Reduction } from "./reduction.js";

export interface KlDivOptions {
  /** "batchmean" divides the sum by N, and so is the divergence itself. Default "mean", over all elements. */
  reduction?: Reduction | "batchmean";
  /** The target is logarithms, too. Default false. */
  logTarget?: boolean;
}

const aReduction: Kind<Reduction | "batchmean"> = oneOf("mean", "sum", "none", "batchmean");

const KINDS: OptionKinds<KlDivOptions> = { reduction: aReduction, logTarget: aBoolean };

function checkLogs(what: string, { backend, storage, shape }: Tensor): void {
  const values = backend.readSync?.(storage) ?? [];
  checkLogarithms(`klDiv, ${what}`, values, values.length / (shape[0] ?? 1), "logSoftmax makes such of scores");
}

/**
 * target · (ln target − input): how far probabilities, whose logarithms are the input, are from the target's.
 * @param input log-probabilities, from `logSoftmax`
 * @param target probabilities in the same shape
 * @throws ShapeError unless both have the same shape
 * @throws RangeError on what is no probability, or no logarithm of one, unless it is on a device that cannot be read at once
 * @see torch.nn.functional.kl_div
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  checkOptions("klDiv", options, KINDS);
  const { reduction = "mean", logTarget = false } = options;
  checkSameShape("klDiv", input, target);
  checkLogs("input", input);
  if (logTarget) checkLogs("target", target);
  else checkProbabilities("klDiv", target, "softmax makes such of scores; logarithms of them need { logTarget: true }");
  return scope(() => {
    const probability = logTarget ? exp(target) : target;
    // 0 · ln 0 is 0.
    const logarithm = logTarget ? target : log(where(eq(target, 0), 1, target));
    const losses = mul(probability, sub(logarithm, input));
    return reduction === "batchmean" ? div(sum(losses), input.shape[0] ?? 1) : reducedElements(losses, reduction);
  });
}
