/**
 * The transforms of `winograd-transforms.ts` for eight points: 0, 1, −1, 2, −2, ½, −½ and ∞. The outputs' matrix A and the
 * filters' G differ only in their number of rows and in the weights of G, so that one function serves both, and one both
 * of their transposes. What the steps and `count` are, see there.
 */

import { addTimes, times } from "./simd";

/** G's weights: 1 / Π (p − q) over the other points q but ∞, for p = ±1, ±2 and ±½. */
const WEIGHT_1: f32 = -2.0 / 9.0;
const WEIGHT_2: f32 = 1.0 / 90.0;
const WEIGHT_HALF: f32 = 32.0 / 45.0;

// @ts-ignore: decorator
@inline
function storeBoth(even: v128, odd: v128, out: usize, step: usize): void {
  v128.store(out, f32x4.add(even, odd));
  v128.store(out + step, f32x4.sub(even, odd));
}

/** Bᵀ: eight inputs to eight points. */
export function inputToEight(
  from: usize,
  inStep: usize,
  inNext: usize,
  out: usize,
  outStep: usize,
  outNext: usize,
  count: i32,
): void {
  for (let i = 0; i < count; i++) {
    oneInputToEight(from, inStep, out, outStep);
    from += inNext;
    out += outNext;
  }
}

// @ts-ignore: decorator
@inline
function oneInputToEight(from: usize, inStep: usize, out: usize, step: usize): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + inStep);
  const d2 = v128.load(from + 2 * inStep);
  const d3 = v128.load(from + 3 * inStep);
  const d4 = v128.load(from + 4 * inStep);
  const d5 = v128.load(from + 5 * inStep);
  const d6 = v128.load(from + 6 * inStep);
  const d7 = v128.load(from + 7 * inStep);
  storeEightPoints(d0, d1, d2, d3, d4, d5, d6, d7, out, step);
}

/** Bᵀ of eight numbers. */
// @ts-ignore: decorator
@inline
export function storeEightPoints(
  d0: v128,
  d1: v128,
  d2: v128,
  d3: v128,
  d4: v128,
  d5: v128,
  d6: v128,
  d7: v128,
  out: usize,
  step: usize,
): void {
  v128.store(out, addTimes(f32x4.sub(d0, d6), 5.25, f32x4.sub(d4, d2)));
  v128.store(out + 7 * step, addTimes(f32x4.sub(d7, d1), 5.25, f32x4.sub(d3, d5)));
  const even1 = addTimes(f32x4.add(d2, d6), -4.25, d4);
  const odd1 = addTimes(f32x4.add(d1, d5), -4.25, d3);
  storeBoth(even1, odd1, out + step, step);
  const middle = times(-2.5, d3);
  const even2 = addTimes(addTimes(d6, 0.25, d2), -1.25, d4);
  const odd2 = addTimes(addTimes(middle, 0.5, d1), 2, d5);
  storeBoth(even2, odd2, out + 3 * step, step);
  const evenHalf = addTimes(addTimes(d6, 4, d2), -5, d4);
  const oddHalf = addTimes(addTimes(middle, 2, d1), 0.5, d5);
  storeBoth(evenHalf, oddHalf, out + 5 * step, step);
}

/** A (or G, if weighted): the polynomial with three to six coefficients at the eight points; at ∞, it is the last one. */
export function valuesToEight(
  from: usize,
  inStep: usize,
  inNext: usize,
  values: i32,
  weighted: bool,
  out: usize,
  outStep: usize,
  outNext: usize,
  count: i32,
): void {
  for (let i = 0; i < count; i++) {
    oneValuesToEight(from, inStep, values, weighted, out, outStep);
    from += inNext;
    out += outNext;
  }
}

// @ts-ignore: decorator
@inline
function oneValuesToEight(from: usize, inStep: usize, values: i32, weighted: bool, out: usize, step: usize): void {
  const zero = f32x4.splat(0);
  const v0 = v128.load(from);
  const v1 = v128.load(from + inStep);
  const v2 = v128.load(from + 2 * inStep);
  const v3 = values > 3 ? v128.load(from + 3 * inStep) : zero;
  const v4 = values > 4 ? v128.load(from + 4 * inStep) : zero;
  const v5 = values > 5 ? v128.load(from + 5 * inStep) : zero;
  const last = v128.load(from + <usize>(values - 1) * inStep);
  storeEightOfValues(v0, v1, v2, v3, v4, v5, last, weighted, out, step);
}

