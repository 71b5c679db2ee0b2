/** Images whose rows and columns are mixtures of those of others: what adaptive means and bilinear interpolation share. */

import { scope } from "../scope.js";
import { type Tensor, wrap } from "../tensor.js";
import { matmul } from "./matmul.js";

/**
 * Internal: [N, C, H, W] to [N, C, H', W'], two matrix products.
 * @param rows [H', H], the weights of x's rows in each row of the result
 * @param columns [W', W], likewise
 */
export function resample(x: Tensor, rows: Float32Array, columns: Float32Array): Tensor {
  const [, , h, w] = x.shape;
  const matrix = (weights: Float32Array, n: number) =>
    wrap([weights.length / n, n], x.backend.upload(weights), x.backend);
  return scope(() => matmul(matrix(rows, h), matmul(x, matrix(columns, w), { transB: true })));
}
