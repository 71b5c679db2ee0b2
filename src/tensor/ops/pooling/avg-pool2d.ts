/** avgPool2d: the mean of each window. */

import { aBoolean, aCount, checkOptions, type OptionKinds } from "../../arguments.js";
import { record } from "../../autograd.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import type { Pair } from "../window.js";
import { type Pool2dOptions, pooledShape, poolGeometry, poolKinds } from "./pool-window.js";

export interface AvgPool2dOptions extends Pool2dOptions {
  /** Padding counts in the divisor. Default true, as in PyTorch. */
  countIncludePad?: boolean;
  /** What sums are divided by. Default: how many elements they have. */
  divisorOverride?: number;
}

export const avgPoolKinds: OptionKinds<AvgPool2dOptions> = {
  ...poolKinds,
  countIncludePad: aBoolean,
  divisorOverride: aCount,
};

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
  const y = backend.avgPool2d(x.storage, geometry);
  const gradients = (g: Tensor) => [() => backend.avgPool2dGrad(g.storage, geometry)];
  return record("avgPool2d", [x], pooledShape(x.shape, geometry), y, gradients, [], geometry);
}
