/** Batch normalization: the running moments of its channels, as a function and as the layer BatchNorm2d. */

import {
  aBoolean,
  aCount,
  checkArgument,
  checkOptions,
  needed,
  numberFrom,
  numberUpTo,
  type OptionKinds,
} from "../tensor/arguments.js";
import type { Backend, ConstantNorm } from "../tensor/backend/backend.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { channelGeometry, moments, normalize } from "../tensor/ops/normalize.js";
import { scope } from "../tensor/scope.js";
import { formatShape, ShapeError, sameShape } from "../tensor/shape.js";
import { aTensor, checkTensor, filled, type Parameter, type Tensor } from "../tensor/tensor.js";
import { constantParameter } from "./init.js";
import { Module } from "./module.js";

export interface BatchNorm2dOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Weight of the newest batch in the running moments. Default 0.1. */
  momentum?: number;
}

export interface BatchNormOptions extends BatchNorm2dOptions {
  /** [C], scale of each channel. */
  weight: Tensor;
  /** [C], shift of each channel. */
  bias: Tensor;
  /** [C], estimates that training updates in place and evaluation uses. */
  runningMean: Tensor;
  /** [C], likewise. */
  runningVar: Tensor;
  /** Normalize by the batch's own moments, and update the running ones. */
  training: boolean;
}

const KINDS: OptionKinds<BatchNorm2dOptions> = { eps: numberFrom(0), momentum: numberUpTo(0, 1) };

const batchNormKinds: OptionKinds<BatchNormOptions> = {
  weight: needed(aTensor),
  bias: needed(aTensor),
  runningMean: needed(aTensor),
  runningVar: needed(aTensor),
  training: needed(aBoolean),
  ...KINDS,
};

/** y ← alpha·y + beta·x, in place. */
function blend(y: Tensor, x: Tensor, alpha: number, beta: number): void {
  y.numbers.update((storage) => y.backend.accumulate(storage, x.storage, alpha, beta));
}

/**
 * `normalize` by the batch's own moments in training, by the running ones in evaluation. In training
 * running ← (1 − momentum) · running + momentum · batch, where the batch's variance is the unbiased one, as in PyTorch.
 *
 * @param x [N, C, …]
 * @throws ShapeError when a parameter has another number of channels, or a training batch one value per channel
 * @see S. Ioffe and C. Szegedy, "Batch normalization", ICML 2015, arXiv:1502.03167
 */
export function batchNorm(x: Tensor, options: BatchNormOptions): Tensor {
  checkOptions("batchNorm", options, batchNormKinds);
  const { weight, bias, runningMean, runningVar, training, momentum = 0.1, eps } = options;
  const { n, pixels } = channelGeometry("batchNorm", x, { weight, bias, runningMean, runningVar });
  if (!training) return normalize(x, { mean: runningMean, variance: runningVar }, { weight, bias, eps });
  const count = n * pixels;
  if (count < 2) {
    throw new ShapeError(
      `batchNorm: one value per channel has no variance, input ${formatShape(x.shape)}; train on more, or call eval()`,
    );
  }
  return scope(() => {
    const batch = moments(x);
    blend(runningMean, batch.mean, 1 - momentum, momentum);
    blend(runningVar, batch.variance, 1 - momentum, (momentum * count) / (count - 1));
    return normalize(x, batch, { weight, bias, eps });
  });
}

/** Internal: what batch norms of any number of axes have in common: parameters, running moments, modes. */
export abstract class BatchNorm extends Module {
  /** [C], scale of each channel, at first 1. */
  readonly weight: Parameter;
  /** [C], shift of each channel, at first 0. */
  readonly bias: Parameter;
  readonly #runningMean: Tensor;
  readonly #runningVar: Tensor;
  readonly #batches: Tensor;
  readonly #eps: number;
  readonly #momentum: number;

  constructor(name: string, channels: number, options: BatchNorm2dOptions) {
    super();
    checkArgument(name, "channels", channels, aCount);
    checkOptions(name, options, KINDS);
    const { eps = 1e-5, momentum = 0.1 } = options;
    this.weight = constantParameter([channels], 1);
    this.bias = constantParameter([channels], 0);
    this.guardParts();
    const { backend } = this.weight;
    this.#runningMean = this.registerBuffer("running_mean", filled([channels], 0, backend));
    this.#runningVar = this.registerBuffer("running_var", filled([channels], 1, backend));
    this.#batches = this.registerBuffer("num_batches_tracked", filled([], 0, backend));
    this.#eps = eps;
    this.#momentum = momentum;
  }

  protected byRunningMoments(backend: Backend, channels: number): ConstantNorm | undefined {
    const { weight, bias } = this;
    const suits = (x: Tensor) => x.backend === backend && sameShape(x.shape, [channels]);
    // What does not go together is refused where it is run by itself.
    if (this.training || ![weight, bias, this.#runningMean, this.#runningVar].every(suits)) return undefined;
    const [mean, variance] = [this.#runningMean.storage, this.#runningVar.storage];
    return { mean, variance, weight: weight.storage, bias: bias.storage, eps: this.#eps };
  }

  protected normalized(x: Tensor): Tensor {
    const { weight, bias, training } = this;
    const running = { runningMean: this.#runningMean, runningVar: this.#runningVar };
    const y = batchNorm(x, { weight, bias, training, ...running, momentum: this.#momentum, eps: this.#eps });
    if (training) {
      const one = filled([], 1, this.#batches.backend);
      blend(this.#batches, one, 1, 1);
      one.dispose();
    }
    return y;
  }

  protected override describe(): string {
    return `${this.weight.size}, eps=${this.#eps}, momentum=${this.#momentum}`;
  }
}

/** `batchNorm` on [N, C, H, W] with its parameters and running moments; see there for the formula. */
export class BatchNorm2d extends BatchNorm {
  /**
   * @param channels C
   * @throws RangeError unless it is a positive integer
   */
  constructor(channels: number, options: BatchNorm2dOptions = {}) {
    super("BatchNorm2d", channels, options);
  }

  /** @throws ShapeError when x is not [N, C, H, W] with this layer's C */
  forward(x: Tensor): Tensor {
    checkTensor("BatchNorm2d", "x", x);
    if (x.shape.length !== 4) {
      throw new ShapeError(`BatchNorm2d: expected an input of 4 axes (N, C, H, W), got ${formatShape(x.shape)}`);
    }
    return this.normalized(x);
  }

  override constantNorm(backend: Backend, channels: number): ConstantNorm | undefined {
    return this.byRunningMoments(backend, channels);
  }
}

keepsNothing.add(BatchNorm2d.prototype.forward);
