/** Losses of a score for each class: the labels, the weight of each class, and the score that a label picks. */

import {
  checkArgument,
  checkOptions,
  type Kind,
  numberFrom,
  numbers,
  numberThat,
  type OptionKinds,
} from "../../tensor/arguments.js";
import { indexSelect } from "../../tensor/ops/movement/index-select.js";
import { reshape } from "../../tensor/ops/movement/reshape.js";
import { add, div, mul, neg } from "../../tensor/ops/pointwise/arithmetic.js";
import { keepWhere } from "../../tensor/ops/pointwise/keep-where.js";
import { sum } from "../../tensor/ops/sum.js";
import { scope } from "../../tensor/scope.js";
import { formatShape, ShapeError } from "../../tensor/shape.js";
import { show } from "../../tensor/show.js";
import { checkTensor, Tensor, wrap } from "../../tensor/tensor.js";
import { aReduction, type Reduction } from "./reduction.js";

/** The class of each example: 0 … C − 1. */
export type Labels = Int32Array | readonly number[];

export interface ClassLossOptions {
  /** [C], how much an example of each class counts. Default: all 1. With "mean", the sum is divided by Σ weights. */
  weight?: ArrayLike<number>;
  /** A label that stands for none: such examples have loss 0, and count in no mean. Default −100. */
  ignoreIndex?: number;
  /** Default "mean". */
  reduction?: Reduction;
}

/** Stands for no class where nothing else is said to. */
export const IGNORED = -100;

const aWeight = numberFrom(0);

const anInteger = numberThat("an integer", Number.isSafeInteger);

export const classKinds: OptionKinds<ClassLossOptions> = {
  weight: numbers,
  ignoreIndex: anInteger,
  reduction: aReduction,
};

/** Classes are integers, and a tensor has none. */
export const someLabels: Kind<Labels> = {
  expected: "an Int32Array or a list of classes",
  accepts: (value): value is Labels => numbers.accepts(value),
  hint: (value) => {
    if (!(value instanceof Tensor)) return undefined;
    return value.shape.length === 2
      ? "crossEntropy takes probabilities of classes [N, C], as mixup makes them"
      : "Int32Array.from(await labels.data()) has its numbers";
  },
};

export function checkLabels(
  name: string,
  scores: Tensor,
  labels: Labels,
  { weight, ignoreIndex = IGNORED }: ClassLossOptions,
): void {
  checkTensor(name, "scores", scores);
  checkArgument(name, "labels", labels, someLabels);
  if (scores.shape.length !== 2) {
    throw new ShapeError(`${name}: expected scores [N, C], got ${formatShape(scores.shape)}`);
  }
  const [n, classes] = scores.shape;
  if (labels.length !== n) throw new ShapeError(`${name}: ${labels.length} labels for ${n} examples`);
  const wrong = Array.from(labels).findIndex(
    (label) => label !== ignoreIndex && (!Number.isInteger(label) || label < 0 || label >= classes),
  );
  if (wrong !== -1) {
    throw new ShapeError(
      `${name}: label ${show(labels[wrong])} of example ${wrong} is not one of the classes 0 to ${classes - 1}`,
    );
  }
  checkWeight(name, classes, weight);
}

/**
 * @throws ShapeError unless there is a weight for each class, or none at all
 * @throws RangeError on a weight below 0, or one that is not finite
 */
export function checkWeight(name: string, classes: number, weight: ArrayLike<number> | undefined): void {
  if (!weight) return;
  if (weight.length !== classes) throw new ShapeError(`${name}: ${weight.length} class weights for ${classes} classes`);
  for (let c = 0; c < classes; c++) checkArgument(name, `weight[${c}]`, weight[c], aWeight);
}

/** A constant on x's backend. */
export function constant(x: Tensor, values: ArrayLike<number>): Tensor {
  return wrap([values.length], x.backend.upload(values), x.backend);
}

/** Losses [N] with weights that are already in them, reduced; `total` is what "mean" divides by. */
export function reduced(losses: Tensor, total: number, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  if (reduction === "sum") return sum(losses);
  // The mean of none is NaN, and has no say in what is learned: as in PyTorch.
  return total === 0 ? add(mul(sum(losses), 0), Number.NaN) : div(sum(losses), total);
}

/** The score of each example's class, Σ over the examples of their classes' weights, and what each example counts. */
export interface Picked {
  /** [N], −weight · score. */
  readonly losses: Tensor;
  readonly total: number;
  /** [N], 0 for examples that are ignored and 1 for others; undefined where none is. */
  readonly counted?: Tensor;
}

export function pick(scores: Tensor, labels: Labels, { weight, ignoreIndex = IGNORED }: ClassLossOptions): Picked {
  const classes = scores.shape[1];
  const ignored = Array.from(labels, (label) => label === ignoreIndex);
  const flat = Array.from(labels, (label, i) => i * classes + (ignored[i] ? 0 : label));
  const picked = neg(indexSelect(reshape(scores, [-1]), 0, flat));
  const isPlain = !ignored.includes(true);
  if (!weight && isPlain) return { losses: picked, total: labels.length };
  const weights = Array.from(labels, (label, i) => (ignored[i] ? 0 : (weight?.[label] ?? 1)));
  const losses = weight ? mul(picked, constant(scores, weights)) : picked;
  const total = weights.reduce((total, w) => total + w, 0);
  if (isPlain) return { losses, total };
  const counted = constant(
    scores,
    Array.from(ignored, (is) => (is ? 0 : 1)),
  );
  return { losses: keepWhere(losses, counted), total, counted };
}

/** Internal: `nllLoss` of any numbers: −Σ w[label]·scores[i, label] / Σ w[label]. */
export function pickLoss(name: string, scores: Tensor, labels: Labels, options: ClassLossOptions): Tensor {
  checkOptions(name, options, classKinds);
  const { reduction = "mean" } = options;
  checkLabels(name, scores, labels, options);
  return scope(() => {
    const { losses, total } = pick(scores, labels, options);
    return reduced(losses, total, reduction);
  });
}
