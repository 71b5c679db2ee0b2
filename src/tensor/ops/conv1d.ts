/** One-dimensional convolution: that of images of height 1. */

import { aNumber, checkOptions, type Kind, type OptionKinds, wholeFrom } from "../arguments.js";
import { scope } from "../scope.js";
import { formatShape, ShapeError } from "../shape.js";
import { aTensor, checkTensor, type Tensor } from "../tensor.js";
import type { ConvPadding } from "./conv-padding.js";
import { conv2d } from "./conv2d.js";
import { reshape } from "./movement/reshape.js";

export type LinePadding = number | readonly [left: number, right: number] | "same" | "valid";

export interface Conv1dOptions {
  /** [O], added to each output channel. */
  bias?: Tensor;
  /** Step of the window. Default 1. */
  stride?: number;
  /** Zeros added at both ends, or [left, right], "same" or "valid", as in `conv2d`. Default 0. */
  padding?: LinePadding;
  /** Distance between the filter's taps. Default 1. */
  dilation?: number;
  /** Channels are split into this many groups that do not see each other. Default 1. */
  groups?: number;
}

const aLength = wholeFrom(0);

const aLinePadding: Kind<LinePadding> = {
  expected: 'an integer of at least 0, [left, right], "same" or "valid"',
  accepts: (value): value is LinePadding =>
    aLength.accepts(value) ||
    value === "same" ||
    value === "valid" ||
    (Array.isArray(value) && value.length === 2 && value.every(aLength.accepts)),
};

export const lineKinds = { stride: wholeFrom(1), padding: aLinePadding, dilation: wholeFrom(1), groups: aNumber };

/** That of images of height 1. */
export function imagePadding(padding: LinePadding): ConvPadding {
  if (typeof padding === "string") return padding;
  const [left, right] = typeof padding === "number" ? [padding, padding] : padding;
  return [left, right, 0, 0];
}

const KINDS: OptionKinds<Conv1dOptions> = { ...lineKinds, bias: aTensor };

/**
 * y[n, o, i] = bias[o] + Σ_{c, u} w[o, c, u] · x[n, c, i·stride + u·dilation − padding].
 * @param x [N, C, L]
 * @param w [O, C / groups, k]
 * @returns [N, O, outL], outL = ⌊(L + 2·padding − dilation·(k − 1) − 1) / stride⌋ + 1
 * @throws ShapeError when the channels do not match, or the filter does not fit into the padded input
 */
export function conv1d(x: Tensor, w: Tensor, options: Conv1dOptions = {}): Tensor {
  checkTensor("conv1d", "x", x);
  checkTensor("conv1d", "w", w);
  checkOptions("conv1d", options, KINDS);
  if (x.shape.length !== 3 || w.shape.length !== 3) {
    throw new ShapeError(
      `conv1d: expected an input [N, C, L] and a weight [O, C / groups, k], got ${formatShape(x.shape)} and ${formatShape(w.shape)}`,
    );
  }
  const { bias, stride = 1, padding = 0, dilation = 1, groups } = options;
  const asImages = (t: Tensor) => reshape(t, [t.shape[0], t.shape[1], 1, t.shape[2]]);
  return scope(() => {
    const y = conv2d(asImages(x), asImages(w), {
      bias,
      stride: [1, stride],
      padding: imagePadding(padding),
      dilation: [1, dilation],
      groups,
    });
    return reshape(y, [y.shape[0], y.shape[1], y.shape[3]]);
  });
}
