/** Two-dimensional convolution (cross-correlation, as everywhere in deep learning). */

import { aNumber, checkOptions, type OptionKinds } from "../arguments.js";
import { checkSameBackend, record } from "../autograd.js";
import type { ConvEpilogue, ConvGeometry } from "../backend/backend.js";
import { scope } from "../scope.js";
import { formatShape, type Shape, ShapeError } from "../shape.js";
import { aTensor, checkTensor, type Tensor } from "../tensor.js";
import { aConvPadding, type ConvPadding, edgesOf } from "./conv-padding.js";
import { surround } from "./movement/surround.js";
import { pooledShape, poolGeometry } from "./pooling/pool-window.js";
import { sum } from "./sum.js";
import { aPair, type Pair, stepsOf, windowCount } from "./window.js";

export interface Conv2dOptions {
  /** [O], added to each output channel. */
  bias?: Tensor;
  /** Step of the filter. Default 1. */
  stride?: Pair;
  /** Zeros added on every side, or [height, width], [left, right, top, bottom], "same" or "valid". Default 0. */
  padding?: ConvPadding;
  /** Distance between the filter's taps. Default 1. */
  dilation?: Pair;
  /** Channels are split into this many groups that do not see each other. Default 1. */
  groups?: number;
}

/** With as many zeros on either side. */
interface WindowOptions extends Omit<Conv2dOptions, "bias" | "padding"> {
  padding?: Pair;
}

/** What a window's options may be, whose numbers are checked with its shapes. */
export const windowKinds = { stride: aPair, padding: aPair, dilation: aPair, groups: aNumber };

/** Those of a convolution, which may have other padding on each side. */
export const convKinds = { ...windowKinds, padding: aConvPadding };

const KINDS: OptionKinds<Conv2dOptions> = { ...convKinds, bias: aTensor };

function shown(x: Shape, weight: Shape): string {
  return `\n  input   ${formatShape(x)}  (N, C, H, W)\n  weight  ${formatShape(weight)}  (O, C, kH, kW)`;
}

function checkAxes(x: Shape, weight: Shape): void {
  for (const [what, { length }] of Object.entries({ input: x, weight })) {
    if (length !== 4) throw new ShapeError(`conv2d: the ${what} must have 4 axes, it has ${length}${shown(x, weight)}`);
  }
}

/**
 * The sizes of a convolution of four axes by four, checked.
 * @throws ShapeError naming the axis and the numbers.
 */
export function conv2dGeometry(x: Shape, weight: Shape, options: WindowOptions = {}): ConvGeometry {
  const shapes = shown(x, weight);
  const [n, c, h, w] = x;
  const [o, cPerGroup, kH, kW] = weight;
  const window = stepsOf("conv2d", options);
  const { strideH, strideW, padH, padW, dilationH, dilationW } = window;
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1 || c % groups !== 0 || o % groups !== 0) {
    throw new ShapeError(`conv2d: ${groups} groups do not divide ${c} input and ${o} output channels${shapes}`);
  }
  if (c !== cPerGroup * groups) {
    const inGroups = groups > 1 ? ` in each of ${groups} groups` : "";
    throw new ShapeError(`conv2d: input has ${c} channels, weight expects ${cPerGroup}${inGroups}${shapes}`);
  }
  if (kH < 1 || kW < 1) throw new ShapeError(`conv2d: the filter is empty${shapes}`);
  const outH = windowCount(h, kH, strideH, padH, dilationH);
  const outW = windowCount(w, kW, strideW, padW, dilationW);
  if (outH < 1 || outW < 1) {
    const [axis, size, k] =
      outH < 1 ? ["H", h + 2 * padH, dilationH * (kH - 1) + 1] : ["W", w + 2 * padW, dilationW * (kW - 1) + 1];
    throw new ShapeError(`conv2d: the filter spans ${k} along ${axis}, the padded input has ${size}${shapes}`);
  }
  return { n, c, h, w, o, kH, kW, outH, outW, ...window, groups };
}

/**
 * y[n, o, i, j] = bias[o] + Σ_{c, u, v} w[o, c, u, v] · x[n, c, i·stride + u·dilation − padding, j·stride + …].
 *
 * @param x [N, C, H, W]
 * @param w [O, C / groups, kH, kW]
 * @returns [N, O, outH, outW], outH = ⌊(H + 2·padding − dilation·(kH − 1) − 1) / stride⌋ + 1
 * @throws ShapeError when the channels do not match, the filter does not fit into the padded input, or "same" has a stride
 * @see V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016, arXiv:1603.07285
 */
export function conv2d(x: Tensor, w: Tensor, options: Conv2dOptions = {}): Tensor {
  return convolve(x, w, options);
}

/** Internal: `conv2d`, with an epilogue where the backend takes one and no gradient is wanted. */
export function convolve(x: Tensor, w: Tensor, options: Conv2dOptions, epilogue?: ConvEpilogue): Tensor {
  checkTensor("conv2d", "x", x);
  checkTensor("conv2d", "w", w);
  checkOptions("conv2d", options, KINDS);
  const { bias, stride, padding, dilation, groups } = options;
  checkAxes(x.shape, w.shape);
  const edges = edgesOf("conv2d", padding, w.shape.slice(2), stepsOf("conv2d", { stride, dilation }));
  const [[top, bottom], [left, right]] = edges;
  if (left !== right || top !== bottom) {
    return scope(() => convolve(surround(x, edges), w, { ...options, padding: 0 }, epilogue));
  }
  const geometry = conv2dGeometry(x.shape, w.shape, { stride, padding: [top, left], dilation, groups });
  const inputs = bias ? [x, w, bias] : [x, w];
  checkSameBackend("conv2d", inputs);
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== geometry.o)) {
    throw new ShapeError(
      `conv2d: bias has shape ${formatShape(bias.shape)}, expected [${geometry.o}], one per output channel`,
    );
  }
  const { backend } = x;
  const { n, o, outH, outW } = geometry;
  const whole = [n, o, outH, outW];
  const shape = epilogue?.halves ? pooledShape(whole, poolGeometry("maxPool2d", whole, 2, {})) : whole;
  const y = backend.conv2d(x.storage, w.storage, bias?.storage, geometry, epilogue);
  const gradients = (g: Tensor) => [
    () => backend.conv2dInputGrad(g.storage, w.storage, geometry),
    () => backend.conv2dWeightGrad(x.storage, g.storage, geometry),
    () => sum(g, [0, 2, 3]),
  ];
  return record("conv2d", inputs, shape, y, gradients, [x, w], geometry);
}
