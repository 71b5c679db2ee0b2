/** Losses: how far predictions are from what is wanted. */

import {
  checkArgument,
  checkOptions,
  type Kind,
  numbers,
  numberUpTo,
  type OptionKinds,
  oneOf,
  show,
} from "../tensor/arguments.js";
import { scope } from "../tensor/autograd.js";
import { indexSelect, reshape } from "../tensor/ops/movement.js";
import { add, div, mul, neg, softplus, sub } from "../tensor/ops/pointwise.js";
import { mean } from "../tensor/ops/reduce.js";
import { isLogSoftmax, logSoftmax } from "../tensor/ops/softmax.js";
import { sum } from "../tensor/ops/sum.js";
import { formatShape, ShapeError, sameShape } from "../tensor/shape.js";
import { aTensor, checkTensor, Tensor, wrap } from "../tensor/tensor.js";

/** "mean" over what counts, "sum", or "none": one loss for each example. */
export type Reduction = "mean" | "sum" | "none";

/** The class of each example: 0 … C − 1. */
export type Labels = Int32Array | readonly number[];

export interface ClassLossOptions {
  /** [C], how much an example of each class counts. Default: all 1. With "mean", the sum is divided by Σ weights. */
  weight?: ArrayLike<number>;
  /** Default "mean". */
  reduction?: Reduction;
}

const aReduction: Kind<Reduction> = oneOf("mean", "sum", "none");

const classKinds: OptionKinds<ClassLossOptions> = { weight: numbers, reduction: aReduction };

/** Classes are integers, and a tensor has none. */
export const someLabels: Kind<Labels> = {
  expected: "an Int32Array or a list of classes",
  accepts: (value): value is Labels => numbers.accepts(value),
  hint: (value) => (value instanceof Tensor ? "Int32Array.from(await labels.data()) has its numbers" : undefined),
};

