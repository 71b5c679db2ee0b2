/** What losses take for probabilities. Devices that cannot be read at once are not asked. */

import type { Tensor } from "../../tensor/tensor.js";

/** So much may rounding make of a probability beyond 0 and 1. */
const SLACK = 1e-3;

/** So far from 1 may rounding bring the sum of many. */
const SUM_SLACK = 1e-2;

/**
 * NaN is left to whoever looks for that.
 * @param advice what to do about it
 * @throws RangeError on a target that is no probability
 */
export function checkProbabilities(who: string, { backend, storage }: Tensor, advice: string): void {
  const wrong = backend.readSync?.(storage).find((target) => target < -SLACK || target > 1 + SLACK);
  if (wrong === undefined) return;
  throw new RangeError(`${who}: targets are probabilities, 0 to 1, and one is ${wrong}. ${advice}`);
}

/**
 * The same for the probabilities of classes, of which one holds.
 * @param targets [N, C]
 * @throws RangeError on a row that does not add up to 1, too
 */
export function checkDistributions(who: string, targets: Tensor): void {
  checkProbabilities(who, targets, "softmax(x, 1) makes such of scores");
  const classes = targets.shape[1];
  const values = Float32Array.from(targets.backend.readSync?.(targets.storage) ?? []);
  for (let start = 0; start < values.length; start += classes) {
    const sum = values.subarray(start, start + classes).reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) <= SUM_SLACK || Number.isNaN(sum)) continue;
    throw new RangeError(
      `${who}: the probabilities of example ${start / classes} add up to ${Number(sum.toFixed(4))}, not to 1. Where several ` +
        "classes may hold at once, take bceWithLogits; to let an example count less, weight",
    );
  }
}
