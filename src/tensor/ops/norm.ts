/** Lengths and spreads: norm, std. Both are roots, whose slope at 0 is infinite: their gradient there is 0, as in PyTorch. */

import { aNumber, checkArgument, checkOptions } from "../arguments.js";
import { scope } from "../scope.js";
import { normalizeDims } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { add } from "./pointwise/arithmetic.js";
import { eq } from "./pointwise/comparisons.js";
import { keepWhere } from "./pointwise/keep-where.js";
import { abs } from "./pointwise/magnitude.js";
import { ne } from "./pointwise/order.js";
import { pow, sqrt, square } from "./pointwise/powers.js";
import { max, min, type VarianceOptions, variance } from "./reduce.js";
import { type ReduceOptions, reduceKinds, sum } from "./sum.js";

/** A root of x ≥ 0, by way of that of 1 where x is 0. */
function rooted(x: Tensor, root: (x: Tensor) => Tensor): Tensor {
  return keepWhere(root(add(x, eq(x, 0))), x.detach());
}

/**
 * (Σ |x|^p)^(1/p) over the axes `dim` (default: all): the length for p = 2, the largest |x| for Infinity, how many are
 * not 0 for p = 0.
 * @param p the exponent
 * @throws ShapeError when there is no such axis
 * @see torch.norm
 */
export function norm(x: Tensor, p = 2, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  checkTensor("norm", "x", x);
  checkArgument("norm", "p", p, aNumber);
  checkOptions("norm", options, reduceKinds);
  const dims = normalizeDims(dim, x.shape.length, "norm");
  return scope(() => {
    if (p === 2) return rooted(sum(square(x), dims, options), sqrt);
    if (p === 0) return sum(ne(x, 0), dims, options);
    if (p === 1) return sum(abs(x), dims, options);
    if (p === Infinity) return max(abs(x), dims, options);
    if (p === -Infinity) return min(abs(x), dims, options);
    return rooted(sum(pow(abs(x), p), dims, options), (y) => pow(y, 1 / p));
  });
}

/**
 * Standard deviation over the axes `dim` (default: all): the root of the `variance`.
 * @throws ShapeError when there is no such axis
 */
export function std(x: Tensor, dim?: number | readonly number[], options: VarianceOptions = {}): Tensor {
  checkTensor("std", "x", x);
  return scope(() => rooted(variance(x, dim, options), sqrt));
}
