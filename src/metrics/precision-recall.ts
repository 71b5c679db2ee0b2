/** The precision-recall curve of a score for class 1, and the average precision along it. */

import { aNumber, checkOptions, listOf, needed, type OptionKinds, refuseMore } from "../tensor/arguments.js";
import { fallingThreshold } from "./thresholds.js";

/** One point for each threshold, from recall 0 (and precision 1, by convention) to recall 1. */
export interface PrecisionRecallCurve {
  /** Of what scores ≥ threshold, the share that is 1. */
  precision: number[];
  /** Of what is 1, the share that scores ≥ threshold. */
  recall: number[];
  /** Descending; the first is Infinity, where nothing counts as positive. */
  thresholds: number[];
}

const aList = needed<number[]>(listOf("a list of numbers", aNumber));

const KINDS: OptionKinds<PrecisionRecallCurve> = { precision: aList, recall: aList, thresholds: aList };

/**
 * The curve that precision and recall draw while the threshold falls from score to score; equal scores make one point.
 * @param scores higher means more likely 1
 * @param labels 0 or 1 each, at least one of them 1
 * @throws RangeError for a score that is not a number, another label, or no label 1
 * @see sklearn.metrics.precision_recall_curve, whose lists run the other way
 */
export function precisionRecallCurve(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  ...more: never[]
): PrecisionRecallCurve {
  refuseMore("precisionRecallCurve(scores, labels)", more);
  const steps = fallingThreshold("precisionRecallCurve", scores, labels);
  const positives = steps[steps.length - 1].truePositives;
  if (positives === 0) throw new RangeError("precisionRecallCurve: no label is 1");
  return {
    precision: [1, ...steps.map(({ falsePositives, truePositives: hits }) => hits / (hits + falsePositives))],
    recall: [0, ...steps.map(({ truePositives }) => truePositives / positives)],
    thresholds: [Number.POSITIVE_INFINITY, ...steps.map(({ threshold }) => threshold)],
  };
}

/**
 * Σ (recall_i − recall_{i − 1}) · precision_i: the area under the curve as steps, not interpolated.
 * @see sklearn.metrics.average_precision_score
 */
export function averagePrecision(curve: PrecisionRecallCurve, ...more: never[]): number {
  refuseMore("averagePrecision(curve)", more);
  checkOptions("averagePrecision", curve, KINDS);
  const { precision, recall } = curve;
  let area = 0;
  for (let i = 1; i < recall.length; i++) area += (recall[i] - recall[i - 1]) * precision[i];
  return area;
}
