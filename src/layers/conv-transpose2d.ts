/** ConvTranspose2d: a transposed convolution with learned filters. */

import { aBoolean, aCount, checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { type ConvTranspose2dOptions, convTranspose2d, transposeKinds } from "../tensor/ops/conv-transpose2d.js";
import { type Pair, pairOf, stepsOf } from "../tensor/ops/window.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import { ShapeError } from "../tensor/shape.js";
import type { Parameter, Tensor } from "../tensor/tensor.js";
import { fanIn, kaimingUniform, uniformParameter } from "./init.js";
import { describeOptions, Module } from "./module.js";

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
    checkArgument("ConvTranspose2d", "inChannels", inChannels, aCount);
    checkArgument("ConvTranspose2d", "outChannels", outChannels, aCount);
    checkArgument("ConvTranspose2d", "groups", groups, aCount);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ShapeError(`ConvTranspose2d: ${groups} groups do not divide ${inChannels} and ${outChannels} channels`);
    }
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
    const [c, o, kH, kW] = this.weight.shape;
    const { groups = 1, ...options } = this.#options;
    const kernelSize = kH === kW ? kH : [kH, kW];
    return `${c}, ${o * groups}, ${describeOptions({ kernelSize, ...options, groups: groups > 1 ? groups : undefined, bias: this.bias ? undefined : false })}`;
  }
}

keepsNothing.add(ConvTranspose2d.prototype.forward);
