/** How often a classifier is right, and in which way it is wrong: accuracy, confusion matrix, precision, recall, F1. */

import { aCount, checkArgument, type Kind, numbers, refuseMore } from "../tensor/arguments.js";
import { show } from "../tensor/show.js";
import { Tensor } from "../tensor/tensor.js";

const someNumbers: Kind<ArrayLike<number>> = {
  ...numbers,
  hint: (value) => (value instanceof Tensor ? "await its data() first" : undefined),
};

/** @throws RangeError naming the first that is no number */
export function checkNumbers(who: string, what: string, values: ArrayLike<number>): void {
  const wrong = Array.from(values).findIndex((value) => typeof value !== "number" || Number.isNaN(value));
  if (wrong !== -1) throw new RangeError(`${who}: the ${what} at ${wrong} is ${show(values[wrong])}`);
}

/**
 * @param truths what the second list is called
 * @throws RangeError when there is nothing to compare, or not one truth for each value
 */
export function checkPairs(
  who: string,
  values: ArrayLike<number>,
  labels: ArrayLike<number>,
  truths: "labels" | "targets" = "labels",
): void {
  checkArgument(who, "the first list", values, someNumbers);
  checkArgument(who, truths, labels, someNumbers);
  if (values.length === 0) throw new RangeError(`${who}: there is nothing to measure, the lists are empty`);
  if (values.length !== labels.length) {
    throw new RangeError(`${who}: ${values.length} predictions for ${labels.length} ${truths}`);
  }
}

/**
 * The same for classes, which are whole numbers: scores would be equal to none.
 * @throws RangeError on a prediction or a label that is no class, too
 */
export function checkClasses(who: string, predictions: ArrayLike<number>, labels: ArrayLike<number>): void {
  checkPairs(who, predictions, labels);
  for (const [what, values] of Object.entries({ prediction: predictions, label: labels })) {
    const wrong = Array.from(values).findIndex((value) => !Number.isInteger(value));
    if (wrong === -1) continue;
    throw new RangeError(
      `${who}: the ${what} at ${wrong} is ${show(values[wrong])}, and classes are whole numbers; make classes of scores ` +
        "first, as by score > 0.5 ? 1 : 0",
    );
  }
}

/**
 * The share of predictions that equal their label.
 * @param predictions a class for each example
 * @param labels what each example is
 * @throws RangeError on a prediction or a label that is no class
 * @see sklearn.metrics.accuracy_score
 */
export function accuracy(predictions: ArrayLike<number>, labels: ArrayLike<number>, ...more: never[]): number {
  refuseMore("accuracy(predictions, labels)", more);
  checkClasses("accuracy", predictions, labels);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predictions[i] === labels[i]) right++;
  return right / labels.length;
}

/**
 * The share of predictions that differ from their label: 1 − accuracy.
 * @param predictions a class for each example
 * @param labels what each example is
 */
export function errorRate(predictions: ArrayLike<number>, labels: ArrayLike<number>, ...more: never[]): number {
  refuseMore("errorRate(predictions, labels)", more);
  return 1 - accuracy(predictions, labels);
}

/** @throws RangeError when a label or prediction is not one of the classes 0 … classes − 1 */
function checkKnown(who: string, predictions: ArrayLike<number>, labels: ArrayLike<number>, classes: number): void {
  checkPairs(who, predictions, labels);
  checkArgument(who, "classes", classes, aCount);
  for (let i = 0; i < labels.length; i++) {
    for (const value of [labels[i], predictions[i]]) {
      if (Number.isInteger(value) && value >= 0 && value < classes) continue;
      throw new RangeError(`${who}: ${show(value)} at ${i} is none of the classes 0 to ${classes - 1}`);
    }
  }
}

/**
 * Counts: `matrix[label][prediction]`.
 * @param predictions a class for each example
 * @param labels what each example is
 * @param classes how many there are
 * @throws RangeError when a label or prediction is not one of the classes 0 … classes − 1.
 * @see sklearn.metrics.confusion_matrix
 */
