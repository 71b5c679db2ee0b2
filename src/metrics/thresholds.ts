/** What becomes of predictions while the threshold moves that a score must reach to count as class 1. */

import { aNumber, checkArgument, type Kind, listOf } from "../tensor/arguments.js";
import { show } from "../tensor/show.js";
import { accuracy, checkPairs, f1, precision, recall } from "./classification.js";

/** Every score is above and below NaN at once, or neither. */
export const aThreshold: Kind<number> = {
  expected: "a number",
  accepts: (value): value is number => aNumber.accepts(value) && !Number.isNaN(value),
};

/** How many of each label are called 1 at a threshold. */
export interface ThresholdStep {
  readonly threshold: number;
  readonly falsePositives: number;
  readonly truePositives: number;
}

/** @throws RangeError for a score that is NaN, or a label other than 0 and 1 */
function checkScores(who: string, scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  checkPairs(who, scores, labels);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1)
      throw new RangeError(`${who}: label ${show(labels[i])} at ${i}, expected 0 or 1`);
    if (typeof scores[i] !== "number" || Number.isNaN(scores[i])) {
      throw new RangeError(`${who}: the score at ${i} is ${show(scores[i])}`);
    }
  }
}

/**
 * One step for each different score, from the highest to the lowest. Equal scores fall together, in one step: their
 * order in the lists changes nothing. The last step calls everything 1, so it counts the labels.
 * @throws RangeError for a score that is NaN, or a label other than 0 and 1
 */
export function fallingThreshold(
  who: string,
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): readonly ThresholdStep[] {
  checkScores(who, scores, labels);
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const steps: ThresholdStep[] = [];
  const counts = [0, 0];
  for (const [rank, i] of order.entries()) {
    counts[labels[i]]++;
    if (scores[i] === scores[order[rank + 1]]) continue;
    steps.push({ threshold: scores[i], falsePositives: counts[0], truePositives: counts[1] });
  }
  return steps;
}

/** How good the predictions are when a score of at least `threshold` counts as 1. */
export interface ThresholdRow {
  /** The least score that counts as 1. */
  threshold: number;
  /** Of what is called 1, the share that is. */
  precision: number;
  /** Of what is 1, the share that is called so. */
  recall: number;
  /** The harmonic mean of both. */
  f1: number;
  /** The share of right predictions. */
  accuracy: number;
}

/**
 * One row for each of the `thresholds`: a score that reaches it counts as class 1.
 * @param scores higher means more likely 1
 * @param labels 0 or 1 each
 * @throws RangeError for a score that is NaN, or another label
 * @throws ArgumentError for a threshold that is NaN
 */
export function thresholdTable(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  thresholds: readonly number[],
): ThresholdRow[] {
  checkScores("thresholdTable", scores, labels);
  checkArgument("thresholdTable", "thresholds", thresholds, listOf("a list of numbers", aThreshold));
  return thresholds.map((threshold) => {
    const predictions = Array.from(scores, (score) => (score >= threshold ? 1 : 0));
    return {
      threshold,
      precision: precision(predictions, labels),
      recall: recall(predictions, labels),
      f1: f1(predictions, labels),
      accuracy: accuracy(predictions, labels),
    };
  });
}
