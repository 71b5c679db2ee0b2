/** Conv1d: a convolution along sequences, with learned filters. */

import { aBoolean, aCount, checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { type Conv1dOptions, conv1d, lineKinds } from "../tensor/ops/conv1d.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import { ShapeError } from "../tensor/shape.js";
import type { Parameter, Tensor } from "../tensor/tensor.js";
import { fanIn, kaimingUniform, uniformParameter } from "./init.js";
import { describeOptions, Module } from "./module.js";

export interface Conv1dLayerOptions extends Omit<Conv1dOptions, "bias"> {
  /** Learn a number to add to each output channel. Default true. */
  bias?: boolean;
  /** Where the initial weights come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<Conv1dLayerOptions> = { ...lineKinds, bias: aBoolean, generator: aGenerator };

/** The `conv1d` operation with weight [O, C / groups, k] and bias [O]; see there for formula and shapes. */
export class Conv1d extends Module {
  /** [O, C / groups, k], the filters. */
  readonly weight: Parameter;
  /** [O], added to each output channel; null where there is none. */
  readonly bias: Parameter | null;
  readonly #options: Omit<Conv1dOptions, "bias">;

  /**
   * @param inChannels C
   * @param outChannels O
   * @param kernelSize k
   * @throws RangeError unless all are positive integers
   * @throws ShapeError unless `groups` divides both numbers of channels
   */
  constructor(inChannels: number, outChannels: number, kernelSize: number, options: Conv1dLayerOptions = {}) {
    super();
    checkOptions("Conv1d", options, KINDS);
    const { bias = true, generator, groups = 1, ...rest } = options;
    checkArgument("Conv1d", "inChannels", inChannels, aCount);
    checkArgument("Conv1d", "outChannels", outChannels, aCount);
    checkArgument("Conv1d", "kernelSize", kernelSize, aCount);
    checkArgument("Conv1d", "groups", groups, aCount);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ShapeError(`Conv1d: ${groups} groups do not divide ${inChannels} and ${outChannels} channels`);
    }
    const shape = [outChannels, inChannels / groups, kernelSize];
    this.weight = kaimingUniform(shape, generator);
    this.bias = bias ? uniformParameter([outChannels], 1 / Math.sqrt(fanIn(shape)), generator) : null;
    this.guardParameters();
    this.#options = { groups, ...rest };
  }

  /**
   * [N, C, L] to [N, O, outL].
   * @throws ShapeError when x has another number of channels, or is shorter than the filter
   */
  forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, { ...this.#options, bias: this.bias ?? undefined });
  }

  protected override describe(): string {
    const [o, c, kernelSize] = this.weight.shape;
    const { groups = 1, ...options } = this.#options;
    return `${c * groups}, ${o}, ${describeOptions({ kernelSize, ...options, groups: groups > 1 ? groups : undefined, bias: this.bias ? undefined : false })}`;
  }
}

keepsNothing.add(Conv1d.prototype.forward);
