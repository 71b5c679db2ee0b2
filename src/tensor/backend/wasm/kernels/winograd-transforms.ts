/**
 * Winograd's one-dimensional transforms for six points, 0, ±1, ±2 and ∞, or eight, with ±½. A filter of r taps slid over
 * n inputs gives m = n + 1 − r outputs; as polynomials, that is a product known from its values at n points. Done along
 * both axes, n·n multiplications give m·m outputs instead of m·m·r·r. Six points: 4 times fewer for 3×3 filters (m = 4),
 * 2.78 times fewer for 5×5 (m = 2). Eight: 5.06 (m = 6) and 6.25 times fewer (m = 4), for more rounding. The same points
 * serve both filters.
 *
 * y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A.
 *
 * Each function does `count` transforms, of vectors `inStep` bytes apart to vectors `outStep` apart; one starts `inNext`
 * and `outNext` behind the one before. The loops are in here, so that those for six points have nothing else in them.
 * @see A. Lavin and S. Gray, "Fast algorithms for convolutional neural networks", 2016, arXiv:1509.09308
 */

import { addTimes, times } from "./simd";
import { eightToValues, inputToEight, valuesToEight } from "./winograd-eight";

/** Bᵀ: `points` inputs to as many points; `out` may be `from`. */
export function inputToPoints(
  from: usize,
  inStep: usize,
  inNext: usize,
  points: i32,
  out: usize,
  outStep: usize,
  outNext: usize,
  count: i32,
): void {
  if (points == 8) {
    inputToEight(from, inStep, inNext, out, outStep, outNext, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    inputToSix(from, inStep, out, outStep);
    from += inNext;
    out += outNext;
  }
}

// @ts-ignore: decorator
@inline
function inputToSix(from: usize, inStep: usize, out: usize, outStep: usize): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + inStep);
  const d2 = v128.load(from + 2 * inStep);
  const d3 = v128.load(from + 3 * inStep);
  const d4 = v128.load(from + 4 * inStep);
  const d5 = v128.load(from + 5 * inStep);
  storeSixPoints(d0, d1, d2, d3, d4, d5, out, outStep);
}

/** Bᵀ of six numbers. */
// @ts-ignore: decorator
@inline
export function storeSixPoints(
  d0: v128,
  d1: v128,
  d2: v128,
  d3: v128,
  d4: v128,
  d5: v128,
  out: usize,
  outStep: usize,
): void {
  v128.store(out, f32x4.add(addTimes(times(4, d0), -5, d2), d4));
  const even4 = addTimes(d4, -4, d2);
  const odd4 = addTimes(d3, -4, d1);
  v128.store(out + outStep, f32x4.add(even4, odd4));
  v128.store(out + 2 * outStep, f32x4.sub(even4, odd4));
  const even1 = f32x4.sub(d4, d2);
  const odd1 = times(2, f32x4.sub(d3, d1));
  v128.store(out + 3 * outStep, f32x4.add(even1, odd1));
  v128.store(out + 4 * outStep, f32x4.sub(even1, odd1));
  v128.store(out + 5 * outStep, f32x4.add(addTimes(times(4, d1), -5, d3), d5));
}

