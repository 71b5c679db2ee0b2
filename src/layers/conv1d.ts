/** Conv1d: a convolution along sequences, with learned filters. */

import { aBoolean, aCount, checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { aPaddingMode, edgesOf, type PaddingMode } from "../tensor/ops/conv-padding.js";
import { type Conv1dOptions, conv1d, imagePadding, lineKinds } from "../tensor/ops/conv1d.js";
import { continued } from "../tensor/ops/movement/continued.js";
import type { Edges } from "../tensor/ops/movement/surround.js";
import { stepsOf } from "../tensor/ops/window.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import { scope } from "../tensor/scope.js";
import { checkTensor, type Parameter, type Tensor } from "../tensor/tensor.js";
import { checkChannels, describeConvolution } from "./channels.js";
import { fanIn, kaimingUniform, uniformParameter } from "./init.js";
import { Module } from "./module.js";

export interface Conv1dLayerOptions extends Omit<Conv1dOptions, "bias"> {
  /** What the padding holds. Default "zeros". */
  paddingMode?: PaddingMode;
  /** Learn a number to add to each output channel. Default true. */
  bias?: boolean;
  /** Where the initial weights come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<Conv1dLayerOptions> = {
  ...lineKinds,
  paddingMode: aPaddingMode,
  bias: aBoolean,
  generator: aGenerator,
};

/** The `conv1d` operation with weight [O, C / groups, k] and bias [O]; see there for formula and shapes. */
export class Conv1d extends Module {
  /** [O, C / groups, k], the filters. */
  readonly weight: Parameter;
  /** [O], added to each output channel; null where there is none. */
  readonly bias: Parameter | null;
  readonly #options: Omit<Conv1dLayerOptions, "bias" | "generator">;
  readonly #edges: Edges;

  /**
   * @param inChannels C
   * @param outChannels O
   * @param kernelSize k
   * @throws RangeError unless all are positive integers
   * @throws ShapeError unless `groups` divides both numbers of channels, and with padding "same" unless the stride is 1
   */
  constructor(inChannels: number, outChannels: number, kernelSize: number, options: Conv1dLayerOptions = {}) {
    super();
    checkOptions("Conv1d", options, KINDS);
    const { bias = true, generator, groups = 1, ...rest } = options;
    checkChannels("Conv1d", inChannels, outChannels, groups);
    checkArgument("Conv1d", "kernelSize", kernelSize, aCount);
    const window = stepsOf("Conv1d", { stride: [1, rest.stride ?? 1], dilation: [1, rest.dilation ?? 1] });
    [, this.#edges] = edgesOf("Conv1d", imagePadding(rest.padding ?? 0), [1, kernelSize], window);
    const shape = [outChannels, inChannels / groups, kernelSize];
    this.weight = kaimingUniform(shape, generator);
    this.bias = bias ? uniformParameter([outChannels], 1 / Math.sqrt(fanIn(shape)), generator) : null;
    this.guardParts();
    this.#options = { groups, ...rest };
  }

  /**
   * [N, C, L] to [N, O, outL].
   * @throws ShapeError when x has another number of channels, or is shorter than the filter or what its padding mirrors
   */
  forward(x: Tensor): Tensor {
    const { paddingMode: mode = "zeros", ...window } = this.#options;
    const options = { ...window, bias: this.bias ?? undefined };
    checkTensor("Conv1d", "x", x);
    // What has other axes conv1d refuses, with the shape that it was given in.
    if (mode === "zeros" || x.shape.length !== 3) return conv1d(x, this.weight, options);
    return scope(() => conv1d(continued(x, [this.#edges], mode), this.weight, { ...options, padding: 0 }));
  }

  protected override describe(): string {
    const [o, c, ...kernel] = this.weight.shape;
    const { groups = 1 } = this.#options;
    return describeConvolution([c * groups, o], kernel, this.#options, this.bias !== null);
  }
}

keepsNothing.add(Conv1d.prototype.forward);
