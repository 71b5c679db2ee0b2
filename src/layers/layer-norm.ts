/** Layer normalization: each example by its own moments, as a function and as the layer LayerNorm. */

import { aBoolean, checkArgument, checkOptions, type Kind, numberFrom, type OptionKinds } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { reshape } from "../tensor/ops/movement/reshape.js";
import { moments, normalize } from "../tensor/ops/normalize.js";
import { add, mul } from "../tensor/ops/pointwise/arithmetic.js";
import { scope } from "../tensor/scope.js";
import { checkShape, formatShape, type Shape, ShapeError, sameShape, sizeOf } from "../tensor/shape.js";
import { aTensor, checkTensor, type Parameter, type Tensor } from "../tensor/tensor.js";
import { constantParameter } from "./init.js";
import { Module } from "./module.js";

/** Which of the last axes are normalized together, by their sizes; a number stands for one of them. */
export type NormalizedShape = number | Shape;

const aNormalizedShape: Kind<NormalizedShape> = {
  expected: "the size of the last axis, or the sizes of the last axes",
  accepts: (value): value is NormalizedShape => typeof value === "number" || Array.isArray(value),
};

function sizesOf(who: string, normalizedShape: NormalizedShape): Shape {
  checkArgument(who, "normalizedShape", normalizedShape, aNormalizedShape);
  const sizes = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
  checkShape(sizes, `${who}: normalizedShape`);
  if (sizeOf(sizes) === 0 || sizes.length === 0) {
    throw new ShapeError(`${who}: normalizedShape ${formatShape(sizes)} has nothing to normalize`);
  }
  return sizes;
}

export interface LayerNormOptions {
  /** In the normalized shape, scale of each element. Default 1. */
  weight?: Tensor;
  /** In the normalized shape, shift of each element. Default 0. */
  bias?: Tensor;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

const KINDS: OptionKinds<LayerNormOptions> = { weight: aTensor, bias: aTensor, eps: numberFrom(0) };

/** Internal: (x − mean) / √(variance + eps) of each of `rows` runs of neighbours, in x's shape. */
export function normalizeRows(x: Tensor, rows: number, eps?: number): Tensor {
  const lines = reshape(x, [1, rows, rows === 0 ? 0 : x.size / rows]);
  return reshape(normalize(lines, moments(lines), { eps }), x.shape);
}

/**
 * y = (x − mean) / √(variance + eps) · weight + bias, mean and (biased) variance over the last axes, for each place of
 * the axes before them.
 * @param x [..., normalizedShape]
 * @param normalizedShape the sizes of the axes that are normalized together, or the size of the last one
 * @throws ShapeError when x does not end in these sizes, or a parameter has others
 * @see J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer normalization", 2016, arXiv:1607.06450
 */
export function layerNorm(x: Tensor, normalizedShape: NormalizedShape, options: LayerNormOptions = {}): Tensor {
  checkTensor("layerNorm", "x", x);
  checkOptions("layerNorm", options, KINDS);
  const sizes = sizesOf("layerNorm", normalizedShape);
  const { weight, bias, eps } = options;
  const outer = x.shape.length - sizes.length;
  if (!sameShape(x.shape.slice(outer), sizes)) {
    throw new ShapeError(
      `layerNorm: expected an input that ends in ${formatShape(sizes)}, got ${formatShape(x.shape)}`,
    );
  }
  for (const [name, parameter] of Object.entries({ weight, bias })) {
    if (parameter && !sameShape(parameter.shape, sizes)) {
      throw new ShapeError(
        `layerNorm: ${name} has shape ${formatShape(parameter.shape)}, expected ${formatShape(sizes)}`,
      );
    }
  }
  return scope(() => {
    const normalized = normalizeRows(x, sizeOf(x.shape.slice(0, outer)), eps);
    const scaled = weight ? mul(normalized, weight) : normalized;
    return bias ? add(scaled, bias) : scaled;
  });
}

export interface LayerNormLayerOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learn a scale and a shift of each element. Default true. */
  elementwiseAffine?: boolean;
}

const layerKinds: OptionKinds<LayerNormLayerOptions> = { eps: numberFrom(0), elementwiseAffine: aBoolean };

/** `layerNorm` with its parameters; see there for the formula. */
export class LayerNorm extends Module {
  /** In the normalized shape, scale of each element, at first 1; null where none is learned. */
  readonly weight: Parameter | null;
  /** In the normalized shape, shift of each element, at first 0; null where none is learned. */
  readonly bias: Parameter | null;
  readonly #sizes: Shape;
  readonly #eps: number;

  /**
   * @param normalizedShape the sizes of the axes that are normalized together, or the size of the last one
   * @throws ShapeError unless they are sizes
   */
  constructor(normalizedShape: NormalizedShape, options: LayerNormLayerOptions = {}) {
    super();
    checkOptions("LayerNorm", options, layerKinds);
    const { eps = 1e-5, elementwiseAffine = true } = options;
    this.#sizes = sizesOf("LayerNorm", normalizedShape);
    this.#eps = eps;
    this.weight = elementwiseAffine ? constantParameter(this.#sizes, 1) : null;
    this.bias = elementwiseAffine ? constantParameter(this.#sizes, 0) : null;
    this.guardParts();
  }

  /** @throws ShapeError when x does not end in this layer's sizes */
  forward(x: Tensor): Tensor {
    const { weight, bias } = this;
    return layerNorm(x, this.#sizes, { weight: weight ?? undefined, bias: bias ?? undefined, eps: this.#eps });
  }

  protected override describe(): string {
    return `${formatShape(this.#sizes)}, eps=${this.#eps}${this.weight ? "" : ", elementwiseAffine=false"}`;
  }
}

keepsNothing.add(LayerNorm.prototype.forward);
