/** Top-k accuracy: how often the right class is among the likeliest ones. */

import { aCount, checkArgument, numbers, refuseMore, wholeFrom } from "../tensor/arguments.js";
import { show } from "../tensor/show.js";
import { checkNumbers } from "./classification.js";

/**
 * The share of examples whose class is among the k with the highest scores. Of equal scores, that of the lower class counts
 * as the higher.
 * @param scores [N, C], row by row: the data of `predict`'s outputs
 * @param labels what each example is
 * @param k how many classes may be named
 * @throws RangeError when there is nothing to measure, the scores are not as many for each label, or a label is no class
 * @see sklearn.metrics.top_k_accuracy_score
 */
export function topKAccuracy(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  k: number,
  ...more: never[]
): number {
  refuseMore("topKAccuracy(scores, labels, k)", more);
  checkArgument("topKAccuracy", "scores", scores, numbers);
  checkArgument("topKAccuracy", "labels", labels, numbers);
  checkArgument("topKAccuracy", "k", k, aCount);
  const classes = scores.length / labels.length;
  if (labels.length === 0) throw new RangeError("topKAccuracy: there is nothing to measure, the lists are empty");
  if (!Number.isInteger(classes)) {
    throw new RangeError(`topKAccuracy: ${scores.length} scores are not as many for each of ${labels.length} labels`);
  }
  checkNumbers("topKAccuracy", "score", scores);
  checkArgument("topKAccuracy", "k", k, wholeFrom(1, classes));
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(`topKAccuracy: label ${show(label)} at ${i} is none of the classes 0 to ${classes - 1}`);
    }
    const own = scores[i * classes + label];
    let above = 0;
    for (let c = 0; c < classes; c++) {
      const score = scores[i * classes + c];
      if (score > own || (score === own && c < label)) above++;
    }
    if (above < k) right++;
  }
  return right / labels.length;
}
