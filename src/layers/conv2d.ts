/** Conv2d: a convolution with learned filters. */

import { type Conv2dOptions as Conv2dOpOptions, conv2d, type Pair, pairOf } from "../tensor/ops/conv2d.js";
import type { Generator } from "../tensor/random.js";
import { ShapeError } from "../tensor/shape.js";
import type { Parameter, Tensor } from "../tensor/tensor.js";
import { fanIn, kaimingUniform, uniformParameter } from "./init.js";
import { Module } from "./module.js";

export interface Conv2dOptions extends Omit<Conv2dOpOptions, "bias"> {
  /** Learn a number to add to each output channel. Default true. */
  bias?: boolean;
  /** Where the initial weights come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

/** The `conv2d` operation with weight [O, C / groups, kH, kW] and bias [O]; see there for formula and shapes. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly #options: Omit<Conv2dOpOptions, "bias">;

  /** @throws ShapeError unless the channels are positive integers that `groups` divides */
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2dOptions = {}) {
    super();
    const { bias = true, generator, ...rest } = options;
    const groups = rest.groups ?? 1;
    const whole = (n: number) => Number.isInteger(n) && n >= 1 && n % groups === 0;
    if (!whole(inChannels) || !whole(outChannels)) {
      throw new ShapeError(
        `Conv2d: channels must be positive integers that groups (${groups}) divides, got ${inChannels} and ${outChannels}`,
      );
    }
    const [kH, kW] = pairOf(kernelSize, 1, "Conv2d: kernelSize");
    const shape = [outChannels, inChannels / groups, kH, kW];
    this.weight = kaimingUniform(shape, generator);
    this.bias = bias ? uniformParameter([outChannels], 1 / Math.sqrt(fanIn(shape)), generator) : null;
    this.#options = rest;
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, { ...this.#options, bias: this.bias ?? undefined });
  }

  protected override describe(): string {
    const [o, c, kH, kW] = this.weight.shape;
    const options = Object.entries(this.#options).map(([name, value]) => `, ${name}=${value}`);
    return `${c * (this.#options.groups ?? 1)}, ${o}, kernelSize=${kH === kW ? kH : `${kH}x${kW}`}${options.join("")}`;
  }
}
