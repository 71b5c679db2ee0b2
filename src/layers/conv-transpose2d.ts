/** ConvTranspose2d: a transposed convolution with learned filters. */

import { aBoolean, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { type ConvTranspose2dOptions, convTranspose2d, transposeKinds } from "../tensor/ops/conv-transpose2d.js";
import { type Pair, pairOf, stepsOf } from "../tensor/ops/window.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import type { Parameter, Tensor } from "../tensor/tensor.js";
import { checkChannels, describeConvolution } from "./channels.js";
import { fanIn, kaimingUniform, uniformParameter } from "./init.js";
import { Module } from "./module.js";

export interface ConvTranspose2dLayerOptions extends Omit<ConvTranspose2dOptions, "bias"> {
  /** Learn a number to add to each output channel. Default true. */
  bias?: boolean;
  /** Where the initial weights come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<ConvTranspose2dLayerOptions> = { ...transposeKinds, bias: aBoolean, generator: aGenerator };

/** The `convTranspose2d` operation with weight [C, O / groups, kH, kW] and bias [O]; see there for formula and shapes. */
export class ConvTranspose2d extends Module {
  /** [C, O / groups, kH, kW], the filters. */
  readonly weight: Parameter;
  /** [O], added to each output channel; null where there is none. */
  readonly bias: Parameter | null;
  readonly #options: Omit<ConvTranspose2dOptions, "bias">;

  /**
   * @param inChannels C
   * @param outChannels O
   * @param kernelSize [kH, kW], or one number for both
   * @throws RangeError unless channels and groups are positive integers
   * @throws ShapeError unless `groups` divides both numbers of channels
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: ConvTranspose2dLayerOptions = {}) {
    super();
    checkOptions("ConvTranspose2d", options, KINDS);
    const { bias = true, generator, groups = 1, ...rest } = options;
    checkChannels("ConvTranspose2d", inChannels, outChannels, groups);
    stepsOf("ConvTranspose2d", rest);
    pairOf(rest.outputPadding ?? 0, 0, "ConvTranspose2d: outputPadding");
    const shape = [inChannels, outChannels / groups, ...pairOf(kernelSize, 1, "ConvTranspose2d: kernelSize")];
    this.weight = kaimingUniform(shape, generator);
    this.bias = bias ? uniformParameter([outChannels], 1 / Math.sqrt(fanIn(shape)), generator) : null;
    this.guardParts();
    this.#options = { groups, ...rest };
  }

  /**
   * [N, C, H, W] to [N, O, H', W'].
   * @throws ShapeError when x has another number of channels
   */
  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, { ...this.#options, bias: this.bias ?? undefined });
  }

  protected override describe(): string {
    const [c, o, ...kernel] = this.weight.shape;
    const { groups = 1 } = this.#options;
    return describeConvolution([c, o * groups], kernel, this.#options, this.bias !== null);
  }
}

keepsNothing.add(ConvTranspose2d.prototype.forward);
