/** The ROC curve of a score for class 1, and the area under it. */

import { checkPairs } from "./classification.js";

/** One point for each threshold, from (0, 0) to (1, 1). */
export interface RocCurve {
  /** False positive rate: of the labels 0, the share with score ≥ threshold. */
  fpr: number[];
  /** True positive rate: of the labels 1, the share with score ≥ threshold. */
  tpr: number[];
  /** Descending; the first is Infinity, where nothing counts as positive. */
  thresholds: number[];
}

/**
 * The curve that the rates draw while the threshold falls from score to score. Equal scores fall together, in one
 * point: their order in the lists changes nothing.
 * @param scores higher means more likely 1, for instance probabilities or logits of class 1
 * @param labels 0 or 1 each, and both must occur
 * @throws RangeError for a score that is not a number, another label, or labels of one class only
 * @see sklearn.metrics.roc_curve with drop_intermediate=False
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocCurve {
  checkPairs("rocCurve", scores, labels);
  const totals = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1)
      throw new RangeError(`rocCurve: label ${labels[i]} at ${i}, expected 0 or 1`);
    if (Number.isNaN(scores[i])) throw new RangeError(`rocCurve: the score at ${i} is NaN`);
    totals[labels[i]]++;
  }
  const [negatives, positives] = totals;
  if (negatives === 0 || positives === 0) {
    throw new RangeError(`rocCurve: needs labels of both classes, got only ${positives === 0 ? 0 : 1}`);
  }

  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const curve: RocCurve = { fpr: [0], tpr: [0], thresholds: [Number.POSITIVE_INFINITY] };
  const counts = [0, 0];
  for (const [rank, i] of order.entries()) {
    counts[labels[i]]++;
    if (scores[i] === scores[order[rank + 1]]) continue;
    curve.fpr.push(counts[0] / negatives);
    curve.tpr.push(counts[1] / positives);
    curve.thresholds.push(scores[i]);
  }
  return curve;
}

/**
 * The area under the curve, by trapezoids: the chance that a random 1 scores above a random 0, ties counting half.
 * @see sklearn.metrics.roc_auc_score
 */
export function auc({ fpr, tpr }: RocCurve): number {
  let area = 0;
  for (let i = 1; i < fpr.length; i++) area += ((fpr[i] - fpr[i - 1]) * (tpr[i] + tpr[i - 1])) / 2;
  return area;
}
