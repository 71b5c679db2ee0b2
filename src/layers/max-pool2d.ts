/** MaxPool2d: the largest element of each window, as a layer. */

import { checkOptions } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { picksLargest } from "../tensor/ops/clamps.js";
import { type MaxPool2dOptions, maxPool2d, maxPoolKinds } from "../tensor/ops/pooling/max-pool2d.js";
import { poolWindow } from "../tensor/ops/pooling/pool-window.js";
import type { Pair } from "../tensor/ops/window.js";
import type { Tensor } from "../tensor/tensor.js";
import { describeOptions, Module } from "./module.js";

/** The `maxPool2d` operation: the largest element of each window, [N, C, H, W] to [N, C, outH, outW]. */
export class MaxPool2d extends Module {
  readonly #kernelSize: Pair;
  readonly #options: MaxPool2dOptions;

  /**
   * @param kernelSize [kH, kW] of the window, or one number for both
   * @throws ShapeError when one of the numbers is no size, or the padding more than half the window
   */
  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super();
    checkOptions("MaxPool2d", options, maxPoolKinds);
    poolWindow("MaxPool2d", kernelSize, options);
    this.#kernelSize = kernelSize;
    this.#options = options;
  }

  /**
   * [N, C, H, W] to [N, C, outH, outW].
   * @throws ShapeError when the window does not fit into the padded x
   */
  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.#kernelSize, this.#options);
  }

  override halves(): boolean {
    const { ceilMode = false, ...options } = this.#options;
    const window = poolWindow("MaxPool2d", this.#kernelSize, options);
    const { kH, kW, strideH, strideW, padH, padW, dilationH, dilationW } = window;
    const areTwo = [kH, kW, strideH, strideW].every((n) => n === 2);
    return areTwo && padH + padW === 0 && dilationH * dilationW === 1 && !ceilMode;
  }

  protected override describe(): string {
    return describeOptions({ kernelSize: this.#kernelSize, ...this.#options });
  }
}

keepsNothing.add(MaxPool2d.prototype.forward);
picksLargest.add(MaxPool2d.prototype.forward);
