/**
 * Reductions of [outer, n, inner] along the middle axis. A long axis is cut into segments of `length` elements that
 * are reduced on their own, then the same kernel reduces what they gave. Sums are kept in double precision.
 */

import { where } from "./math";
import { address } from "./simd";
import { addHigh, addLow, toFloats, total } from "./wide";

/** Columns that one step of a reduction across rows takes: one line of the cache. */
const STRIP = 16;

/** What a reduction does to one row, to a strip of columns side by side, and to one column. */
interface Reduction {
  row(x: usize, n: i32): f32;
  columns(x: usize, n: i32, step: usize, y: usize): void;
  column(x: usize, n: i32, step: usize): f32;
}

class Sum {
  row(x: usize, n: i32): f32 {
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    const stop = address(x, n);
    for (; x + 32 <= stop; x += 32) {
      const v = v128.load(x);
      const w = v128.load(x, 16);
      s0 = addLow(s0, v);
      s1 = addHigh(s1, v);
      s2 = addLow(s2, w);
      s3 = addHigh(s3, w);
    }
    let sum = total(f64x2.add(s0, s2), f64x2.add(s1, s3));
    for (; x < stop; x += 4) sum += <f64>load<f32>(x);
    return <f32>sum;
  }

  columns(x: usize, n: i32, step: usize, y: usize): void {
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    let s4 = f64x2.splat(0);
    let s5 = f64x2.splat(0);
    let s6 = f64x2.splat(0);
    let s7 = f64x2.splat(0);
    for (let k = 0; k < n; k++) {
      const v0 = v128.load(x);
      const v1 = v128.load(x, 16);
      const v2 = v128.load(x, 32);
      const v3 = v128.load(x, 48);
      s0 = addLow(s0, v0);
      s1 = addHigh(s1, v0);
      s2 = addLow(s2, v1);
      s3 = addHigh(s3, v1);
      s4 = addLow(s4, v2);
      s5 = addHigh(s5, v2);
      s6 = addLow(s6, v3);
      s7 = addHigh(s7, v3);
      x += step;
    }
    v128.store(y, toFloats(s0, s1));
    v128.store(y, toFloats(s2, s3), 16);
    v128.store(y, toFloats(s4, s5), 32);
    v128.store(y, toFloats(s6, s7), 48);
  }

  column(x: usize, n: i32, step: usize): f32 {
    let sum: f64 = 0;
    for (let k = 0; k < n; k++) {
      sum += <f64>load<f32>(x);
      x += step;
    }
    return <f32>sum;
  }
}