/** Aᵀ: points to m outputs, 4 or 2 of six points, 6 or 4 of eight. */
export function pointsToOutput(
  from: usize,
  inStep: usize,
  inNext: usize,
  points: i32,
  m: i32,
  out: usize,
  outStep: usize,
  outNext: usize,
  count: i32,
): void {
  if (points == 8) {
    eightToValues(from, inStep, inNext, false, m, out, outStep, outNext, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    sixToOutput(from, inStep, m, out, outStep);
    from += inNext;
    out += outNext;
  }
}

// @ts-ignore: decorator
@inline
function sixToOutput(from: usize, inStep: usize, m: i32, out: usize, outStep: usize): void {
  const x0 = v128.load(from);
  const x1 = v128.load(from + inStep);
  const x2 = v128.load(from + 2 * inStep);
  const x3 = v128.load(from + 3 * inStep);
  const x4 = v128.load(from + 4 * inStep);
  const x5 = v128.load(from + 5 * inStep);
  const sum1 = f32x4.add(x1, x2);
  const difference1 = f32x4.sub(x1, x2);
  const sum2 = f32x4.add(x3, x4);
  const difference2 = f32x4.sub(x3, x4);
  v128.store(out, f32x4.add(f32x4.add(x0, sum1), sum2));
  const y1 = addTimes(difference1, 2, difference2);
  if (m == 2) {
    v128.store(out + outStep, f32x4.add(y1, x5));
    return;
  }
  v128.store(out + outStep, y1);
  v128.store(out + 2 * outStep, addTimes(sum1, 4, sum2));
  v128.store(out + 3 * outStep, f32x4.add(addTimes(difference1, 8, difference2), x5));
}

/** A: gradients of m outputs to gradients of points; `out` may be `from`. */
export function outputToPoints(
  from: usize,
  inStep: usize,
  inNext: usize,
  m: i32,
  points: i32,
  out: usize,
  outStep: usize,
  outNext: usize,
  count: i32,
): void {
  if (points == 8) {
    valuesToEight(from, inStep, inNext, m, false, out, outStep, outNext, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    outputToSix(from, inStep, m, out, outStep);
    from += inNext;
    out += outNext;
  }
}

// @ts-ignore: decorator
@inline
function outputToSix(from: usize, inStep: usize, m: i32, out: usize, outStep: usize): void {
  const y0 = v128.load(from);
  const y1 = v128.load(from + inStep);
  const y2 = m == 4 ? v128.load(from + 2 * inStep) : f32x4.splat(0);
  const y3 = m == 4 ? v128.load(from + 3 * inStep) : f32x4.splat(0);
  storeSixOfOutputs(y0, y1, y2, y3, m == 4 ? y3 : y1, out, outStep);
}

/** A of the gradients of four outputs, those that there are not being 0, and the last one of them. */
// @ts-ignore: decorator
@inline
export function storeSixOfOutputs(
  y0: v128,
  y1: v128,
  y2: v128,
  y3: v128,
  last: v128,
  out: usize,
  outStep: usize,
): void {
  v128.store(out, y0);
  const even1 = f32x4.add(y0, y2);
  const odd1 = f32x4.add(y1, y3);
  v128.store(out + outStep, f32x4.add(even1, odd1));
  v128.store(out + 2 * outStep, f32x4.sub(even1, odd1));
  const even2 = addTimes(y0, 4, y2);
  const odd2 = addTimes(times(2, y1), 8, y3);
  v128.store(out + 3 * outStep, f32x4.add(even2, odd2));
  v128.store(out + 4 * outStep, f32x4.sub(even2, odd2));
  v128.store(out + 5 * outStep, last);
}

/** G: r = 3 or 5 taps to points. */
export function tapsToPoints(
  from: usize,
  inStep: usize,
  inNext: usize,
  r: i32,
  points: i32,
  out: usize,
  outStep: usize,
  outNext: usize,
  count: i32,
): void {
  if (points == 8) {
    valuesToEight(from, inStep, inNext, r, true, out, outStep, outNext, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    tapsToSix(from, inStep, r, out, outStep);
    from += inNext;
    out += outNext;
  }
}

// @ts-ignore: decorator
@inline
function tapsToSix(from: usize, inStep: usize, r: i32, out: usize, outStep: usize): void {
  const zero = f32x4.splat(0);
  const g0 = v128.load(from);
  const g1 = v128.load(from + inStep);
  const g2 = v128.load(from + 2 * inStep);
  const g3 = r == 5 ? v128.load(from + 3 * inStep) : zero;
  const g4 = r == 5 ? v128.load(from + 4 * inStep) : zero;
  v128.store(out, times(0.25, g0));
  const even1 = times(-1.0 / 6.0, f32x4.add(f32x4.add(g0, g2), g4));
  const odd1 = times(-1.0 / 6.0, f32x4.add(g1, g3));
  v128.store(out + outStep, f32x4.add(even1, odd1));
  v128.store(out + 2 * outStep, f32x4.sub(even1, odd1));
  const even2 = times(1.0 / 24.0, addTimes(addTimes(g0, 4, g2), 16, g4));
  const odd2 = times(1.0 / 24.0, addTimes(times(2, g1), 8, g3));
  v128.store(out + 3 * outStep, f32x4.add(even2, odd2));
  v128.store(out + 4 * outStep, f32x4.sub(even2, odd2));
  v128.store(out + 5 * outStep, r == 5 ? g4 : g2);
}

/** Gᵀ: gradients of points to gradients of r taps. */
export function pointsToTaps(
  from: usize,
  inStep: usize,
  inNext: usize,
  points: i32,
  r: i32,
  out: usize,
  outStep: usize,
  outNext: usize,
  count: i32,
): void {
  if (points == 8) {
    eightToValues(from, inStep, inNext, true, r, out, outStep, outNext, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    sixToTaps(from, inStep, r, out, outStep);
    from += inNext;
    out += outNext;
  }
}

// @ts-ignore: decorator
@inline
function sixToTaps(from: usize, inStep: usize, r: i32, out: usize, outStep: usize): void {
  const u0 = v128.load(from);
  const u1 = v128.load(from + inStep);
  const u2 = v128.load(from + 2 * inStep);
  const u3 = v128.load(from + 3 * inStep);
  const u4 = v128.load(from + 4 * inStep);
  const u5 = v128.load(from + 5 * inStep);
  const even1 = times(-1.0 / 6.0, f32x4.add(u1, u2));
  const odd1 = times(-1.0 / 6.0, f32x4.sub(u1, u2));
  const even2 = times(1.0 / 24.0, f32x4.add(u3, u4));
  const odd2 = times(1.0 / 24.0, f32x4.sub(u3, u4));
  v128.store(out, f32x4.add(f32x4.add(times(0.25, u0), even1), even2));
  v128.store(out + outStep, addTimes(odd1, 2, odd2));
  const g2 = addTimes(even1, 4, even2);
  if (r == 3) {
    v128.store(out + 2 * outStep, f32x4.add(g2, u5));
    return;
  }
  v128.store(out + 2 * outStep, g2);
  v128.store(out + 3 * outStep, addTimes(odd1, 8, odd2));
  v128.store(out + 4 * outStep, f32x4.add(addTimes(even1, 16, even2), u5));
}
