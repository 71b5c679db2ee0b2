/** argMin. */

import { checkOptions } from "../arguments.js";
import { scope } from "../scope.js";
import { normalizeDim } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { neg } from "./pointwise/arithmetic.js";
import { argMax } from "./reduce.js";
import { type ReduceOptions, reduceKinds } from "./sum.js";

/**
 * Index of the first smallest element along `dim`, or in the flattened tensor, as a float (exact below 2^24).
 * @throws ShapeError when there is no element
 */
export function argMin(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  checkTensor("argMin", "x", x);
  checkOptions("argMin", options, reduceKinds);
  if (dim !== undefined) normalizeDim(dim, x.shape.length, "argMin");
  return scope(() => argMax(neg(x), dim, options));
}
