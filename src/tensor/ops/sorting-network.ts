/** A sorting network: comparisons that are the same for all numbers, so that a device sorts what it need not be read for. */

import { scope } from "../scope.js";
import type { Tensor } from "../tensor.js";
import { cat } from "./movement/cat.js";
import { flip } from "./movement/flip.js";
import { pad } from "./movement/pad.js";
import { reshape } from "./movement/reshape.js";
import { slice } from "./movement/slice.js";
import { add, mul, sub } from "./pointwise/arithmetic.js";
import { eq } from "./pointwise/comparisons.js";
import { gt, le } from "./pointwise/order.js";
import { where } from "./pointwise/where.js";

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
 * Rows in order, and what is carried along in the order of its keys, by Batcher's bitonic network: log²(n) / 2 exchanges of
 * all numbers at once. Equal keys go by what they carry, the smaller first; NaN is larger than everything.
 * @see K. E. Batcher, "Sorting networks and their applications", 1968
 */
export function network([keys, carried]: Pairs, descending = false): Pairs {
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
