/** Whether probabilities mean what they say: reliability bins, expected calibration error, Brier score. */

import {
  aCount,
  aPlainObject,
  checkArgument,
  checkOptions,
  listOf,
  type OptionKinds,
  refuseMore,
} from "../tensor/arguments.js";
import { show } from "../tensor/show.js";
import { checkPairs } from "./classification.js";

/** The predictions whose probability lies in (from, to]; the first bin holds 0, too. */
export interface CalibrationBin {
  /** Its lower end, excluded. */
  from: number;
  /** Its upper end, included. */
  to: number;
  /** How many predictions there are in it. */
  count: number;
  /** What was predicted: the mean probability; NaN in an empty bin. */
  predicted: number;
  /** What happened: the share that is 1; NaN in an empty bin. */
  observed: number;
}

export interface CalibrationOptions {
  /** Of equal width. Default 10. */
  bins?: number;
}

const KINDS: OptionKinds<CalibrationOptions> = { bins: aCount };

/** @throws RangeError for what is no probability, or an outcome other than 0 and 1 */
function checkProbabilities(who: string, probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): void {
  checkPairs(who, probabilities, outcomes);
  for (let i = 0; i < outcomes.length; i++) {
    if (!(probabilities[i] >= 0 && probabilities[i] <= 1)) {
      throw new RangeError(`${who}: ${show(probabilities[i])} at ${i} is no probability`);
    }
    if (outcomes[i] !== 0 && outcomes[i] !== 1) {
      throw new RangeError(`${who}: outcome ${show(outcomes[i])} at ${i}, expected 0 or 1`);
    }
  }
}

/**
 * Probabilities beside what happened, bin by bin: where they are calibrated, `predicted` equals `observed`.
 * @param probabilities that an outcome is 1: of class 1 for two classes; of the predicted class, with "was it right?" as
 * the outcome, for more
 * @param outcomes 0 or 1 each
 * @returns all bins, the empty ones, too
 * @throws RangeError for what is no probability, another outcome, or a number of bins that is no positive integer
 * @see sklearn.calibration.calibration_curve, which leaves out empty bins
 */
export function calibrationCurve(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  options: CalibrationOptions = {},
): CalibrationBin[] {
  checkProbabilities("calibrationCurve", probabilities, outcomes);
  checkOptions("calibrationCurve", options, KINDS);
  const { bins = 10 } = options;
  const sums = Array.from({ length: bins }, () => ({ count: 0, predicted: 0, observed: 0 }));
  for (let i = 0; i < outcomes.length; i++) {
    const sum = sums[Math.max(0, Math.ceil(probabilities[i] * bins) - 1)];
    sum.count++;
    sum.predicted += probabilities[i];
    sum.observed += outcomes[i];
  }
  return sums.map(({ count, predicted, observed }, i) => {
    return { from: i / bins, to: (i + 1) / bins, count, predicted: predicted / count, observed: observed / count };
  });
}

/**
 * Σ count / n · |predicted − observed| over the bins: by how much probabilities are off, on average.
 * @param curve from `calibrationCurve`
 * @see C. Guo et al., "On calibration of modern neural networks", ICML 2017
 */
export function expectedCalibrationError(curve: readonly CalibrationBin[]): number {
  checkArgument("expectedCalibrationError", "curve", curve, listOf("a list of bins", aPlainObject));
  const filled = curve.filter(({ count }) => count > 0);
  const n = filled.reduce((sum, { count }) => sum + count, 0);
  return filled.reduce((sum, { count, predicted, observed }) => sum + (count / n) * Math.abs(predicted - observed), 0);
}

/**
 * Mean of (probability − outcome)²: 0 is perfect, 0.25 is what "one half" always gets.
 * @param probabilities that an outcome is 1
 * @param outcomes 0 or 1 each
 * @throws RangeError for what is no probability, or another outcome than 0 and 1
 * @see sklearn.metrics.brier_score_loss
 */
export function brierScore(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>, ...more: never[]): number {
  refuseMore("brierScore(probabilities, outcomes)", more);
  checkProbabilities("brierScore", probabilities, outcomes);
  let sum = 0;
  for (let i = 0; i < outcomes.length; i++) sum += (probabilities[i] - outcomes[i]) ** 2;
  return sum / outcomes.length;
}
