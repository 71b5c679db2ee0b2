/** Reductions over any axes: mean, max, min, variance, argMax. (sum is in sum.ts.) */

import { aNumber, checkOptions, type OptionKinds } from "../arguments.js";
import { record } from "../autograd.js";
import { scope } from "../scope.js";
import { normalizeDim, normalizeDims, ShapeError, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { reshape } from "./movement/reshape.js";
import { div, mul, sub } from "./pointwise/arithmetic.js";
import { eq } from "./pointwise/comparisons.js";
import { droppedShape, keptShape, type ReduceOptions, reduced, reduceKinds, sum } from "./sum.js";

/** Arithmetic mean over the axes `dim` (default: all); NaN where there is nothing. */
export function mean(x: Tensor, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  checkTensor("mean", "x", x);
  checkOptions("mean", options, reduceKinds);
  const dims = normalizeDims(dim, x.shape.length, "mean");
  return scope(() => div(sum(x, dims, options), sizeOf(dims.map((d) => x.shape[d]))));
}

/** The largest or smallest element. Its gradient is shared evenly between ties, as torch.amax does. */
function extremum(
  name: "max" | "min",
  x: Tensor,
  dim: number | readonly number[] | undefined,
  options: ReduceOptions,
): Tensor {
  checkTensor(name, "x", x);
  checkOptions(name, options, reduceKinds);
  const { keepdim = false } = options;
  const dims = normalizeDims(dim, x.shape.length, name);
  const empty = dims.find((d) => x.shape[d] === 0);
  if (empty !== undefined) throw new ShapeError(`${name}: axis ${empty} is empty, it has no ${name}imum`);
  const [shape, storage] = reduced(name, x, dims, keepdim);
  const kept = keptShape(x.shape, dims);
  const result: Tensor = record(
    name,
    [x],
    shape,
    storage,
    (g) => [
      () => {
        const winners = eq(x, reshape(result, kept));
        return mul(winners, div(reshape(g, kept), sum(winners, dims, { keepdim: true })));
      },
    ],
    [x, "result"],
    { dims, keepdim },
  );
  return result;
}

/** Largest element over the axes `dim` (default: all); ties share the gradient evenly; NaN wins. */
export function max(x: Tensor, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return extremum("max", x, dim, options);
}

/** Smallest element over the axes `dim` (default: all); ties share the gradient evenly; NaN wins. */
export function min(x: Tensor, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return extremum("min", x, dim, options);
}

export interface VarianceOptions extends ReduceOptions {
  /** Σ(x − mean)² is divided by n − correction: 1 (default) is unbiased, 0 is the population's. */
  correction?: number;
}

const varianceKinds: OptionKinds<VarianceOptions> = { ...reduceKinds, correction: aNumber };

/**
 * Variance over the axes `dim` (default: all): Σ(x − mean)² / max(0, n − correction). So it is NaN of nothing, or of one
 * element with the default correction, as in PyTorch.
 */
export function variance(x: Tensor, dim?: number | readonly number[], options: VarianceOptions = {}): Tensor {
  checkTensor("variance", "x", x);
  checkOptions("variance", options, varianceKinds);
  const { keepdim = false, correction = 1 } = options;
  const dims = normalizeDims(dim, x.shape.length, "variance");
  const n = sizeOf(dims.map((d) => x.shape[d]));
  return scope(() => {
    const deviation = sub(x, mean(x, dims, { keepdim: true }));
    return div(sum(mul(deviation, deviation), dims, { keepdim }), Math.max(0, n - correction));
  });
}

/**
 * Index of the first largest element along `dim`, or in the flattened tensor, as a float (exact below 2^24).
 * @throws ShapeError when there is no element
 */
export function argMax(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  checkTensor("argMax", "x", x);
  checkOptions("argMax", options, reduceKinds);
  const { keepdim = false } = options;
  const rank = x.shape.length;
  const d = dim === undefined ? undefined : normalizeDim(dim, rank, "argMax");
  const dims = d === undefined ? normalizeDims(undefined, rank, "argMax") : [d];
  const outer = d === undefined ? 1 : sizeOf(x.shape.slice(0, d));
  const n = d === undefined ? x.size : x.shape[d];
  if (n === 0) throw new ShapeError(`argMax: axis ${d ?? "all"} is empty, it has no maximum`);
  const inner = d === undefined ? 1 : sizeOf(x.shape.slice(d + 1));
  const shape = keepdim ? keptShape(x.shape, dims) : droppedShape(x.shape, dims);
  return record("argMax", [x], shape, x.backend.argMax(x.storage, { outer, n, inner }), null, [], { dim: d, keepdim });
}