function checkLabels(name: string, scores: Tensor, labels: Labels, weight: ArrayLike<number> | undefined): void {
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
function constant(x: Tensor, values: ArrayLike<number>): Tensor {
  return wrap([values.length], x.backend.upload(values), x.backend);
}

/** Losses [N] with weights that are already in them, reduced; `total` is what "mean" divides by. */
function reduced(losses: Tensor, total: number, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  return reduction === "sum" ? sum(losses) : div(sum(losses), total);
}

/** Σ over the examples of their classes' weights, and −weight · score of each example's class. */
function pick(scores: Tensor, labels: Labels, weight: ArrayLike<number> | undefined): [losses: Tensor, total: number] {
  const classes = scores.shape[1];
  const flat = Array.from(labels, (label, i) => i * classes + label);
  const picked = neg(indexSelect(reshape(scores, [-1]), 0, flat));
  if (!weight) return [picked, labels.length];
  const weights = Array.from(labels, (label) => weight[label]);
  return [mul(picked, constant(scores, weights)), weights.reduce((total, w) => total + w, 0)];
}

/** The logarithm of a probability is at most 0; so much may rounding make of it, or what was added before the logarithm. */
const ABOVE_ZERO = 1e-3;

/**
 * Internal: refuses what no logarithms of probabilities can be. NaN and infinity are left to whoever looks for those.
 * @param values [N, C], row by row
 * @throws RangeError naming the first example with such a number
 */
export function checkLogProbabilities(values: Float32Array, classes: number): void {
  const wrong = values.findIndex((value) => value > ABOVE_ZERO && value < Infinity);
  if (wrong === -1) return;
  throw new RangeError(
    `nllLoss: expected log-probabilities, which are at most 0; example ${Math.floor(wrong / classes)} has ` +
      `${values[wrong]}. Use crossEntropy for logits, or end the model in logSoftmax(x, 1)`,
  );
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

/**
 * Negative log-likelihood: −Σ w[label]·logProbabilities[i, label] / Σ w[label].
 * @param logProbabilities [N, C], from `logSoftmax`
 * @param labels N classes, 0 … C − 1
 * @throws ShapeError on a label that is no class, naming the example
 * @throws RangeError on numbers that are no log-probabilities, unless they are on a device that cannot be read at once
 * @see torch.nn.functional.nll_loss
 */
export function nllLoss(logProbabilities: Tensor, labels: Labels, options: ClassLossOptions = {}): Tensor {
  checkTensor("nllLoss", "logProbabilities", logProbabilities);
  const { shape, backend } = logProbabilities;
  const known = isLogSoftmax(logProbabilities, 1) || !backend.readSync;
  if (!known) checkLogProbabilities(logProbabilities.dataSync(), shape[shape.length - 1]);
  return pickLoss("nllLoss", logProbabilities, labels, options);
}

export interface CrossEntropyOptions extends ClassLossOptions {
  /** Part of each target that is spread evenly over all classes, 0 to 1. Default 0. */
  labelSmoothing?: number;
}

/** @throws Error when a loss that wants logits is given what `squash` has made of them */
function checkLogits(name: string, logits: Tensor, squash: string, instead: string): void {
  if (logits.node?.name === squash) {
    throw new Error(
      `${name}: expected logits, got the result of ${squash}: give it what ${squash} was given${instead}`,
    );
  }
}

const crossEntropyKinds: OptionKinds<CrossEntropyOptions> = { ...classKinds, labelSmoothing: numberUpTo(0, 1) };

/**
 * `nllLoss` of `logSoftmax(logits, 1)`. With label smoothing ε, each target is 1 − ε on its class plus ε / C on all.
 * @param logits [N, C]
 * @param labels N classes, 0 … C − 1
 * @see torch.nn.functional.cross_entropy
 * @throws ShapeError on a label that is no class, naming the example
 * @throws Error when the logits are probabilities, from `softmax`
 * @throws RangeError unless 0 ≤ labelSmoothing ≤ 1
 */
export function crossEntropy(logits: Tensor, labels: Labels, options: CrossEntropyOptions = {}): Tensor {
  checkOptions("crossEntropy", options, crossEntropyKinds);
  const { weight, reduction = "mean", labelSmoothing = 0 } = options;
  checkLabels("crossEntropy", logits, labels, weight);
  checkLogits("crossEntropy", logits, "softmax", ", or nllLoss the result of logSoftmax");
  return scope(() => {
    const scores = logSoftmax(logits, 1);
    const [losses, total] = pick(scores, labels, weight);
    if (labelSmoothing === 0) return reduced(losses, total, reduction);
    const spread = neg(sum(weight ? mul(scores, constant(scores, weight)) : scores, 1));
    const smoothed = add(mul(losses, 1 - labelSmoothing), mul(spread, labelSmoothing / scores.shape[1]));
    return reduced(smoothed, total, reduction);
  });
}

/**
 * Internal: what `fit` and `evaluate` take where no loss is given: `nllLoss` of what `logSoftmax` has made, `crossEntropy`
 * of anything else. Both are right for log-probabilities, which `logSoftmax` leaves as they are but for rounding.
 */
export function classLoss(output: Tensor, labels: Labels, options: ClassLossOptions = {}): Tensor {
  return (isLogSoftmax(output, 1) ? nllLoss : crossEntropy)(output, labels, options);
}

export interface LossOptions {
  /** Default "mean". */
  reduction?: Reduction;
}

const lossKinds: OptionKinds<LossOptions> = { reduction: aReduction };

function checkSameShape(name: string, a: Tensor, b: Tensor): void {
  checkTensor(name, "the prediction", a);
  checkTensor(name, "the target", b);
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError(`${name}: the shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} must agree`);
  }
}

function reducedElements(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  return reduction === "sum" ? sum(losses) : mean(losses);
}

/**
 * Squared error (input − target)².
 * @throws ShapeError unless both have the same shape
 */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("mseLoss", options, lossKinds);
  const { reduction = "mean" } = options;
  checkSameShape("mseLoss", input, target);
  return scope(() => {
    const difference = sub(input, target);
    return reducedElements(mul(difference, difference), reduction);
  });
}

export interface BceOptions extends LossOptions {
  /** Scales each element's loss; broadcasts. */
  weight?: Tensor;
  /** How much a positive target counts; broadcasts. */
  posWeight?: Tensor;
}

const bceKinds: OptionKinds<BceOptions> = { ...lossKinds, weight: aTensor, posWeight: aTensor };

/**
 * Binary cross-entropy of σ(logits), from the logits so that nothing overflows:
 * (1 − t)·x + (1 + (posWeight − 1)·t)·softplus(−x).
 * @param targets probabilities in the shape of `logits`
 * @throws Error when the logits are probabilities, from `sigmoid`
 * @see torch.nn.functional.binary_cross_entropy_with_logits
 */
export function bceWithLogits(logits: Tensor, targets: Tensor, options: BceOptions = {}): Tensor {
  checkOptions("bceWithLogits", options, bceKinds);
  const { weight, posWeight, reduction = "mean" } = options;
  checkSameShape("bceWithLogits", logits, targets);
  checkLogits("bceWithLogits", logits, "sigmoid", "");
  return scope(() => {
    const misses = softplus(neg(logits));
    const scaled = posWeight ? mul(add(mul(sub(posWeight, 1), targets), 1), misses) : misses;
    const losses = add(mul(sub(1, targets), logits), scaled);
    return reducedElements(weight ? mul(losses, weight) : losses, reduction);
  });
}
