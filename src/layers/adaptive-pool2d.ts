/** AdaptiveAvgPool2d and AdaptiveMaxPool2d: as many windows as are asked for, as layers. */

import { refuseMore } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { adaptiveAvgPool2d, adaptiveMaxPool2d } from "../tensor/ops/pooling/adaptive-pool2d.js";
import { type Pair, pairOf } from "../tensor/ops/window.js";
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/** The `adaptiveAvgPool2d` operation: [N, C, H, W] to [N, C, H', W'], whatever H and W are. */
export class AdaptiveAvgPool2d extends Module {
  readonly #outputSize: Pair;

  /**
   * @param outputSize [H', W'], or one number for both; 1 is the mean of each channel
   * @throws ShapeError when one of them is no size
   */
  constructor(outputSize: Pair, ...more: never[]) {
    super();
    refuseMore("AdaptiveAvgPool2d(outputSize)", more);
    this.#outputSize = pairOf(outputSize, 1, "AdaptiveAvgPool2d: outputSize");
  }

  /**
   * [N, C, H, W] to [N, C, H', W'].
   * @throws ShapeError when x has not four axes
   */
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.#outputSize);
  }

  protected override describe(): string {
    return `[${this.#outputSize}]`;
  }
}

/** The `adaptiveMaxPool2d` operation: [N, C, H, W] to [N, C, H', W'], whatever H and W are. */
export class AdaptiveMaxPool2d extends Module {
  readonly #outputSize: Pair;

  /**
   * @param outputSize [H', W'], or one number for both; 1 is the largest of each channel
   * @throws ShapeError when one of them is no size
   */
  constructor(outputSize: Pair, ...more: never[]) {
    super();
    refuseMore("AdaptiveMaxPool2d(outputSize)", more);
    this.#outputSize = pairOf(outputSize, 1, "AdaptiveMaxPool2d: outputSize");
  }

  /**
   * [N, C, H, W] to [N, C, H', W'].
   * @throws ShapeError when x has not four axes
   */
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.#outputSize);
  }

  protected override describe(): string {
    return `[${this.#outputSize}]`;
  }
}

keepsNothing.add(AdaptiveAvgPool2d.prototype.forward);
keepsNothing.add(AdaptiveMaxPool2d.prototype.forward);
