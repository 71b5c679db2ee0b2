/** sort, argsort, topk. */

import { aBoolean, checkArgument, checkOptions, type OptionKinds, wholeFrom } from "../arguments.js";
import { record } from "../autograd.js";
import type { FloatArray } from "../backend/backend.js";
import { scope } from "../scope.js";
import { normalizeDim, ShapeError, sizeOf } from "../shape.js";
import { checkTensor, type Tensor, wrap } from "../tensor.js";
import { transpose } from "./movement/permute.js";
import { reshape } from "./movement/reshape.js";
import { slice } from "./movement/slice.js";
import { network } from "./sorting-network.js";
import { expand } from "./sum.js";

export interface SortOptions {
  /** From the largest to the smallest. Default false. */
  descending?: boolean;
}

const sortKinds: OptionKinds<SortOptions> = { descending: aBoolean };

/** What sorting gives. */
export interface Sorted {
  /** In order; gradients go back to where they came from. */
  readonly values: Tensor;
  /** Where along the axis each of them was, as floats (exact below 2^24). */
  readonly indices: Tensor;
}

/** NaN is larger than all else. */
function compare(a: number, b: number): number {
  if (a < b) return -1;
  return a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Where in its row of n each number comes from when the rows are put in order. */
function orderOf(numbers: FloatArray, n: number, descending: boolean): Int32Array {
  const order = Int32Array.from(numbers, (_, at) => at % n);
  for (let begin = 0; begin < order.length; begin += n) {
    const row = numbers.subarray(begin, begin + n);
    const sign = descending ? -1 : 1;
    order.subarray(begin, begin + n).sort((i, j) => sign * compare(row[i], row[j]) || i - j);
  }
  return order;
}

/** Rows of numbers that the host has. */
function sortOnHost(rows: Tensor, numbers: FloatArray, descending: boolean): Sorted {
  const { backend, shape, size } = rows;
  const n = shape[1];
  const order = orderOf(numbers, n, descending);
  const sources = order.map((place, at) => at - (at % n) + place);
  const geometry = { outer: 1, n: size, inner: 1 };
  const storage = backend.indexSelect(rows.storage, sources, geometry);
  const gradients = (g: Tensor) => [() => backend.indexAdd(g.storage, sources, geometry)];
  const values = record("sort", [rows], shape, storage, gradients);
  return { values, indices: wrap(shape, backend.upload(order), backend) };
}

/** Rows of numbers on a device. */
function sortOnDevice(rows: Tensor, descending: boolean): Sorted {
  const { backend, shape, size } = rows;
  const n = shape[1];
  const places = wrap([n], backend.upload(Float32Array.from({ length: n }, (_, i) => i)), backend);
  const [keys, indices] = network([rows.detach(), expand(places, shape)], descending);
  const copy = backend.view(keys.storage, { shape: [size], strides: [1], offset: 0 });
  // Put in the order of their places, the gradients are where the elements were.
  const gradients = (g: Tensor) => [() => network([indices, g])[1], () => indices];
  return { values: record("sort", [rows, indices], shape, copy, gradients, [indices]), indices };
}

function sorted(who: string, x: Tensor, dim: number, options: SortOptions): Sorted {
  checkTensor(who, "x", x);
  checkOptions(who, options, sortKinds);
  const d = normalizeDim(dim, x.shape.length, who);
  const { descending = false } = options;
  return scope(() => {
    const moved = transpose(x, d, -1);
    const rows = reshape(moved, [sizeOf(moved.shape.slice(0, -1)), x.shape[d]]);
    const numbers = x.backend.readSync?.(rows.storage);
    const { values, indices } = numbers ? sortOnHost(rows, numbers, descending) : sortOnDevice(rows, descending);
    const inPlace = (t: Tensor) => transpose(reshape(t, moved.shape), d, -1);
    return { values: inPlace(values), indices: inPlace(indices) };
  });
}

/**
 * The elements along `dim` in order. Equal ones stay in the order that they have; NaN is larger than everything.
 * @returns the values, and where they were
 * @throws ShapeError when there is no such axis
 */
export function sort(x: Tensor, dim = -1, options: SortOptions = {}): Sorted {
  return sorted("sort", x, dim, options);
}

/**
 * Where along `dim` the elements come from when they are put in order, as `sort` does.
 * @throws ShapeError when there is no such axis
 */
export function argsort(x: Tensor, dim = -1, options: SortOptions = {}): Tensor {
  return sorted("argsort", x, dim, options).indices;
}

export interface TopkOptions {
  /** The largest, or else the smallest. Default true. */
  largest?: boolean;
}

const topkKinds: OptionKinds<TopkOptions> = { largest: aBoolean };

/**
 * The k largest elements along `dim`, the largest first; NaN is larger than everything.
 * @param k how many, 0 or more
 * @returns the values, and where they were
 * @throws ShapeError when there is no such axis, or it has fewer than k elements
 */
export function topk(x: Tensor, k: number, dim = -1, options: TopkOptions = {}): Sorted {
  checkTensor("topk", "x", x);
  checkArgument("topk", "k", k, wholeFrom(0));
  checkOptions("topk", options, topkKinds);
  const d = normalizeDim(dim, x.shape.length, "topk");
  if (k > x.shape[d]) throw new ShapeError(`topk: axis ${d} has ${x.shape[d]} elements, fewer than ${k}`);
  return scope(() => {
    const { values, indices } = sorted("topk", x, d, { descending: options.largest ?? true });
    return { values: slice(values, d, 0, k), indices: slice(indices, d, 0, k) };
  });
}
