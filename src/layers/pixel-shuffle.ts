/** PixelShuffle: channels become pixels, as a function and as a layer. */

import { aCount, checkArgument, refuseMore } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { permute } from "../tensor/ops/movement/permute.js";
import { reshape } from "../tensor/ops/movement/reshape.js";
import { scope } from "../tensor/scope.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/**
 * [N, C·r², H, W] to [N, C, H·r, W·r]: y[n, c, i·r + a, j·r + b] = x[n, c·r² + a·r + b, i, j].
 * @param upscaleFactor r
 * @throws ShapeError when x has not four axes, or r² does not divide its channels
 * @see W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
 *   network", CVPR 2016, arXiv:1609.05158
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number, ...more: never[]): Tensor {
  refuseMore("pixelShuffle(x, upscaleFactor)", more);
  checkTensor("pixelShuffle", "x", x);
  checkArgument("pixelShuffle", "upscaleFactor", upscaleFactor, aCount);
  const r = upscaleFactor;
  if (x.shape.length !== 4 || x.shape[1] % (r * r) !== 0) {
    throw new ShapeError(`pixelShuffle: expected an input [N, C·${r * r}, H, W], got ${formatShape(x.shape)}`);
  }
  const [n, channels, h, w] = x.shape;
  const c = channels / (r * r);
  return scope(() => reshape(permute(reshape(x, [n, c, r, r, h, w]), [0, 1, 4, 2, 5, 3]), [n, c, h * r, w * r]));
}

/** `pixelShuffle` as a layer; see there for the formula. */
export class PixelShuffle extends Module {
  /** r, how many times as high and as wide the image becomes. */
  readonly upscaleFactor: number;

  /**
   * @param upscaleFactor r
   * @throws RangeError unless it is a positive integer
   */
  constructor(upscaleFactor: number) {
    super();
    checkArgument("PixelShuffle", "upscaleFactor", upscaleFactor, aCount);
    this.upscaleFactor = upscaleFactor;
  }

  /**
   * [N, C·r², H, W] to [N, C, H·r, W·r].
   * @throws ShapeError when r² does not divide the channels
   */
  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  protected override describe(): string {
    return String(this.upscaleFactor);
  }
}

keepsNothing.add(PixelShuffle.prototype.forward);
