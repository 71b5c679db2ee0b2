/** all: whether no element is 0. */

import { checkOptions } from "../arguments.js";
import { scope } from "../scope.js";
import { normalizeDims } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { eq } from "./pointwise/comparisons.js";
import { type ReduceOptions, reduceKinds, sum } from "./sum.js";

/** 1 where no element over the axes `dim` (default: all) is 0, otherwise 0; 1 of nothing. */
export function all(x: Tensor, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  checkTensor("all", "x", x);
  checkOptions("all", options, reduceKinds);
  const dims = normalizeDims(dim, x.shape.length, "all");
  return scope(() => eq(sum(eq(x, 0), dims, options), 0));
}
