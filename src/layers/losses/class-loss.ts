/** Losses of a score for each class: the labels, the weight of each class, and the score that a label picks. */

import { checkArgument, checkOptions, type Kind, numbers, type OptionKinds, show } from "../../tensor/arguments.js";
import { scope } from "../../tensor/autograd.js";
import { indexSelect } from "../../tensor/ops/movement/index-select.js";
import { reshape } from "../../tensor/ops/movement/reshape.js";
import { div, mul, neg } from "../../tensor/ops/pointwise/arithmetic.js";
import { sum } from "../../tensor/ops/sum.js";
import { formatShape, ShapeError } from "../../tensor/shape.js";
import { checkTensor, Tensor, wrap } from "../../tensor/tensor.js";
import { aReduction, type Reduction } from "./reduction.js";

/** The class of each example: 0 … C − 1. */
export type Labels = Int32Array | readonly number[];

export interface ClassLossOptions {
  /** [C], how much an example of each class counts. Default: all 1. With "mean", the sum is divided by Σ weights. */
  weight?: ArrayLike<number>;
  /** Default "mean". */
  reduction?: Reduction;
}

export const classKinds: OptionKinds<ClassLossOptions> = { weight: numbers, reduction: aReduction };

/** Classes are integers, and a tensor has none. */
export const someLabels: Kind<Labels> = {
  expected: "an Int32Array or a list of classes",
  accepts: (value): value is Labels => numbers.accepts(value),
  hint: (value) => (value instanceof Tensor ? "Int32Array.from(await labels.data()) has its numbers" : undefined),
};

export function checkLabels(name: string, scores: Tensor, labels: Labels, weight: ArrayLike<number> | undefined): void {
  checkTensor(name, "scores", scores);
  checkArgument(name, "labels", labels, someLabels);
  if (scores.shape.length !== 2) {
    throw new ShapeError(`${name}: expected scores [N, C], got ${formatShape(scores.shape)}`);
  }
  const [n, classes] = scores.shape;
  if (labels.length !== n) throw new ShapeError(`${name}: ${labels.length} labels for ${n} examples`);
  const wrong = Array.from(labels).findIndex((label) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (wrong !== -1) {
    throw new ShapeError(
      `${name}: label ${show(labels[wrong])} of example ${wrong} is not one of the classes 0 to ${classes - 1}`,
    );
  }
  if (weight && weight.length !== classes) {
    throw new ShapeError(`${name}: ${weight.length} class weights for ${classes} classes`);
  }
}

/** A constant on x's backend. */
export function constant(x: Tensor, values: ArrayLike<number>): Tensor {
  return wrap([values.length], x.backend.upload(values), x.backend);
}

/** Losses [N] with weights that are already in them, reduced; `total` is what "mean" divides by. */
export function reduced(losses: Tensor, total: number, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  return reduction === "sum" ? sum(losses) : div(sum(losses), total);
}

/** Σ over the examples of their classes' weights, and −weight · score of each example's class. */
export function pick(
  scores: Tensor,
  labels: Labels,
  weight: ArrayLike<number> | undefined,
): [losses: Tensor, total: number] {
  const classes = scores.shape[1];
  const flat = Array.from(labels, (label, i) => i * classes + label);
  const picked = neg(indexSelect(reshape(scores, [-1]), 0, flat));
  if (!weight) return [picked, labels.length];
  const weights = Array.from(labels, (label) => weight[label]);
  return [mul(picked, constant(scores, weights)), weights.reduce((total, w) => total + w, 0)];
}

/** Internal: `nllLoss` of any numbers: −Σ w[label]·scores[i, label] / Σ w[label]. */
export function pickLoss(name: string, scores: Tensor, labels: Labels, options: ClassLossOptions): Tensor {
  checkOptions(name, options, classKinds);
  const { weight, reduction = "mean" } = options;
  checkLabels(name, scores, labels, weight);
  return scope(() => {
    const [losses, total] = pick(scores, labels, weight);
    return reduced(losses, total, reduction);
  });
}
