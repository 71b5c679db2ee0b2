/** Softmax and its logarithm. */

import { refuseMore } from "../arguments.js";
import { record } from "../autograd.js";
import { normalizeDim, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** What `logSoftmax` has made, and along which axis: known to be log-probabilities without a look at the numbers. */
const logProbabilities = new WeakMap<Tensor, number>();

/** Internal: whether `logSoftmax` has made x, along `dim`. */
export function isLogSoftmax(x: Tensor, dim: number): boolean {
  return logProbabilities.get(x) === dim;
}

function along(name: string, x: Tensor, dim: number, logarithm: boolean): Tensor {
  checkTensor(name, "x", x);
  const d = normalizeDim(dim, x.shape.length, name);
  const geometry = { outer: sizeOf(x.shape.slice(0, d)), n: x.shape[d], inner: sizeOf(x.shape.slice(d + 1)) };
  const { backend } = x;
  const y = backend.softmax(x.storage, geometry, logarithm);
  const gradients = (g: Tensor) => [() => backend.softmaxGrad(g.storage, y, geometry, logarithm)];
  return record(name, [x], x.shape, y, gradients, ["result"], { dim: d });
}

/**
 * y_i = exp(x_i) / Σ_j exp(x_j) along `dim`. The largest x is subtracted first, so nothing overflows.
 */
export function softmax(x: Tensor, dim: number, ...more: never[]): Tensor {
  refuseMore("softmax(x, dim)", more);
  return along("softmax", x, dim, false);
}

/**
 * y_i = x_i − ln Σ_j exp(x_j) along `dim`, stable where softmax underflows.
 */
export function logSoftmax(x: Tensor, dim: number, ...more: never[]): Tensor {
  refuseMore("logSoftmax(x, dim)", more);
  const y = along("logSoftmax", x, dim, true);
  logProbabilities.set(y, normalizeDim(dim, x.shape.length, "logSoftmax"));
  return y;
}
