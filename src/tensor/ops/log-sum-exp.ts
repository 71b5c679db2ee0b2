/** logSumExp. */

import { checkOptions } from "../arguments.js";
import { scope } from "../scope.js";
import { normalizeDims } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { reshape } from "./movement/reshape.js";
import { add, sub } from "./pointwise/arithmetic.js";
import { eq } from "./pointwise/comparisons.js";
import { exp, log } from "./pointwise/exponentials.js";
import { abs } from "./pointwise/magnitude.js";
import { where } from "./pointwise/where.js";
import { max } from "./reduce.js";
import { droppedShape, type ReduceOptions, reduceKinds, sum } from "./sum.js";

/**
 * ln Σ exp(x) over the axes `dim` (default: all). The largest x is subtracted first, so nothing overflows.
 * @throws ShapeError when there is no such axis, or nothing along it
 */
export function logSumExp(x: Tensor, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  checkTensor("logSumExp", "x", x);
  checkOptions("logSumExp", options, reduceKinds);
  const { keepdim = false } = options;
  const dims = normalizeDims(dim, x.shape.length, "logSumExp");
  return scope(() => {
    const largest = max(x.detach(), dims, { keepdim: true });
    // An infinite one less itself would be NaN.
    const shift = where(eq(abs(largest), Infinity), 0, largest);
    const y = add(log(sum(exp(sub(x, shift)), dims, { keepdim: true })), shift);
    return keepdim ? y : reshape(y, droppedShape(x.shape, dims));
  });
}
