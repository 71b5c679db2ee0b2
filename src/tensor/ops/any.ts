/** any: whether an element is not 0. */

import { checkOptions } from "../arguments.js";
import { scope } from "../scope.js";
import { normalizeDims } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { gt, ne } from "./pointwise/order.js";
import { type ReduceOptions, reduceKinds, sum } from "./sum.js";

/** 1 where an element over the axes `dim` (default: all) is not 0, otherwise 0; 0 of nothing. */
export function any(x: Tensor, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  checkTensor("any", "x", x);
  checkOptions("any", options, reduceKinds);
  const dims = normalizeDims(dim, x.shape.length, "any");
  return scope(() => gt(sum(ne(x, 0), dims, options), 0));
}
