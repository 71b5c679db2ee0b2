/** Group normalization: groups of an example's channels by their own moments; each channel alone is instance norm. */

import { aBoolean, aCount, checkArgument, checkOptions, numberFrom, type OptionKinds } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { reshape } from "../tensor/ops/movement/reshape.js";
import { channelGeometry } from "../tensor/ops/normalize.js";
import { add, mul } from "../tensor/ops/pointwise/arithmetic.js";
import { scope } from "../tensor/scope.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { aTensor, checkTensor, type Parameter, type Tensor } from "../tensor/tensor.js";
import { constantParameter } from "./init.js";
import { normalizeRows } from "./layer-norm.js";
import { Module } from "./module.js";

export interface GroupNormOptions {
  /** [C], scale of each channel. Default 1. */
  weight?: Tensor;
  /** [C], shift of each channel. Default 0. */
  bias?: Tensor;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

const KINDS: OptionKinds<GroupNormOptions> = { weight: aTensor, bias: aTensor, eps: numberFrom(0) };

/** Normalizes runs of channels of each example; `groups` of 0 stands for each channel by itself. */
function inGroups(name: string, x: Tensor, groups: number, { weight, bias, eps }: GroupNormOptions): Tensor {
  const { n, c } = channelGeometry(name, x, { ...(weight && { weight }), ...(bias && { bias }) });
  const count = groups || c;
  if (c % count !== 0) {
    throw new ShapeError(`${name}: ${count} groups do not divide the ${c} channels of ${formatShape(x.shape)}`);
  }
  const perChannel = [c, ...x.shape.slice(2).map(() => 1)];
  return scope(() => {
    const normalized = normalizeRows(x, n * count, eps);
    const scaled = weight ? mul(normalized, reshape(weight, perChannel)) : normalized;
    return bias ? add(scaled, reshape(bias, perChannel)) : scaled;
  });
}

/**
 * y = (x − mean) / √(variance + eps) · weight + bias, mean and (biased) variance over each group of C / numGroups
 * neighbouring channels of each example.
 * @param x [N, C, …]
 * @param numGroups how many groups; it divides C
 * @throws ShapeError when it does not, or a parameter has another number of channels
 * @see Y. Wu and K. He, "Group normalization", ECCV 2018, arXiv:1803.08494
 */
export function groupNorm(x: Tensor, numGroups: number, options: GroupNormOptions = {}): Tensor {
  checkArgument("groupNorm", "numGroups", numGroups, aCount);
  checkOptions("groupNorm", options, KINDS);
  return inGroups("groupNorm", x, numGroups, options);
}

/**
 * `groupNorm` with a group for each channel, whatever the mode.
 * @param x [N, C, …]
 * @throws ShapeError when a parameter has another number of channels
 * @see D. Ulyanov, A. Vedaldi and V. Lempitsky, "Instance normalization", 2016, arXiv:1607.08022
 */
export function instanceNorm(x: Tensor, options: GroupNormOptions = {}): Tensor {
  checkOptions("instanceNorm", options, KINDS);
  return inGroups("instanceNorm", x, 0, options);
}

export interface GroupNormLayerOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learn a scale and a shift of each channel. Default true; false for InstanceNorm2d. */
  affine?: boolean;
}

const layerKinds: OptionKinds<GroupNormLayerOptions> = { eps: numberFrom(0), affine: aBoolean };

/** `groupNorm` with its parameters; see there for the formula. */
export class GroupNorm extends Module {
  /** [C], scale of each channel, at first 1; null where none is learned. */
  readonly weight: Parameter | null;
  /** [C], shift of each channel, at first 0; null where none is learned. */
  readonly bias: Parameter | null;
  readonly #groups: number;
  readonly #channels: number;
  readonly #eps: number;

  /**
   * @param numGroups how many groups
   * @param numChannels C
   * @throws RangeError unless both are positive integers
   * @throws ShapeError unless the groups divide the channels
   */
  constructor(numGroups: number, numChannels: number, options: GroupNormLayerOptions = {}) {
    super();
    checkArgument("GroupNorm", "numGroups", numGroups, aCount);
    checkArgument("GroupNorm", "numChannels", numChannels, aCount);
    checkOptions("GroupNorm", options, layerKinds);
    const { eps = 1e-5, affine = true } = options;
    if (numChannels % numGroups !== 0) {
      throw new ShapeError(`GroupNorm: ${numGroups} groups do not divide ${numChannels} channels`);
    }
    this.#groups = numGroups;
    this.#channels = numChannels;
    this.#eps = eps;
    this.weight = affine ? constantParameter([numChannels], 1) : null;
    this.bias = affine ? constantParameter([numChannels], 0) : null;
    this.guardParts();
  }

  /** @throws ShapeError when x is not [N, C, …] with this layer's C */
  forward(x: Tensor): Tensor {
    checkTensor("GroupNorm", "x", x);
    checkChannels("GroupNorm", x, this.#channels);
    const { weight, bias } = this;
    return groupNorm(x, this.#groups, { weight: weight ?? undefined, bias: bias ?? undefined, eps: this.#eps });
  }

  protected override describe(): string {
    return `${this.#groups}, ${this.#channels}, eps=${this.#eps}${this.weight ? "" : ", affine=false"}`;
  }
}

/** `instanceNorm` of [N, C, H, W]; it has parameters where they are asked for, and no running moments. */
export class InstanceNorm2d extends Module {
  /** [C], scale of each channel, at first 1; null where none is learned. */
  readonly weight: Parameter | null;
  /** [C], shift of each channel, at first 0; null where none is learned. */
  readonly bias: Parameter | null;
  readonly #channels: number;
  readonly #eps: number;

  /**
   * @param numFeatures C
   * @throws RangeError unless it is a positive integer
   */
  constructor(numFeatures: number, options: GroupNormLayerOptions = {}) {
    super();
    checkArgument("InstanceNorm2d", "numFeatures", numFeatures, aCount);
    checkOptions("InstanceNorm2d", options, layerKinds);
    const { eps = 1e-5, affine = false } = options;
    this.#channels = numFeatures;
    this.#eps = eps;
    this.weight = affine ? constantParameter([numFeatures], 1) : null;
    this.bias = affine ? constantParameter([numFeatures], 0) : null;
    this.guardParts();
  }

  /** @throws ShapeError when x is not [N, C, H, W] with this layer's C, or has one pixel, which has no variance */
  forward(x: Tensor): Tensor {
    checkTensor("InstanceNorm2d", "x", x);
    if (x.shape.length !== 4 || x.shape[2] * x.shape[3] === 1) {
      throw new ShapeError(
        `InstanceNorm2d: expected an input of 4 axes (N, C, H, W) with two pixels or more, got ${formatShape(x.shape)}`,
      );
    }
    checkChannels("InstanceNorm2d", x, this.#channels);
    const { weight, bias } = this;
    return instanceNorm(x, { weight: weight ?? undefined, bias: bias ?? undefined, eps: this.#eps });
  }

  protected override describe(): string {
    return `${this.#channels}, eps=${this.#eps}${this.weight ? ", affine=true" : ""}`;
  }
}

function checkChannels(name: string, x: Tensor, channels: number): void {
  if (x.shape[1] === channels) return;
  throw new ShapeError(`${name}: expected an input [N, ${channels}, ...], got ${formatShape(x.shape)}`);
}

keepsNothing.add(GroupNorm.prototype.forward);
keepsNothing.add(InstanceNorm2d.prototype.forward);
