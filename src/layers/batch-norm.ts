/** BatchNorm2d: normalizes each channel, with a learned scale and shift. */

import { batchNorm } from "../tensor/ops/batch-norm.js";
import { checkCount, formatShape, ShapeError } from "../tensor/shape.js";
import { ones, type Parameter, type Tensor, zeros } from "../tensor/tensor.js";
import { constantParameter } from "./init.js";
import { Module } from "./module.js";

export interface BatchNorm2dOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Weight of the newest batch in the running moments. Default 0.1. */
  momentum?: number;
}

/** The `batchNorm` operation on [N, C, H, W] with its parameters and running moments; see there for the formula. */
export class BatchNorm2d extends Module {
  /** [C], scale of each channel, at first 1. */
  readonly weight: Parameter;
  /** [C], shift of each channel, at first 0. */
  readonly bias: Parameter;
  readonly #runningMean: Tensor;
  readonly #runningVar: Tensor;
  readonly #batches: Tensor;
  readonly #eps: number;
  readonly #momentum: number;

  /**
   * @param channels C
   * @throws RangeError unless it is a positive integer
   */
  constructor(channels: number, { eps = 1e-5, momentum = 0.1 }: BatchNorm2dOptions = {}) {
    super();
    checkCount("BatchNorm2d", "channels", channels);
    this.weight = constantParameter([channels], 1);
    this.bias = constantParameter([channels], 0);
    this.#runningMean = this.registerBuffer("running_mean", zeros([channels]));
    this.#runningVar = this.registerBuffer("running_var", ones([channels]));
    this.#batches = this.registerBuffer("num_batches_tracked", zeros([]));
    this.#eps = eps;
    this.#momentum = momentum;
  }

  /** @throws ShapeError when x is not [N, C, H, W] with this layer's C */
  forward(x: Tensor): Tensor {
    if (x.shape.length !== 4) {
      throw new ShapeError(`BatchNorm2d: expected an input of 4 axes (N, C, H, W), got ${formatShape(x.shape)}`);
    }
    const y = batchNorm(x, {
      weight: this.weight,
      bias: this.bias,
      runningMean: this.#runningMean,
      runningVar: this.#runningVar,
      training: this.training,
      momentum: this.#momentum,
      eps: this.#eps,
    });
    if (this.training) this.#countBatch();
    return y;
  }

  #countBatch(): void {
    const { buffer, backend } = this.#batches;
    const one = backend.fill(1, 1);
    buffer.update((count) => backend.accumulate(count, one, 1, 1));
    backend.free(one);
  }

  protected override describe(): string {
    return `${this.weight.size}, eps=${this.#eps}, momentum=${this.#momentum}`;
  }
}
