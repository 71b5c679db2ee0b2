/** maxPool2d: the largest element of each window. */

import { checkOptions } from "../../arguments.js";
import { record } from "../../autograd.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import type { Pair } from "../window.js";
import { type Pool2dOptions, pooledShape, poolGeometry, poolKinds } from "./pool-window.js";

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
  checkOptions("maxPool2d", options, poolKinds);
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
