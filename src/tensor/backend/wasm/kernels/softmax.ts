/**
 * Softmax of [outer, n, inner] along the middle axis, its logarithm, and their gradients.
 * A work item is `group` units: whole rows where inner is 1, else four columns side by side.
 */

import { exp, log } from "./math";
import { largestOfRow } from "./reduce";
import { address } from "./simd";
import { addHigh, addLow, toFloats, total } from "./wide";

/** One row. */
// @ts-ignore: decorator
@inline
function softmaxRow(x: usize, y: usize, n: i32, log_: bool): void {
  const largest = f32x4.splat(largestOfRow(x, n));
  const bytes = (<usize>n) << 2;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const distance = f32x4.sub(v128.load(x + at), largest);
    const power = exp(distance);
    v128.store(y + at, log_ ? distance : power);
    low = addLow(low, power);
    high = addHigh(high, power);
  }
  let sum = total(low, high);
  for (; at < bytes; at += 4) {
    const distance = f32x4.sub(v128.load32_splat(x + at), largest);
    const power = exp(distance);
    store<f32>(y + at, f32x4.extract_lane(log_ ? distance : power, 0));
    sum += <f64>f32x4.extract_lane(power, 0);
  }
  const divisor = f32x4.splat(<f32>sum);
  // To subtract, or to divide by.
  const last = log_ ? log(divisor) : divisor;
  at = 0;
  for (; at + 16 <= bytes; at += 16) {
    const v = v128.load(y + at);
    v128.store(y + at, log_ ? f32x4.sub(v, last) : f32x4.div(v, last));
  }
  for (; at < bytes; at += 4) {
    const v = load<f32>(y + at);
    store<f32>(y + at, log_ ? v - f32x4.extract_lane(last, 0) : v / f32x4.extract_lane(last, 0));
  }
}

/** Four neighbouring columns, or one column in all four lanes where fewer than four are left. */
// @ts-ignore: decorator
@inline
function lanes(p: usize, single: bool): v128 {
  return single ? v128.load32_splat(p) : v128.load(p);
}

// @ts-ignore: decorator
@inline
function put(p: usize, v: v128, single: bool): void {
  if (single) store<f32>(p, f32x4.extract_lane(v, 0));
  else v128.store(p, v);
}

// @ts-ignore: decorator
@inline
function softmaxColumns(x: usize, y: usize, n: i32, step: usize, single: bool, log_: bool): void {
  const stop = <usize>n * step;
  let largest = lanes(x, single);
  for (let at = step; at < stop; at += step) largest = f32x4.max(largest, lanes(x + at, single));
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let at: usize = 0; at < stop; at += step) {
    const distance = f32x4.sub(lanes(x + at, single), largest);
    const power = exp(distance);
    put(y + at, log_ ? distance : power, single);
    low = addLow(low, power);
    high = addHigh(high, power);
  }
  const divisor = toFloats(low, high);
  // To subtract, or to divide by.
  const last = log_ ? log(divisor) : divisor;
  for (let at: usize = 0; at < stop; at += step) {
    const v = lanes(y + at, single);
    put(y + at, log_ ? f32x4.sub(v, last) : f32x4.div(v, last), single);
  }
}

/** Σ g·y, or Σ g for the logarithm, term by term. */
// @ts-ignore: decorator
@inline
function term(g: v128, y: v128, log_: bool): v128 {
  return log_ ? g : f32x4.mul(g, y);
}

/** y·(g − Σ g·y), or g − exp(y)·Σ g for the logarithm. */
// @ts-ignore: decorator
@inline
function slope(g: v128, y: v128, sum: v128, log_: bool): v128 {
  return log_ ? f32x4.sub(g, f32x4.mul(exp(y), sum)) : f32x4.mul(y, f32x4.sub(g, sum));
}

// @ts-ignore: decorator
@inline
function softmaxGradRow(g: usize, y: usize, gx: usize, n: i32, log_: bool): void {
  const bytes = (<usize>n) << 2;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const v = term(v128.load(g + at), v128.load(y + at), log_);
    low = addLow(low, v);
    high = addHigh(high, v);
  }
  let sum = total(low, high);
  for (; at < bytes; at += 4) {
    sum += <f64>f32x4.extract_lane(term(v128.load32_splat(g + at), v128.load32_splat(y + at), log_), 0);
  }
  const all = f32x4.splat(<f32>sum);
  at = 0;
  for (; at + 16 <= bytes; at += 16) {
    v128.store(gx + at, slope(v128.load(g + at), v128.load(y + at), all, log_));
  }
  for (; at < bytes; at += 4) {
    put(gx + at, slope(v128.load32_splat(g + at), v128.load32_splat(y + at), all, log_), true);
  }
}

// @ts-ignore: decorator
@inline
function softmaxGradColumns(g: usize, y: usize, gx: usize, n: i32, step: usize, single: bool, log_: bool): void {
  const stop = <usize>n * step;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let at: usize = 0; at < stop; at += step) {
    const v = term(lanes(g + at, single), lanes(y + at, single), log_);
    low = addLow(low, v);
    high = addHigh(high, v);
  }
  const sum = toFloats(low, high);
  for (let at: usize = 0; at < stop; at += step) {
    put(gx + at, slope(lanes(g + at, single), lanes(y + at, single), sum, log_), single);
  }
}

export function softmax(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  outer: i32,
  n: i32,
  inner: i32,
  group: i32,
  log_: bool,
): void {
  const vectors = (inner + 3) >> 2;
  const stop = min(end * group, outer * vectors);
  const step = (<usize>inner) << 2;
  for (let unit = begin * group; unit < stop; unit++) {
    const row = unit / vectors;
    const first = (unit - row * vectors) << 2;
    const offset = address(0, row * n * inner + first);
    if (inner == 1) {
      softmaxRow(x + offset, y + offset, n, log_);
    } else if (first + 4 <= inner) {
      softmaxColumns(x + offset, y + offset, n, step, false, log_);
    } else {
      const left = address(offset, inner - first);
      for (let at = offset; at < left; at += 4) softmaxColumns(x + at, y + at, n, step, true, log_);
    }
  }
}

export function softmaxGrad(
  scratch: usize,
  begin: i32,
  end: i32,
  g: usize,
  y: usize,
  gx: usize,
  outer: i32,
  n: i32,
  inner: i32,
  group: i32,
  log_: bool,
): void {
  const vectors = (inner + 3) >> 2;
  const stop = min(end * group, outer * vectors);
  const step = (<usize>inner) << 2;
  for (let unit = begin * group; unit < stop; unit++) {
    const row = unit / vectors;
    const first = (unit - row * vectors) << 2;
    const offset = address(0, row * n * inner + first);
    if (inner == 1) {
      softmaxGradRow(g + offset, y + offset, gx + offset, n, log_);
    } else if (first + 4 <= inner) {
      softmaxGradColumns(g + offset, y + offset, gx + offset, n, step, false, log_);
    } else {
      const left = address(offset, inner - first);
      for (let at = offset; at < left; at += 4) softmaxGradColumns(g + at, y + at, gx + at, n, step, true, log_);
    }
  }
}
