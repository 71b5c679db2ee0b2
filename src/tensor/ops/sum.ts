/** sum and expand, each the other's gradient, and how any reduction goes over its axes. */

import { aBoolean, checkOptions, type OptionKinds, refuseMore } from "../arguments.js";
import { record } from "../autograd.js";
import type { ReduceName, Storage } from "../backend/backend.js";
import {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  formatShape,
  normalizeDims,
  type Shape,
  ShapeError,
  sameShape,
  sizeOf,
} from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { reshape } from "./movement/reshape.js";

export interface ReduceOptions {
  /** Keeps the reduced axes, with size 1. Default false. */
  keepdim?: boolean;
}

export const reduceKinds: OptionKinds<ReduceOptions> = { keepdim: aBoolean };

/** `shape` with size 1 along the axes `dims`. */
export function keptShape(shape: Shape, dims: readonly number[]): number[] {
  return shape.map((n, d) => (dims.includes(d) ? 1 : n));
}

/** `shape` without the axes `dims`. */
export function droppedShape(shape: Shape, dims: readonly number[]): number[] {
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

/** The shape and the numbers of x, reduced over the axes `dims`. */
export function reduced(name: ReduceName, x: Tensor, dims: readonly number[], keepdim: boolean): [Shape, Storage] {
  return [keepdim ? keptShape(x.shape, dims) : droppedShape(x.shape, dims), reduceStorage(name, x, dims)];
}

/** Sum over the axes `dim` (default: all). */
export function sum(x: Tensor, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  checkTensor("sum", "x", x);
  checkOptions("sum", options, reduceKinds);
  const { keepdim = false } = options;
  const dims = normalizeDims(dim, x.shape.length, "sum");
  const [shape, storage] = reduced("sum", x, dims, keepdim);
  const gradients = (g: Tensor) => [() => expand(reshape(g, keptShape(x.shape, dims)), x.shape)];
  return record("sum", [x], shape, storage, gradients, [], { dims, keepdim });
}

/**
 * Repeats axes of size 1 (and adds leading ones) until x has the given shape.
 * @throws ShapeError when x does not broadcast to it.
 */
export function expand(x: Tensor, shape: Shape, ...more: never[]): Tensor {
  checkTensor("expand", "x", x);
  checkShape(shape, "expand");
  refuseMore("expand(x, shape)", more);
  if (!sameShape(broadcastShapes(x.shape, shape, "expand"), shape)) {
    throw new ShapeError(`expand: ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}`);
  }
  const storage = x.backend.view(x.storage, { shape, strides: broadcastStrides(x.shape, shape), offset: 0 });
  return record("expand", [x], shape, storage, (g) => [() => sumTo(g, x.shape)], []);
}

/** Sums x over the axes along which `shape` was broadcast to become x's: the adjoint of `expand`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const strides = broadcastStrides(shape, x.shape);
  const dims = [...strides.keys()].filter((d) => strides[d] === 0 && x.shape[d] !== 1);
  return reshape(dims.length === 0 ? x : sum(x, dims), shape);
}
