/** The figures that sum up a model: accuracy, top-3 and balanced accuracy, F1 and AUC, each with its interval. */

import { bootstrapInterval, type Interval } from "../metrics/bootstrap.js";
import { accuracy, classificationReport, f1 } from "../metrics/classification.js";
import { auc, rocCurve } from "../metrics/roc.js";
import { wilsonInterval } from "../metrics/wilson.js";
import type { Generator } from "../tensor/random.js";
import { percent } from "./format.js";
import type { Predictions } from "./predictions.js";

export type FigureName = "accuracy" | "top-3 accuracy" | "balanced accuracy" | "F1" | "macro F1" | "AUC";

interface Measure {
  name: FigureName;
  /** Of the photographs at these places of the order. */
  of: (sample: Int32Array) => number;
  /** The number as it is read. */
  show: (value: number) => string;
  /** Then a difference is told in percentage points. */
  inPercent?: boolean;
  /** It is the share of the photographs for which something holds. */
  isShare?: boolean;
}

export interface Figure extends Pick<Measure, "name" | "show"> {
  value: number;
  interval: Interval;
}

/** Of each figure, the difference between two models, and how far chance may have moved it. */
export interface FigureDifference extends Pick<Measure, "name" | "show" | "inPercent"> {
  first: Figure;
  second: Figure;
  /** Second minus first. */
  difference: number;
  interval: Interval;
}

const PERCENT = { show: (share: number) => percent(share), inPercent: true };

function fourDigits(value: number): string {
  return value.toFixed(4);
}

/** Reads values at the places of a sample, each time into the same memory: a bootstrap asks thousands of times. */
function reader(values: ArrayLike<number>, order: Int32Array): (sample: Int32Array) => Float64Array {
  const ordered = Float64Array.from(order, (i) => values[i]);
  const read = new Float64Array(order.length);
  return (sample) => {
    for (let i = 0; i < read.length; i++) read[i] = ordered[sample[i]];
    return read;
  };
}

/** The largest class has more than so many times the photographs of the smallest: accuracy is mostly the largest one's. */
const UNEVEN = 2;

/** Whether classes are so uneven that accuracy hides how the small ones fare. */
function areUneven({ classes, labels }: Predictions): boolean {
  const counts = new Array<number>(classes.length).fill(0);
  for (const label of labels) counts[label]++;
  const occurring = counts.filter((n) => n > 0);
  return Math.max(...occurring) > UNEVEN * Math.min(...occurring);
}

/** The mean recall of the classes that occur. */
function balancedAccuracy(calls: Float64Array, truth: Float64Array, classes: number): number {
  const occurring = classificationReport(calls, truth, classes).classes.filter(({ support }) => support > 0);
  return occurring.reduce((sum, { recall }) => sum + recall, 0) / occurring.length;
}

/**
 * Accuracy; of more than three classes, how often the right one is among the three likeliest; of uneven classes, the mean
 * over them; F1 (of class 1, or the mean over more than two); and, of two classes that both occur, AUC.
 */
function measuresOf(predictions: Predictions, order: Int32Array): Measure[] {
  const { classes, predicted, labels } = predictions;
  const two = classes.length === 2;
  const [calls, truth] = [reader(predicted, order), reader(labels, order)];
  const measures: Measure[] = [
    { name: "accuracy", ...PERCENT, isShare: true, of: (sample) => accuracy(calls(sample), truth(sample)) },
  ];
  if (classes.length > 3) {
    const within = reader(
      Array.from(labels, (_, i) => Number(predictions.rank(i) < 3)),
      order,
    );
    const share = (sample: Int32Array) => within(sample).reduce((sum, hit) => sum + hit, 0) / sample.length;
    measures.push({ name: "top-3 accuracy", ...PERCENT, isShare: true, of: share });
  }
  if (areUneven(predictions)) {
    const balanced = (sample: Int32Array) => balancedAccuracy(calls(sample), truth(sample), classes.length);
    measures.push({ name: "balanced accuracy", ...PERCENT, of: balanced });
  }
  measures.push({
    name: two ? "F1" : "macro F1",
    show: fourDigits,
    of: (sample) =>
      two
        ? f1(calls(sample), truth(sample))
        : classificationReport(calls(sample), truth(sample), classes.length).macroF1,
  });
  if (!predictions.canRank) return measures;
  const scores = reader(predictions.scores(1), order);
  const area = (sample: Int32Array) => {
    const drawn = truth(sample);
    // A sample may lack a class; it does not count then.
    return drawn.includes(0) && drawn.includes(1) ? auc(rocCurve(scores(sample), drawn)) : Number.NaN;
  };
  return [...measures, { name: "AUC", show: fourDigits, of: area }];
}

/** Photographs by falling score: a sample in their order is sorted already, and its curve is drawn much faster. */
function byScore(predictions: Predictions): Int32Array {
  const scores = predictions.scores(predictions.classes.length - 1);
  return Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
}

/** Every figure with its 95 % interval: Wilson's for a share, of bootstrap samples for the others. */
export function figuresOf(predictions: Predictions, generator: Generator): Figure[] {
  const order = byScore(predictions);
  const { length } = order;
  return measuresOf(predictions, order).map(({ name, of, show, isShare }) => {
    const value = of(Int32Array.from(order.keys()));
    const interval = isShare
      ? wilsonInterval(Math.round(value * length), length)
      : bootstrapInterval(length, of, { generator });
    return { name, show, value, interval };
  });
}

/**
 * The same of two models that were asked about the same photographs. The interval of a difference comes from measuring
 * both on the same samples: it is far narrower than the intervals of the two suggest.
 */
export function differencesOf(first: Predictions, second: Predictions, generator: Generator): FigureDifference[] {
  const order = byScore(first);
  const [before, after] = [first, second].map((predictions) => figuresOf(predictions, generator));
  const [ofFirst, ofSecond] = [first, second].map((predictions) => measuresOf(predictions, order));
  return ofFirst.map(({ name, show, inPercent, of }, i) => ({
    ...{ name, show, inPercent },
    first: before[i],
    second: after[i],
    difference: after[i].value - before[i].value,
    interval: bootstrapInterval(order.length, (sample) => ofSecond[i].of(sample) - of(sample), { generator }),
  }));
}
