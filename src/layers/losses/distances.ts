/** Losses of how near vectors are: cosineSimilarity, cosineEmbeddingLoss, tripletMarginLoss. */

import { aNumber, checkOptions, numberFrom, type OptionKinds } from "../../tensor/arguments.js";
import { numberAbove } from "../../tensor/kinds.js";
import { norm } from "../../tensor/ops/norm.js";
import { add, div, mul, sub } from "../../tensor/ops/pointwise/arithmetic.js";
import { maximum } from "../../tensor/ops/pointwise/comparisons.js";
import { gt } from "../../tensor/ops/pointwise/order.js";
import { sqrt, square } from "../../tensor/ops/pointwise/powers.js";
import { relu } from "../../tensor/ops/pointwise/rectifiers.js";
import { where } from "../../tensor/ops/pointwise/where.js";
import { sum } from "../../tensor/ops/sum.js";
import { scope } from "../../tensor/scope.js";
import { formatShape, normalizeDim, ShapeError } from "../../tensor/shape.js";
import { checkTensor, type Tensor } from "../../tensor/tensor.js";
import { checkSameShape, type LossOptions, lossKinds, reducedElements } from "./element-loss.js";

export interface CosineSimilarityOptions {
  /** The axis of the vectors. Default 1. */
  dim?: number;
  /** The least length that is divided by. Default 1e-8. */
  eps?: number;
}

const similarityKinds: OptionKinds<CosineSimilarityOptions> = { dim: aNumber, eps: numberFrom(0) };

/**
 * a · b / (‖a‖ · ‖b‖): the cosine of the angle between vectors.
 * @param a vectors along the axis `dim`
 * @param b as many
 * @throws ShapeError when there is no such axis, or the shapes differ
 */
export function cosineSimilarity(a: Tensor, b: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  checkOptions("cosineSimilarity", options, similarityKinds);
  const { dim = 1, eps = 1e-8 } = options;
  checkSameShape("cosineSimilarity", a, b);
  const d = normalizeDim(dim, a.shape.length, "cosineSimilarity");
  const length = (x: Tensor) => maximum(norm(x, 2, d), eps);
  return scope(() => div(sum(mul(a, b), d), mul(length(a), length(b))));
}

export interface CosineEmbeddingOptions extends LossOptions {
  /** How similar vectors may be that do not belong together. Default 0. */
  margin?: number;
}

const cosineKinds: OptionKinds<CosineEmbeddingOptions> = { ...lossKinds, margin: aNumber };

/** Added to squared lengths, as in PyTorch: vectors of zeros have a gradient then. */
const LEAST_SQUARE = 1e-12;

/**
 * 1 − cos(a, b) where the target is 1, max(0, cos(a, b) − margin) where it is −1.
 * @param a [N, D]
 * @param b [N, D]
 * @param target [N], 1 for what belongs together, −1 for what does not
 * @throws ShapeError when the shapes do not go together
 * @throws RangeError on any other target, unless they are on a device that cannot be read at once
 */
export function cosineEmbeddingLoss(
  a: Tensor,
  b: Tensor,
  target: Tensor,
  options: CosineEmbeddingOptions = {},
): Tensor {
  checkOptions("cosineEmbeddingLoss", options, cosineKinds);
  const { margin = 0, reduction = "mean" } = options;
  checkSameShape("cosineEmbeddingLoss", a, b);
  checkTensor("cosineEmbeddingLoss", "target", target);
  if (a.shape.length !== 2 || target.shape.length !== 1 || target.shape[0] !== a.shape[0]) {
    throw new ShapeError(
      `cosineEmbeddingLoss: expected vectors [N, D] and a target [N], got ${formatShape(a.shape)} and ${formatShape(target.shape)}`,
    );
  }
  const wrong = target.backend.readSync?.(target.storage).find((value) => value !== 1 && value !== -1);
  if (wrong !== undefined) {
    throw new RangeError(
      `cosineEmbeddingLoss: expected targets 1 (they belong together) and −1 (they do not), got ${wrong}` +
        (wrong === 0 ? "; of 0 and 1, sub(mul(target, 2), 1) makes −1 and 1" : ""),
    );
  }
  return scope(() => {
    const squaredLength = (x: Tensor) => add(sum(square(x), 1), LEAST_SQUARE);
    const cosine = div(sum(mul(a, b), 1), sqrt(mul(squaredLength(a), squaredLength(b))));
    return reducedElements(where(gt(target, 0), sub(1, cosine), relu(sub(cosine, margin))), reduction);
  });
}

export interface TripletMarginOptions extends LossOptions {
  /** How much farther the negative has to be. Default 1. */
  margin?: number;
  /** The exponent of the distance's norm. Default 2. */
  p?: number;
}

const tripletKinds: OptionKinds<TripletMarginOptions> = { ...lossKinds, margin: aNumber, p: numberAbove(0) };

/** Added to differences, as in PyTorch: distances of 0 have a gradient then, too. */
const EPS = 1e-6;

/**
 * max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin).
 * @param anchor [N, D]
 * @param positive [N, D], what belongs to it
 * @param negative [N, D], what does not
 * @throws ShapeError when the shapes differ
 * @see F. Schroff, D. Kalenichenko and J. Philbin, "FaceNet", CVPR 2015, arXiv:1503.03832
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor {
  checkOptions("tripletMarginLoss", options, tripletKinds);
  const { margin = 1, p = 2, reduction = "mean" } = options;
  checkSameShape("tripletMarginLoss", anchor, positive);
  checkSameShape("tripletMarginLoss", anchor, negative);
  const distance = (x: Tensor) => norm(add(sub(anchor, x), EPS), p, -1);
  return scope(() => reducedElements(relu(add(sub(distance(positive), distance(negative)), margin)), reduction));
}
