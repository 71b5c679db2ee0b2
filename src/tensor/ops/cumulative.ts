/** cumsum and prod: sums of all that came before, and products. */

import { checkOptions, refuseMore } from "../arguments.js";
import { scope } from "../scope.js";
import { normalizeDim } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { pad } from "./movement/pad.js";
import { reshape } from "./movement/reshape.js";
import { slice } from "./movement/slice.js";
import { add, mul } from "./pointwise/arithmetic.js";
import { droppedShape, keptShape, type ReduceOptions, reduceKinds } from "./sum.js";

/** x with so many elements of `value` before and after those along `dim`. */
function padded(x: Tensor, dim: number, before: number, after: number, value: number): Tensor {
  const untouched = new Array<number>(2 * (x.shape.length - 1 - dim)).fill(0);
  return pad(x, [...untouched, before, after], { value });
}

/**
 * y_i = x_0 + … + x_i along `dim`: by adding x to itself, moved on by 1, 2, 4, … elements.
 * @throws ShapeError when there is no such axis
 */
export function cumsum(x: Tensor, dim: number, ...more: never[]): Tensor {
  refuseMore("cumsum(x, dim)", more);
  checkTensor("cumsum", "x", x);
  const d = normalizeDim(dim, x.shape.length, "cumsum");
  const n = x.shape[d];
  return scope(() => {
    let y = reshape(x, x.shape);
    for (let step = 1; step < n; step *= 2) y = add(y, padded(slice(y, d, 0, n - step), d, step, 0, 0));
    return y;
  });
}

/**
 * Product over the axis `dim`, or of all elements: by multiplying its halves until one element is left, so that the
 * gradient is right where elements are 0.
 * @throws ShapeError when there is no such axis
 */
export function prod(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  checkTensor("prod", "x", x);
  checkOptions("prod", options, reduceKinds);
  const { keepdim = false } = options;
  const rank = x.shape.length;
  const d = dim === undefined ? 0 : normalizeDim(dim, rank, "prod");
  const dims = dim === undefined ? [...x.shape.keys()] : [d];
  return scope(() => {
    let y = dim === undefined ? reshape(x, [-1]) : x;
    if (y.shape[d] === 0) y = padded(y, d, 0, 1, 1);
    while (y.shape[d] > 1) {
      const half = Math.ceil(y.shape[d] / 2);
      const even = y.shape[d] % 2 === 0 ? y : padded(y, d, 0, 1, 1);
      y = mul(slice(even, d, 0, half), slice(even, d, half));
    }
    return reshape(y, keepdim ? keptShape(x.shape, dims) : droppedShape(x.shape, dims));
  });
}
