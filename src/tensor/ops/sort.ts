/** sort, argsort, topk: by a network of comparisons, the same for all numbers, so that a device need not be read. */

import { aBoolean, aCount, checkArgument, checkOptions, type OptionKinds } from "../arguments.js";
import { record, scope } from "../autograd.js";
import { normalizeDim, ShapeError, sizeOf } from "../shape.js";
import { checkTensor, type Tensor, wrap } from "../tensor.js";
import { cat } from "./movement/cat.js";
import { flip } from "./movement/flip.js";
import { pad } from "./movement/pad.js";
import { transpose } from "./movement/permute.js";
import { reshape } from "./movement/reshape.js";
import { slice } from "./movement/slice.js";
import { add, mul, sub } from "./pointwise/arithmetic.js";
import { eq } from "./pointwise/comparisons.js";
import { gt, le } from "./pointwise/order.js";
import { where } from "./pointwise/where.js";
import { expand } from "./sum.js";

/** Rows of keys, and what goes where they go: both [rows, n]. */
type Pairs = readonly [keys: Tensor, carried: Tensor];

/** 1 where a is larger than b; NaN, which does not equal itself, is larger than all else. */
function larger(a: Tensor, b: Tensor): Tensor {
  return mul(eq(le(a, b), 0), eq(b, b));
}

/** Each number of the first half of every `2 · half` is put in order with one of the second. */
function exchange(pairs: Pairs, half: number, mirrored: boolean, descending: boolean): Pairs {
  const blocks = pairs.map((t) => reshape(t, [-1, 2 * half]));
  const firsts = blocks.map((t) => slice(t, 1, 0, half));
  const seconds = blocks.map((t) => (mirrored ? flip(slice(t, 1, half), 1) : slice(t, 1, half)));
  const [[a, i], [b, j]] = [firsts, seconds];
  const order = descending ? sub(larger(b, a), larger(a, b)) : sub(larger(a, b), larger(b, a));
  // Of equals the one that was carried first stays first.
  const swap = gt(add(mul(order, 2), gt(i, j)), 0);
  const [keys, carried] = firsts.map((first, k) => {
    const second = seconds[k];
    return reshape(cat([where(swap, second, first), where(swap, first, second)], 1), pairs[k].shape);
  });
  return [keys, carried];
}

/**
 * Batcher's bitonic network: log²(n) / 2 exchanges of all numbers at once.
 * @see K. E. Batcher, "Sorting networks and their applications", 1968
 */
function network([keys, carried]: Pairs, descending = false): Pairs {
  const [, n] = keys.shape;
  const size = 2 ** Math.ceil(Math.log2(Math.max(n, 1)));
  // What is added goes last: of equals, it comes after all others.
  let pairs: Pairs = [
    pad(keys, [0, size - n], { value: descending ? -Infinity : Number.NaN }),
    pad(carried, [0, size - n], { value: n }),
  ];
  for (let half = 1; half < size; half *= 2) {
    for (let step = half; step >= 1; step /= 2) {
      pairs = scope(() => exchange(pairs, step, step === half, descending));
    }
  }
  return [slice(pairs[0], 1, 0, n), slice(pairs[1], 1, 0, n)];
}

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

function sorted(who: string, x: Tensor, dim: number, options: SortOptions): Sorted {
  checkTensor(who, "x", x);
  checkOptions(who, options, sortKinds);
  const d = normalizeDim(dim, x.shape.length, who);
  const { size, backend } = x;
  const n = x.shape[d];
  return scope(() => {
    const moved = transpose(x, d, -1);
    const rows = reshape(moved, [sizeOf(moved.shape.slice(0, -1)), n]);
    const places = wrap([n], backend.upload(Float32Array.from({ length: n }, (_, i) => i)), backend);
    const [keys, indices] = network([rows.detach(), expand(places, rows.shape)], options.descending);
    const copy = backend.view(keys.storage, { shape: [size], strides: [1], offset: 0 });
    // Put in the order of their places, the gradients are where the elements were.
    const gradients = (g: Tensor) => [() => network([indices, g])[1], () => indices];
    const values = record("sort", [rows, indices], rows.shape, copy, gradients, [indices]);
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
 * @param k how many
 * @returns the values, and where they were
 * @throws ShapeError when there is no such axis, or it has fewer than k elements
 */
export function topk(x: Tensor, k: number, dim = -1, options: TopkOptions = {}): Sorted {
  checkTensor("topk", "x", x);
  checkArgument("topk", "k", k, aCount);
  checkOptions("topk", options, topkKinds);
  const d = normalizeDim(dim, x.shape.length, "topk");
  if (k > x.shape[d]) throw new ShapeError(`topk: axis ${d} has ${x.shape[d]} elements, fewer than ${k}`);
  return scope(() => {
    const { values, indices } = sorted("topk", x, d, { descending: options.largest ?? true });
    return { values: slice(values, d, 0, k), indices: slice(indices, d, 0, k) };
  });
}