export function confusionMatrix(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes = 2,
  ...more: never[]
): number[][] {
  refuseMore("confusionMatrix(predictions, labels, classes)", more);
  checkKnown("confusionMatrix", predictions, labels, classes);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) matrix[labels[i]][predictions[i]]++;
  return matrix;
}

/** 0 where nothing was counted, as in scikit-learn. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/**
 * Of what was called 1, the share that is: TP / (TP + FP); 0 when nothing was called 1.
 * @param predictions a class for each example
 * @param labels what each example is
 * @see sklearn.metrics.precision_score
 */
export function precision(predictions: ArrayLike<number>, labels: ArrayLike<number>, ...more: never[]): number {
  refuseMore("precision(predictions, labels)", more);
  const [[, falsePositives], [, truePositives]] = confusionMatrix(predictions, labels);
  return ratio(truePositives, truePositives + falsePositives);
}

/**
 * Of what is 1, the share that was called so: TP / (TP + FN); 0 when nothing is 1.
 * @param predictions a class for each example
 * @param labels what each example is
 * @see sklearn.metrics.recall_score
 */
export function recall(predictions: ArrayLike<number>, labels: ArrayLike<number>, ...more: never[]): number {
  refuseMore("recall(predictions, labels)", more);
  const [, [falseNegatives, truePositives]] = confusionMatrix(predictions, labels);
  return ratio(truePositives, truePositives + falseNegatives);
}

/**
 * The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN); 0 when nothing is or was called 1.
 * @param predictions a class for each example
 * @param labels what each example is
 * @see sklearn.metrics.f1_score
 */
export function f1(predictions: ArrayLike<number>, labels: ArrayLike<number>, ...more: never[]): number {
  refuseMore("f1(predictions, labels)", more);
  const [[, falsePositives], [falseNegatives, truePositives]] = confusionMatrix(predictions, labels);
  return ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
}

/** How well one class is told from all others. */
export interface ClassScores {
  /** Of what was called so, the share that is. */
  precision: number;
  /** Of what is, the share that was called so. */
  recall: number;
  /** The harmonic mean of both. */
  f1: number;
  /** Number of labels. */
  support: number;
}

/** Every class by itself, and all of them in two numbers. */
export interface ClassificationReport {
  /** By class. */
  classes: ClassScores[];
  /** Mean over the classes, each counting the same. */
  macroF1: number;
  /** Mean over the classes, each counting as often as it occurs. */
  weightedF1: number;
}

/**
 * Precision, recall and F1 of every class, and F1 over all of them. What divides by 0 is 0.
 * @param predictions a class for each example
 * @param labels what each example is
 * @param classes how many there are
 * @throws RangeError when a label or prediction is not one of the classes 0 … classes − 1.
 * @see sklearn.metrics.classification_report, sklearn.metrics.f1_score with average="macro" and "weighted"
 */
export function classificationReport(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes = 2,
  ...more: never[]
): ClassificationReport {
  refuseMore("classificationReport(predictions, labels, classes)", more);
  checkKnown("classificationReport", predictions, labels, classes);
  // Three counts a class: a matrix of thousands of classes takes seconds, and a bootstrap asks a thousand times.
  const [hits, called, supports] = Array.from({ length: 3 }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    supports[labels[i]]++;
    called[predictions[i]]++;
    if (labels[i] === predictions[i]) hits[labels[i]]++;
  }
  const scores = supports.map((support, c) => ({
    precision: ratio(hits[c], called[c]),
    recall: ratio(hits[c], support),
    f1: ratio(2 * hits[c], called[c] + support),
    support,
  }));
  return {
    classes: scores,
    macroF1: scores.reduce((sum, { f1 }) => sum + f1, 0) / classes,
    weightedF1: scores.reduce((sum, { f1, support }) => sum + f1 * support, 0) / labels.length,
  };
}