/** The larger or the smaller of two; NaN wins. */
interface Choice {
  pick(a: v128, b: v128): v128;
}
class Max {
  @inline pick(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}
class Min {
  @inline pick(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

class Extreme<F extends Choice> {
  @inline private pick(a: v128, b: v128): v128 {
    return changetype<F>(0).pick(a, b);
  }

  row(x: usize, n: i32): f32 {
    let best = v128.load32_splat(x);
    let b1 = best;
    let b2 = best;
    let b3 = best;
    const stop = address(x, n);
    for (; x + 64 <= stop; x += 64) {
      best = this.pick(best, v128.load(x));
      b1 = this.pick(b1, v128.load(x, 16));
      b2 = this.pick(b2, v128.load(x, 32));
      b3 = this.pick(b3, v128.load(x, 48));
    }
    best = this.pick(this.pick(best, b1), this.pick(b2, b3));
    for (; x < stop; x += 4) best = this.pick(best, v128.load32_splat(x));
    best = this.pick(best, i8x16.shuffle(best, best, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    best = this.pick(best, i32x4.shuffle(best, best, 1, 0, 3, 2));
    return f32x4.extract_lane(best, 0);
  }

  columns(x: usize, n: i32, step: usize, y: usize): void {
    let b0 = v128.load(x);
    let b1 = v128.load(x, 16);
    let b2 = v128.load(x, 32);
    let b3 = v128.load(x, 48);
    for (let k = 1; k < n; k++) {
      x += step;
      b0 = this.pick(b0, v128.load(x));
      b1 = this.pick(b1, v128.load(x, 16));
      b2 = this.pick(b2, v128.load(x, 32));
      b3 = this.pick(b3, v128.load(x, 48));
    }
    v128.store(y, b0);
    v128.store(y, b1, 16);
    v128.store(y, b2, 32);
    v128.store(y, b3, 48);
  }

  column(x: usize, n: i32, step: usize): f32 {
    let best = v128.load32_splat(x);
    for (let k = 1; k < n; k++) {
      x += step;
      best = this.pick(best, v128.load32_splat(x));
    }
    return f32x4.extract_lane(best, 0);
  }
}

/**
 * y[o, s, i] from x[o, s·length … , i]. A work item is `group` strips of sixteen columns, or of single rows where
 * inner is 1.
 */
// @ts-ignore: decorator
@inline
function reduce<F extends Reduction>(
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  outer: i32,
  n: i32,
  inner: i32,
  length: i32,
  group: i32,
): void {
  const op = changetype<F>(0);
  const segments = (n + length - 1) / length;
  const strips = (inner + STRIP - 1) / STRIP;
  const stop = min(end * group, outer * segments * strips);
  const step = (<usize>inner) << 2;
  for (let unit = begin * group; unit < stop; unit++) {
    const row = unit / strips;
    const first = (unit - row * strips) * STRIP;
    const box = row / segments;
    const start = (row - box * segments) * length;
    const count = min(length, n - start);
    const from = address(x, (box * n + start) * inner + first);
    const to = address(y, row * inner + first);
    if (inner == 1) {
      store<f32>(to, op.row(from, count));
    } else if (first + STRIP <= inner) {
      op.columns(from, count, step, to);
    } else {
      for (let i = 0; i < inner - first; i++) {
        store<f32>(address(to, i), op.column(address(from, i), count, step));
      }
    }
  }
}

export function reduceSum(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  outer: i32,
  n: i32,
  inner: i32,
  length: i32,
  group: i32,
): void {
  reduce<Sum>(begin, end, x, y, outer, n, inner, length, group);
}
export function reduceMax(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  outer: i32,
  n: i32,
  inner: i32,
  length: i32,
  group: i32,
): void {
  reduce<Extreme<Max>>(begin, end, x, y, outer, n, inner, length, group);
}
export function reduceMin(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  outer: i32,
  n: i32,
  inner: i32,
  length: i32,
  group: i32,
): void {
  reduce<Extreme<Min>>(begin, end, x, y, outer, n, inner, length, group);
}

/** The row's largest element, or NaN where there is one. */
// @ts-ignore: decorator
@inline
export function largestOfRow(x: usize, n: i32): f32 {
  return changetype<Extreme<Max>>(0).row(x, n);
}

/** Where the row's largest element (or its first NaN) first stands. */
function firstOfLargest(x: usize, n: i32): i32 {
  const largest = largestOfRow(x, n);
  const wanted = f32x4.splat(largest);
  const isNan = largest != largest;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(address(x, i));
    const hit = isNan ? f32x4.ne(v, v) : f32x4.eq(v, wanted);
    if (v128.any_true(hit)) return i + ctz(i32x4.bitmask(hit));
  }
  for (; i < n; i++) {
    const v = load<f32>(address(x, i));
    if (isNan ? v != v : v == largest) break;
  }
  return i;
}

/** The same down four columns at once, or down one (repeated four times). */
// @ts-ignore: decorator
@inline
function firstOfLargestDown(x: usize, n: i32, step: usize, single: bool): v128 {
  let best = single ? v128.load32_splat(x) : v128.load(x);
  let at = i32x4.splat(0);
  for (let k = 1; k < n; k++) {
    x += step;
    const v = single ? v128.load32_splat(x) : v128.load(x);
    const firstNan = v128.andnot(f32x4.ne(v, v), f32x4.ne(best, best));
    const better = v128.or(f32x4.gt(v, best), firstNan);
    best = where(better, v, best);
    at = where(better, i32x4.splat(k), at);
  }
  return f32x4.convert_i32x4_s(at);
}

/** Index of the first largest element along n. A work item is `group` vectors of columns, or single rows where inner is 1. */
export function argMax(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  outer: i32,
  n: i32,
  inner: i32,
  group: i32,
): void {
  const vectors = (inner + 3) >> 2;
  const stop = min(end * group, outer * vectors);
  const step = (<usize>inner) << 2;
  for (let unit = begin * group; unit < stop; unit++) {
    const row = unit / vectors;
    const first = (unit - row * vectors) << 2;
    const from = address(x, row * n * inner + first);
    const to = address(y, row * inner + first);
    if (inner == 1) {
      store<f32>(to, <f32>firstOfLargest(from, n));
    } else if (first + 4 <= inner) {
      v128.store(to, firstOfLargestDown(from, n, step, false));
    } else {
      for (let i = 0; i < inner - first; i++) {
        const at = firstOfLargestDown(address(from, i), n, step, true);
        store<f32>(address(to, i), f32x4.extract_lane(at, 0));
      }
    }
  }
}
