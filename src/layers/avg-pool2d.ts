/** AvgPool2d: the mean of each window, as a layer. */

import { checkOptions } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { type AvgPool2dOptions, avgPool2d, avgPoolKinds } from "../tensor/ops/pooling/avg-pool2d.js";
import { poolWindow } from "../tensor/ops/pooling/pool-window.js";
import type { Pair } from "../tensor/ops/window.js";
import type { Tensor } from "../tensor/tensor.js";
import { describeOptions, Module } from "./module.js";

/** The `avgPool2d` operation: the mean of each window, [N, C, H, W] to [N, C, outH, outW]. */
export class AvgPool2d extends Module {
  readonly #kernelSize: Pair;
  readonly #options: AvgPool2dOptions;

  /**
   * @param kernelSize [kH, kW] of the window, or one number for both
   * @throws ShapeError when one of the numbers is no size, or the padding more than half the window
   */
  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    checkOptions("AvgPool2d", options, avgPoolKinds);
    poolWindow("AvgPool2d", kernelSize, options);
    this.#kernelSize = kernelSize;
    this.#options = options;
  }

  /**
   * [N, C, H, W] to [N, C, outH, outW].
   * @throws ShapeError when the window does not fit into the padded x
   */
  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.#kernelSize, this.#options);
  }

  protected override describe(): string {
    return describeOptions({ kernelSize: this.#kernelSize, ...this.#options });
  }
}

keepsNothing.add(AvgPool2d.prototype.forward);
