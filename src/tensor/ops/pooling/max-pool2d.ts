/** maxPool2d: the largest element of each window. */

import { checkOptions, type OptionKinds } from "../../arguments.js";
import { record } from "../../autograd.js";
import { scope } from "../../scope.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { indexSelect } from "../movement/index-select.js";
import { type Edges, surround } from "../movement/surround.js";
import { aPair, type Pair } from "../window.js";
import { type Pool2dOptions, pooledShape, poolGeometry, poolKinds, poolWindow } from "./pool-window.js";

export interface MaxPool2dOptions extends Pool2dOptions {
  /** Distance between the elements of a window. Default 1. */
  dilation?: Pair;
}

export const maxPoolKinds: OptionKinds<MaxPool2dOptions> = { ...poolKinds, dilation: aPair };

/**
 * x with the elements of windows that are spread out side by side along the axis `d`. In place of padding stands the
 * nearest element of the same window, which wins nothing by it; where there is none, −Infinity.
 */
function gathered(x: Tensor, d: number, count: number, k: number, stride: number, padding: number, dilation: number) {
  const n = x.shape[d];
  const places = Int32Array.from({ length: count * k }, (_, i) => {
    const begin = Math.floor(i / k) * stride - padding;
    const first = begin + dilation * Math.max(0, Math.ceil(-begin / dilation));
    const last = begin + dilation * Math.min(k - 1, Math.floor((n - 1 - begin) / dilation));
    return first > last ? n : Math.min(Math.max(begin + (i % k) * dilation, first), last);
  });
  const edges: Edges[] = [2, 3].map((axis) => [0, axis === d ? 1 : 0]);
  return indexSelect(places.includes(n) ? surround(x, edges, -Infinity) : x, d, places);
}

/**
 * Largest element of each window; padding never wins, NaN always does. Where several are largest, the gradient goes to
 * the first of them, row by row, and where several are NaN, to the last: as in PyTorch.
 * @param x [N, C, H, W]
 * @param kernelSize [kH, kW] of the window, or one number for both
 * @returns [N, C, outH, outW]
 * @throws ShapeError when the window does not fit into the padded input
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, options: MaxPool2dOptions = {}): Tensor {
  checkTensor("maxPool2d", "x", x);
  checkOptions("maxPool2d", options, maxPoolKinds);
  const geometry = poolGeometry("maxPool2d", x.shape, kernelSize, options);
  const { dilationH, dilationW } = poolWindow("maxPool2d", kernelSize, options);
  if (dilationH * dilationW > 1) {
    const { kH, kW, outH, outW, strideH, strideW, padH, padW } = geometry;
    return scope(() => {
      const rows = gathered(x, 2, outH, kH, strideH, padH, dilationH);
      return maxPool2d(gathered(rows, 3, outW, kW, strideW, padW, dilationW), kernelSize);
    });
  }
  const { backend } = x;
  const y = backend.maxPool2d(x.storage, geometry);
  const gradients = (g: Tensor) => [() => backend.maxPool2dGrad(g.storage, x.storage, y, geometry)];
  return record("maxPool2d", [x], pooledShape(x.shape, geometry), y, gradients, [x, "result"], geometry);
}
