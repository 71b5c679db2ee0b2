/** Reductions over any axes: sum, mean, max, min, variance, argMax. */

import { record, scope } from "../autograd.js";
import type { ReduceName, Storage } from "../backend/backend.js";
import { broadcastStrides, normalizeDim, normalizeDims, type Shape, ShapeError, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { expand, reshape } from "./movement.js";
import { div, eq, mul, sub } from "./pointwise.js";

export interface ReduceOptions {
  /** Keeps the reduced axes, with size 1. Default false. */
  keepdim?: boolean;
}

function keptShape(shape: Shape, dims: readonly number[]): number[] {
  return shape.map((n, d) => (dims.includes(d) ? 1 : n));
}

function droppedShape(shape: Shape, dims: readonly number[]): number[] {
  return shape.filter((_, d) => !dims.includes(d));
}

/**
 * Reduces runs of adjacent axes, the last run first: each is the middle axis of an [outer, n, inner] box, which is all
 * that a backend has to know.
 */
function reduceStorage(name: ReduceName, x: Tensor, dims: readonly number[]): Storage {
  const { backend } = x;
  let storage = x.storage;
  let inner = 1;
  for (let d = x.shape.length - 1; d >= 0; d--) {
    if (!dims.includes(d)) {
      inner *= x.shape[d];
      continue;
    }
    let n = x.shape[d];
    while (dims.includes(d - 1)) n *= x.shape[--d];
    const outer = sizeOf(x.shape.slice(0, d));
    const reduced = backend.reduce(name, storage, { outer, n, inner });
    if (storage !== x.storage) backend.free(storage);
    storage = reduced;
  }
  if (storage !== x.storage) return storage;
  return backend.view(storage, { shape: [storage.size], strides: [1], offset: 0 });
}

function reduced(name: ReduceName, x: Tensor, dims: readonly number[], keepdim: boolean): [Shape, Storage] {
  return [keepdim ? keptShape(x.shape, dims) : droppedShape(x.shape, dims), reduceStorage(name, x, dims)];
}

/** Sum over the axes `dim` (default: all). */
export function sum(x: Tensor, dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): Tensor {
  const dims = normalizeDims(dim, x.shape.length, "sum");
  const [shape, storage] = reduced("sum", x, dims, keepdim);
  const gradients = (g: Tensor) => [() => expand(reshape(g, keptShape(x.shape, dims)), x.shape)];
  return record("sum", [x], shape, storage, gradients, [], { dims, keepdim });
}

/** Arithmetic mean over the axes `dim` (default: all). */
export function mean(x: Tensor, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  const dims = normalizeDims(dim, x.shape.length, "mean");
  return scope(() => mul(sum(x, dims, options), 1 / sizeOf(dims.map((d) => x.shape[d]))));
}

/** The largest or smallest element. Its gradient is shared evenly between ties, as torch.amax does. */
function extremum(
  name: "max" | "min",
  x: Tensor,
  dim: number | readonly number[] | undefined,
  keepdim: boolean,
): Tensor {
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
export function max(x: Tensor, dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): Tensor {
  return extremum("max", x, dim, keepdim);
}

/** Smallest element over the axes `dim` (default: all); ties share the gradient evenly; NaN wins. */
export function min(x: Tensor, dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): Tensor {
  return extremum("min", x, dim, keepdim);
}

export interface VarianceOptions extends ReduceOptions {
  /** Σ(x − mean)² is divided by n − correction: 1 (default) is unbiased, 0 is the population's. */
  correction?: number;
}

/** Variance over the axes `dim` (default: all): Σ(x − mean)² / (n − correction). */
export function variance(
  x: Tensor,
  dim?: number | readonly number[],
  { keepdim = false, correction = 1 }: VarianceOptions = {},
): Tensor {
  const dims = normalizeDims(dim, x.shape.length, "variance");
  const n = sizeOf(dims.map((d) => x.shape[d]));
  return scope(() => {
    const deviation = sub(x, mean(x, dims, { keepdim: true }));
    return mul(sum(mul(deviation, deviation), dims, { keepdim }), 1 / (n - correction));
  });
}

/**
 * Index of the first largest element along `dim`, or in the flattened tensor, as a float (exact below 2^24).
 * @throws ShapeError when there is no element
 */
export function argMax(x: Tensor, dim?: number, { keepdim = false }: ReduceOptions = {}): Tensor {
  const rank = x.shape.length;
  const d = dim === undefined ? undefined : normalizeDim(dim, rank, "argMax");
  const dims = d === undefined ? normalizeDims(undefined, rank, "argMax") : [d];
  const outer = d === undefined ? 1 : sizeOf(x.shape.slice(0, d));
  const n = d === undefined ? x.size : x.shape[d];
  if (n === 0) throw new ShapeError(`argMax: axis ${d ?? "all"} is empty, it has no maximum`);
  const inner = x.size / (outer * n);
  const shape = keepdim ? keptShape(x.shape, dims) : droppedShape(x.shape, dims);
  return record("argMax", [x], shape, x.backend.argMax(x.storage, { outer, n, inner }), null, [], { dim: d, keepdim });
}

/** Sums x over the axes along which `shape` was broadcast to become x's: the adjoint of `expand`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const strides = broadcastStrides(shape, x.shape);
  const dims = strides.flatMap((stride, d) => (stride === 0 && x.shape[d] !== 1 ? [d] : []));
  const missing = x.shape.length - shape.length;
  return dims.length === 0 && missing === 0 ? x : reshape(dims.length === 0 ? x : sum(x, dims), shape);
}
