/** Transposed convolution: what a convolution does to gradients, as an operation of its own. */

import { checkOptions, type OptionKinds } from "../arguments.js";
import { checkSameBackend, record } from "../autograd.js";
import { scope } from "../scope.js";
import { formatShape, type Shape, ShapeError } from "../shape.js";
import { aTensor, checkTensor, type Tensor } from "../tensor.js";
import { type Conv2dOptions, conv2dGeometry, windowKinds } from "./conv2d.js";
import { reshape } from "./movement/reshape.js";
import { type Edges, surround } from "./movement/surround.js";
import { add } from "./pointwise/arithmetic.js";
import { aPair, type Pair, pairOf, stepsOf } from "./window.js";

export interface ConvTranspose2dOptions extends Omit<Conv2dOptions, "padding"> {
  /** How much is cut off the result on every side. Default 0. */
  padding?: Pair;
  /** Rows and columns added at the end, where the convolution's stride does not tell how many there were. Default 0. */
  outputPadding?: Pair;
}

export const transposeKinds = { ...windowKinds, outputPadding: aPair };

const KINDS: OptionKinds<ConvTranspose2dOptions> = { ...transposeKinds, bias: aTensor };

/** The shape of the images whose convolution has the shape of x. */
function imagesOf(x: Shape, w: Shape, options: ConvTranspose2dOptions): Shape {
  const { strideH, strideW, padH, padW, dilationH, dilationW } = stepsOf("convTranspose2d", options);
  const [moreH, moreW] = pairOf(options.outputPadding ?? 0, 0, "convTranspose2d: outputPadding");
  if (moreH >= Math.max(strideH, dilationH) || moreW >= Math.max(strideW, dilationW)) {
    throw new ShapeError(
      `convTranspose2d: outputPadding [${moreH}, ${moreW}] must be less than the stride or the dilation`,
    );
  }
  const h = (x[2] - 1) * strideH - 2 * padH + dilationH * (w[2] - 1) + moreH + 1;
  const width = (x[3] - 1) * strideW - 2 * padW + dilationW * (w[3] - 1) + moreW + 1;
  if (h < 1 || width < 1) {
    throw new ShapeError(`convTranspose2d: of ${formatShape(x)}, the padding leaves ${h} rows and ${width} columns`);
  }
  return [x[0], w[1] * (options.groups ?? 1), h, width];
}

/**
 * Each number of x spreads a filter over the result: y[n, o, i·stride + u·dilation − padding, …] += x[n, c, i, j] ·
 * w[c, o, u, v]. It is `conv2d`'s way back for the same weight and options.
 * @param x [N, C, H, W]
 * @param w [C, O / groups, kH, kW]
 * @returns [N, O, H', W'], H' = (H − 1)·stride − 2·padding + dilation·(kH − 1) + outputPadding + 1
 * @throws ShapeError when the channels do not match, or nothing is left of the result
 * @see V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016, arXiv:1603.07285
 */
export function convTranspose2d(x: Tensor, w: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
  checkTensor("convTranspose2d", "x", x);
  checkTensor("convTranspose2d", "w", w);
  checkOptions("convTranspose2d", options, KINDS);
  checkSameBackend("convTranspose2d", options.bias ? [x, w, options.bias] : [x, w]);
  if (x.shape.length !== 4 || w.shape.length !== 4 || x.shape[1] !== w.shape[0] || x.size === 0) {
    throw new ShapeError(
      `convTranspose2d: expected an input [N, C, H, W] and a weight [C, O / groups, kH, kW]\n` +
        `  input   ${formatShape(x.shape)}\n  weight  ${formatShape(w.shape)}`,
    );
  }
  const { bias, outputPadding, ...window } = options;
  const shape = imagesOf(x.shape, w.shape, options);
  const geometry = conv2dGeometry(shape, w.shape, window);
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== shape[1])) {
    throw new ShapeError(`convTranspose2d: bias has shape ${formatShape(bias.shape)}, expected [${shape[1]}]`);
  }
  const { backend } = x;
  const [moreH, moreW] = [geometry.outH - x.shape[2], geometry.outW - x.shape[3]];
  return scope(() => {
    // An outputPadding of a stride or more has places for the filter that x has not: zeros.
    const more: Edges[] = [
      [0, moreH],
      [0, moreW],
    ];
    const spread = moreH + moreW > 0 ? surround(x, more) : x;
    const y = record(
      "convTranspose2d",
      [spread, w],
      shape,
      backend.conv2dInputGrad(spread.storage, w.storage, geometry),
      (g) => [
        () => backend.conv2d(g.storage, w.storage, undefined, geometry),
        () => backend.conv2dWeightGrad(g.storage, spread.storage, geometry),
      ],
      [spread, w],
      geometry,
    );
    return bias ? add(y, reshape(bias, [-1, 1, 1])) : y;
  });
}
