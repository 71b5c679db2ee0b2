/** MaxPool2d and AvgPool2d: pooling as layers. */

import type { Pair } from "../tensor/ops/conv2d.js";
import { type AvgPool2dOptions, avgPool2d, maxPool2d, type Pool2dOptions } from "../tensor/ops/pool2d.js";
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/** The `maxPool2d` operation. */
export class MaxPool2d extends Module {
  readonly #kernelSize: Pair;
  readonly #options: Pool2dOptions;

  constructor(kernelSize: Pair, options: Pool2dOptions = {}) {
    super();
    this.#kernelSize = kernelSize;
    this.#options = options;
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.#kernelSize, this.#options);
  }

  protected override describe(): string {
    return String(this.#kernelSize);
  }
}

/** The `avgPool2d` operation. */
export class AvgPool2d extends Module {
  readonly #kernelSize: Pair;
  readonly #options: AvgPool2dOptions;

  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    this.#kernelSize = kernelSize;
    this.#options = options;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.#kernelSize, this.#options);
  }

  protected override describe(): string {
    return String(this.#kernelSize);
  }
}
