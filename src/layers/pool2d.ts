/** MaxPool2d and AvgPool2d: pooling as layers. */

import { type Pair, pairOf } from "../tensor/ops/conv2d.js";
import { type AvgPool2dOptions, avgPool2d, maxPool2d, type Pool2dOptions } from "../tensor/ops/pool2d.js";
import type { Tensor } from "../tensor/tensor.js";
import { describeOptions, Module } from "./module.js";

/** @throws ShapeError on a window, a stride or a padding that is no size */
function checkWindow(name: string, kernelSize: Pair, { stride, padding }: Pool2dOptions): void {
  pairOf(kernelSize, 1, `${name}: kernelSize`);
  if (stride !== undefined) pairOf(stride, 1, `${name}: stride`);
  if (padding !== undefined) pairOf(padding, 0, `${name}: padding`);
}

/** The `maxPool2d` operation: the largest element of each window, [N, C, H, W] to [N, C, outH, outW]. */
export class MaxPool2d extends Module {
  readonly #kernelSize: Pair;
  readonly #options: Pool2dOptions;

  /**
   * @param kernelSize [kH, kW] of the window, or one number for both
   * @throws ShapeError on a window, a stride or a padding that is no size
   */
  constructor(kernelSize: Pair, options: Pool2dOptions = {}) {
    super();
    checkWindow("MaxPool2d", kernelSize, options);
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

  protected override describe(): string {
    return describeOptions({ kernelSize: this.#kernelSize, ...this.#options });
  }
}

/** The `avgPool2d` operation: the mean of each window, [N, C, H, W] to [N, C, outH, outW]. */
export class AvgPool2d extends Module {
  readonly #kernelSize: Pair;
  readonly #options: AvgPool2dOptions;

  /**
   * @param kernelSize [kH, kW] of the window, or one number for both
   * @throws ShapeError on a window, a stride or a padding that is no size
   */
  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    checkWindow("AvgPool2d", kernelSize, options);
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
