/** Max and average pooling. */

import { aBoolean, checkOptions, type OptionKinds } from "../arguments.js";
import { record } from "../autograd.js";
import type { PoolGeometry } from "../backend/backend.js";
import { formatShape, type Shape, ShapeError } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { aPair, type Pair, pairOf, windowCount } from "./conv2d.js";

export interface Pool2dOptions {
  /** Step of the window. Default: the window's own size. */
  stride?: Pair;
  /** Added on every side, at most half the window. Default 0. */
  padding?: Pair;
}

export interface AvgPool2dOptions extends Pool2dOptions {
  /** Padding counts in the divisor. Default true, as in PyTorch. */
  countIncludePad?: boolean;
}

export const maxPoolKinds: OptionKinds<Pool2dOptions> = { stride: aPair, padding: aPair };
export const avgPoolKinds: OptionKinds<AvgPool2dOptions> = { ...maxPoolKinds, countIncludePad: aBoolean };

/**
 * The window of `who` and how it moves, along both axes.
 * @throws ShapeError when one of its numbers is no size, or more than half of it would lie on padding
 */
export function poolWindow(who: string, kernelSize: Pair, { stride = kernelSize, padding = 0 }: Pool2dOptions) {
  const [kH, kW] = pairOf(kernelSize, 1, `${who}: kernelSize`);
  const [strideH, strideW] = pairOf(stride, 1, `${who}: stride`);
  const [padH, padW] = pairOf(padding, 0, `${who}: padding`);
  if (2 * padH > kH || 2 * padW > kW) {
    throw new ShapeError(`${who}: padding [${padH}, ${padW}] is more than half the window [${kH}, ${kW}]`);
  }
  return { kH, kW, strideH, strideW, padH, padW };
}

function poolGeometry(name: string, x: Shape, kernelSize: Pair, options: AvgPool2dOptions): PoolGeometry {
  if (x.length !== 4) {
    throw new ShapeError(`${name}: expected an input of 4 axes (N, C, H, W), got ${formatShape(x)}`);
  }
  const [n, c, h, w] = x;
  if (h === 0 || w === 0) throw new ShapeError(`${name}: the input ${formatShape(x)} has no pixels`);
  const window = poolWindow(name, kernelSize, options);
  const { kH, kW, strideH, strideW, padH, padW } = window;
  const outH = windowCount(h, kH, strideH, padH, 1);
  const outW = windowCount(w, kW, strideW, padW, 1);
  if (outH < 1 || outW < 1) {
    const [axis, k, size] = outH < 1 ? ["H", kH, h + 2 * padH] : ["W", kW, w + 2 * padW];
    throw new ShapeError(
      `${name}: the window spans ${k} along ${axis}, the padded input ${formatShape(x)} has ${size}`,
    );
  }
  const countIncludePad = options.countIncludePad ?? true;
  return { planes: n * c, h, w, outH, outW, ...window, countIncludePad };
}

function pooledShape(x: Shape, { outH, outW }: PoolGeometry): Shape {
  return [x[0], x[1], outH, outW];
}

/**
 * Largest element of each window; padding never wins, NaN always does. Where several are largest, the gradient goes to
 * the first of them, row by row, and where several are NaN, to the last: as in PyTorch.
 * @param x [N, C, H, W]
 * @param kernelSize [kH, kW] of the window, or one number for both
 * @returns [N, C, outH, outW]
 * @throws ShapeError when the window does not fit into the padded input
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, options: Pool2dOptions = {}): Tensor {
  checkTensor("maxPool2d", "x", x);
  checkOptions("maxPool2d", options, maxPoolKinds);
  const geometry = poolGeometry("maxPool2d", x.shape, kernelSize, options);
  const { backend } = x;
  const y = backend.maxPool2d(x.storage, geometry);
  return record(
    "maxPool2d",
    [x],
    pooledShape(x.shape, geometry),
    y,
    (g) => [() => backend.maxPool2dGrad(g.storage, x.storage, y, geometry)],
    [x, "result"],
    geometry,
  );
}

/**
 * Mean of each window.
 * @param x [N, C, H, W]
 * @param kernelSize [kH, kW] of the window, or one number for both
 * @returns [N, C, outH, outW]
 * @throws ShapeError when the window does not fit into the padded input
 */
export function avgPool2d(x: Tensor, kernelSize: Pair, options: AvgPool2dOptions = {}): Tensor {
  checkTensor("avgPool2d", "x", x);
  checkOptions("avgPool2d", options, avgPoolKinds);
  const geometry = poolGeometry("avgPool2d", x.shape, kernelSize, options);
  const { backend } = x;
  return record(
    "avgPool2d",
    [x],
    pooledShape(x.shape, geometry),
    backend.avgPool2d(x.storage, geometry),
    (g) => [() => backend.avgPool2dGrad(g.storage, geometry)],
    [],
    geometry,
  );
}