/** A (or G) of six values, those that there are not being 0, and the last one of them. */
// @ts-ignore: decorator
@inline
export function storeEightOfValues(
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
  v4: v128,
  v5: v128,
  last: v128,
  weighted: bool,
  out: usize,
  step: usize,
): void {
  v128.store(out + 7 * step, last);
  v128.store(out, v0);
  const weight1 = weighted ? WEIGHT_1 : 1;
  const even1 = times(weight1, f32x4.add(f32x4.add(v0, v2), v4));
  const odd1 = times(weight1, f32x4.add(f32x4.add(v1, v3), v5));
  storeBoth(even1, odd1, out + step, step);
  const weight2 = weighted ? WEIGHT_2 : 1;
  const even2 = times(weight2, addTimes(addTimes(v0, 4, v2), 16, v4));
  const odd2 = times(weight2, addTimes(addTimes(times(2, v1), 8, v3), 32, v5));
  storeBoth(even2, odd2, out + 3 * step, step);
  const weightHalf = weighted ? WEIGHT_HALF : 1;
  const evenHalf = times(weightHalf, addTimes(addTimes(v0, 1.0 / 4.0, v2), 1.0 / 16.0, v4));
  const oddHalf = addTimes(addTimes(times(1.0 / 2.0, v1), 1.0 / 8.0, v3), 1.0 / 32.0, v5);
  storeBoth(evenHalf, times(weightHalf, oddHalf), out + 5 * step, step);
}

/** Aᵀ (or Gᵀ, if weighted): values at the eight points to three to six sums. */
export function eightToValues(
  from: usize,
  inStep: usize,
  inNext: usize,
  weighted: bool,
  sums: i32,
  out: usize,
  outStep: usize,
  outNext: usize,
  count: i32,
): void {
  for (let i = 0; i < count; i++) {
    oneEightToValues(from, inStep, weighted, sums, out, outStep);
    from += inNext;
    out += outNext;
  }
}

// @ts-ignore: decorator
@inline
function oneEightToValues(from: usize, inStep: usize, weighted: bool, sums: i32, out: usize, step: usize): void {
  const x1 = v128.load(from + inStep);
  const x2 = v128.load(from + 2 * inStep);
  const weight1 = weighted ? WEIGHT_1 : 1;
  const even1 = times(weight1, f32x4.add(x1, x2));
  const odd1 = times(weight1, f32x4.sub(x1, x2));
  const x3 = v128.load(from + 3 * inStep);
  const x4 = v128.load(from + 4 * inStep);
  const weight2 = weighted ? WEIGHT_2 : 1;
  const even2 = times(weight2, f32x4.add(x3, x4));
  const odd2 = times(weight2, f32x4.sub(x3, x4));
  const x5 = v128.load(from + 5 * inStep);
  const x6 = v128.load(from + 6 * inStep);
  const weightHalf = weighted ? WEIGHT_HALF : 1;
  const evenHalf = times(weightHalf, f32x4.add(x5, x6));
  const oddHalf = times(weightHalf, f32x4.sub(x5, x6));
  const last = v128.load(from + 7 * inStep);

  v128.store(out, f32x4.add(f32x4.add(v128.load(from), even1), f32x4.add(even2, evenHalf)));
  out += step;
  v128.store(out, addTimes(addTimes(odd1, 2, odd2), 1.0 / 2.0, oddHalf));
  out += step;
  const y2 = addTimes(addTimes(even1, 4, even2), 1.0 / 4.0, evenHalf);
  if (sums == 3) {
    v128.store(out, f32x4.add(y2, last));
    return;
  }
  v128.store(out, y2);
  out += step;
  const y3 = addTimes(addTimes(odd1, 8, odd2), 1.0 / 8.0, oddHalf);
  if (sums == 4) {
    v128.store(out, f32x4.add(y3, last));
    return;
  }
  v128.store(out, y3);
  out += step;
  const y4 = addTimes(addTimes(even1, 16, even2), 1.0 / 16.0, evenHalf);
  if (sums == 5) {
    v128.store(out, f32x4.add(y4, last));
    return;
  }
  v128.store(out, y4);
  const y5 = addTimes(addTimes(odd1, 32, odd2), 1.0 / 32.0, oddHalf);
  v128.store(out + step, f32x4.add(y5, last));
}
