/** Conv2d: a convolution with learned filters. */

import { aBoolean, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import type { ConvEpilogue } from "../tensor/backend/backend.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { aPaddingMode, edgesOf, type PaddingMode } from "../tensor/ops/conv-padding.js";
import { type Conv2dOptions as Conv2dOpOptions, convKinds, convolve } from "../tensor/ops/conv2d.js";
import { continued } from "../tensor/ops/movement/continued.js";
import type { Edges } from "../tensor/ops/movement/surround.js";
import { type Pair, pairOf, stepsOf } from "../tensor/ops/window.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import { scope } from "../tensor/scope.js";
import { checkTensor, type Parameter, type Tensor } from "../tensor/tensor.js";
import { checkChannels, describeConvolution } from "./channels.js";
import { epilogueOf } from "./epilogue.js";
import { fanIn, kaimingUniform, uniformParameter } from "./init.js";
import { Module } from "./module.js";

export interface Conv2dOptions extends Omit<Conv2dOpOptions, "bias"> {
  /** What the padding holds. Default "zeros". */
  paddingMode?: PaddingMode;
  /** Learn a number to add to each output channel. Default true. */
  bias?: boolean;
  /** Where the initial weights come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<Conv2dOptions> = {
  ...convKinds,
  paddingMode: aPaddingMode,
  bias: aBoolean,
  generator: aGenerator,
};

/** The `conv2d` operation with weight [O, C / groups, kH, kW] and bias [O]; see there for formula and shapes. */
export class Conv2d extends Module {
  /** [O, C / groups, kH, kW], the filters. */
  readonly weight: Parameter;
  /** [O], added to each output channel; null where there is none. */
  readonly bias: Parameter | null;
  readonly #options: Omit<Conv2dOptions, "bias" | "generator">;
  readonly #edges: readonly Edges[];

  /**
   * @param inChannels C
   * @param outChannels O
   * @param kernelSize [kH, kW], or one number for both
   * @throws RangeError unless channels and groups are positive integers
   * @throws ShapeError unless `groups` divides both numbers of channels, and with padding "same" unless the stride is 1
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2dOptions = {}) {
    super();
    checkOptions("Conv2d", options, KINDS);
    const { bias = true, generator, stride, padding, paddingMode, dilation, groups = 1 } = options;
    checkChannels("Conv2d", inChannels, outChannels, groups);
    const kernel = pairOf(kernelSize, 1, "Conv2d: kernelSize");
    this.#edges = edgesOf("Conv2d", padding, kernel, stepsOf("Conv2d", { stride, dilation }));
    const shape = [outChannels, inChannels / groups, ...kernel];
    this.weight = kaimingUniform(shape, generator);
    this.bias = bias ? uniformParameter([outChannels], 1 / Math.sqrt(fanIn(shape)), generator) : null;
    this.guardParts();
    this.#options = { stride, padding, paddingMode, dilation, groups };
  }

  /**
   * [N, C, H, W] to [N, O, outH, outW].
   * @throws ShapeError when x has another number of channels, or is smaller than the filter or what its padding mirrors
   */
  forward(x: Tensor): Tensor {
    return this.#convolve(x);
  }

  override forwardThrough(x: Tensor, behind: readonly unknown[]): { y: Tensor; count: number } | undefined {
    checkTensor("Conv2d", "x", x);
    const [channels] = this.weight.shape;
    const { epilogue, count } = epilogueOf(behind, x.backend, channels);
    return count > 0 ? { y: this.#convolve(x, epilogue), count } : undefined;
  }

  #convolve(x: Tensor, epilogue?: ConvEpilogue): Tensor {
    const { paddingMode: mode = "zeros", ...window } = this.#options;
    const options = { ...window, bias: this.bias ?? undefined };
    checkTensor("Conv2d", "x", x);
    // What has other axes conv2d refuses, with the shape that it was given in.
    if (mode === "zeros" || x.shape.length !== 4) return convolve(x, this.weight, options, epilogue);
    return scope(() => convolve(continued(x, this.#edges, mode), this.weight, { ...options, padding: 0 }, epilogue));
  }

  protected override describe(): string {
    const [o, c, ...kernel] = this.weight.shape;
    const { groups = 1 } = this.#options;
    return describeConvolution([c * groups, o], kernel, this.#options, this.bias !== null);
  }
}

keepsNothing.add(Conv2d.prototype.forward);
