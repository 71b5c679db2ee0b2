/** Examples that may have several labels: how well each label is told, and all of them together. */

import { aCount, checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { show } from "../tensor/show.js";
import {
  type ClassScores,
  checkNumbers,
  checkPairs,
  confusionMatrix,
  f1,
  precision,
  recall,
} from "./classification.js";
import { averagePrecision, precisionRecallCurve } from "./precision-recall.js";
import { aThreshold } from "./thresholds.js";

export interface MultilabelOptions {
  /** A score above it means that the label is there. Default 0, which is right for logits; for probabilities, ½. */
  threshold?: number;
}

const KINDS: OptionKinds<MultilabelOptions> = { threshold: aThreshold };

/** Every label by itself, and all of them in a few numbers. */
export interface MultilabelReport {
  /** By label. */
  labels: ClassScores[];
  /** F1 of all decisions together, whatever label they are about. */
  microF1: number;
  /** Mean over the labels, each counting the same. */
  macroF1: number;
  /** Share of wrong decisions: the Hamming loss. */
  hammingLoss: number;
  /** Mean over the labels of the average precision, which needs no threshold; of a label that nothing has, it is 0. */
  meanAveragePrecision: number;
}

/** Every `count`-th from `first` on. */
function column(values: ArrayLike<number>, first: number, count: number): number[] {
  return Array.from({ length: values.length / count }, (_, row) => values[row * count + first]);
}

/** @throws RangeError naming the first target that is neither 0 nor 1 */
function checkTargets(targets: ArrayLike<number>, labels: number): void {
  const wrong = Array.from(targets).findIndex((target) => target !== 0 && target !== 1);
  if (wrong === -1) return;
  throw new RangeError(
    `multilabelReport: the target ${show(targets[wrong])} of example ${Math.floor(wrong / labels)} and label ` +
      `${wrong % labels} is neither 0 nor 1`,
  );
}

/**
 * Precision, recall and F1 of every label, and of all of them. What divides by 0 is 0.
 * @param scores [N, labels], row by row: the data of `predict`'s outputs
 * @param targets likewise, each 0 or 1
 * @param labels how many there are
 * @throws RangeError when scores and targets are not of the same number, or a target is neither 0 nor 1
 * @see sklearn.metrics: f1_score with average=None, "micro" and "macro", hamming_loss, average_precision_score
 */
export function multilabelReport(
  scores: ArrayLike<number>,
  targets: ArrayLike<number>,
  labels: number,
  options: MultilabelOptions = {},
): MultilabelReport {
  checkPairs("multilabelReport", scores, targets, "targets");
  checkNumbers("multilabelReport", "score", scores);
  checkArgument("multilabelReport", "labels", labels, aCount);
  checkOptions("multilabelReport", options, KINDS);
  const { threshold = 0 } = options;
  if (targets.length % labels !== 0) {
    throw new RangeError(`multilabelReport: ${targets.length} targets are not ${labels} for each example`);
  }
  checkTargets(targets, labels);
  const called = Array.from(scores, (score) => Number(score > threshold));
  const own = Array.from({ length: labels }, (_, label) => {
    const [predictions, truths] = [column(called, label, labels), column(targets, label, labels)];
    const support = truths.reduce((sum, truth) => sum + truth, 0);
    return {
      scores: {
        precision: precision(predictions, truths),
        recall: recall(predictions, truths),
        f1: f1(predictions, truths),
        support,
      },
      ap: support === 0 ? 0 : averagePrecision(precisionRecallCurve(column(scores, label, labels), truths)),
    };
  });
  const [[, falsePositives], [falseNegatives]] = confusionMatrix(called, targets);
  const mean = (of: (label: (typeof own)[number]) => number) => own.reduce((sum, label) => sum + of(label), 0) / labels;
  return {
    labels: own.map((label) => label.scores),
    microF1: f1(called, targets),
    macroF1: mean((label) => label.scores.f1),
    hammingLoss: (falsePositives + falseNegatives) / targets.length,
    meanAveragePrecision: mean((label) => label.ap),
  };
}
