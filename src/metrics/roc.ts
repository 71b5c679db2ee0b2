/** The ROC curve of a score for class 1, and the area under it. */

import { aNumber, checkOptions, listOf, needed, type OptionKinds, refuseMore } from "../tensor/arguments.js";
import { fallingThreshold } from "./thresholds.js";

/** One point for each threshold, from (0, 0) to (1, 1). */
export interface RocCurve {
  /** False positive rate: of the labels 0, the share with score ≥ threshold. */
  fpr: number[];
  /** True positive rate: of the labels 1, the share with score ≥ threshold. */
  tpr: number[];
  /** Descending; the first is Infinity, where nothing counts as positive. */
  thresholds: number[];
}

const aList = needed<number[]>(listOf("a list of numbers", aNumber));

const KINDS: OptionKinds<RocCurve> = { fpr: aList, tpr: aList, thresholds: aList };

/**
 * The curve that the rates draw while the threshold falls from score to score; equal scores make one point.
 * @param scores higher means more likely 1, for instance probabilities or logits of class 1
 * @param labels 0 or 1 each, and both must occur
 * @throws RangeError for a score that is not a number, another label, or labels of one class only
 * @see sklearn.metrics.roc_curve with drop_intermediate=False
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>, ...more: never[]): RocCurve {
  refuseMore("rocCurve(scores, labels)", more);
  const steps = fallingThreshold("rocCurve", scores, labels);
  const { falsePositives: negatives, truePositives: positives } = steps[steps.length - 1];
  if (negatives === 0 || positives === 0) {
    throw new RangeError(`rocCurve: needs labels of both classes, got only ${positives === 0 ? 0 : 1}`);
  }
  return {
    fpr: [0, ...steps.map(({ falsePositives }) => falsePositives / negatives)],
    tpr: [0, ...steps.map(({ truePositives }) => truePositives / positives)],
    thresholds: [Number.POSITIVE_INFINITY, ...steps.map(({ threshold }) => threshold)],
  };
}

/**
 * The area under the curve, by trapezoids: the chance that a random 1 scores above a random 0, ties counting half.
 * @see sklearn.metrics.roc_auc_score
 */
export function auc(curve: RocCurve, ...more: never[]): number {
  refuseMore("auc(curve)", more);
  checkOptions("auc", curve, KINDS);
  const { fpr, tpr } = curve;
  let area = 0;
  for (let i = 1; i < fpr.length; i++) area += ((fpr[i] - fpr[i - 1]) * (tpr[i] + tpr[i - 1])) / 2;
  return area;
}
