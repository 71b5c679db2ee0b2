/** Rows of four tiles' inputs, or gradients of outputs, to their points along the horizontal, a lane for each tile: on the way they stay in registers. */

import { VECTOR } from "./simd";
import { storeEightOfValues, storeEightPoints } from "./winograd-eight";
import { storeSixOfOutputs, storeSixPoints } from "./winograd-transforms";

/** The first two numbers of two vectors in turn, or, with `high`, the last two. */
// @ts-ignore: decorator
@inline
function zip(v0: v128, v1: v128, high: bool): v128 {
  return high ? i32x4.shuffle(v0, v1, 2, 6, 3, 7) : i32x4.shuffle(v0, v1, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
function firsts(low: v128, high: v128): v128 {
  return i64x2.shuffle(low, high, 0, 2);
}

// @ts-ignore: decorator
@inline
function seconds(low: v128, high: v128): v128 {
  return i64x2.shuffle(low, high, 1, 3);
}

/**
 * `count` rows of six numbers, `rowBytes` apart, of four tiles that begin at t0 … t3. Points go to out, `pointStep` apart,
 * those of the next row `rowStep` behind.
 */
export function inputRowsToSix(
  t0: usize,
  t1: usize,
  t2: usize,
  t3: usize,
  rowBytes: usize,
  count: i32,
  out: usize,
  pointStep: usize,
  rowStep: usize,
): void {
  for (let i = 0; i < count; i++) {
    const low01 = zip(v128.load(t0), v128.load(t1), false);
    const high01 = zip(v128.load(t0), v128.load(t1), true);
    const low23 = zip(v128.load(t2), v128.load(t3), false);
    const high23 = zip(v128.load(t2), v128.load(t3), true);
    const last01 = zip(v128.load64_zero(t0, VECTOR), v128.load64_zero(t1, VECTOR), false);
    const last23 = zip(v128.load64_zero(t2, VECTOR), v128.load64_zero(t3, VECTOR), false);
    storeSixPoints(
      firsts(low01, low23),
      seconds(low01, low23),
      firsts(high01, high23),
      seconds(high01, high23),
      firsts(last01, last23),
      seconds(last01, last23),
      out,
      pointStep,
    );
    t0 += rowBytes;
    t1 += rowBytes;
    t2 += rowBytes;
    t3 += rowBytes;
    out += rowStep;
  }
}

/** The same with eight numbers and points. */
export function inputRowsToEight(
  t0: usize,
  t1: usize,
  t2: usize,
  t3: usize,
  rowBytes: usize,
  count: i32,
  out: usize,
  pointStep: usize,
  rowStep: usize,
): void {
  for (let i = 0; i < count; i++) {
    const low01 = zip(v128.load(t0), v128.load(t1), false);
    const high01 = zip(v128.load(t0), v128.load(t1), true);
    const low23 = zip(v128.load(t2), v128.load(t3), false);
    const high23 = zip(v128.load(t2), v128.load(t3), true);
    const nextLow01 = zip(v128.load(t0, VECTOR), v128.load(t1, VECTOR), false);
    const nextHigh01 = zip(v128.load(t0, VECTOR), v128.load(t1, VECTOR), true);
    const nextLow23 = zip(v128.load(t2, VECTOR), v128.load(t3, VECTOR), false);
    const nextHigh23 = zip(v128.load(t2, VECTOR), v128.load(t3, VECTOR), true);
    storeEightPoints(
      firsts(low01, low23),
      seconds(low01, low23),
      firsts(high01, high23),
      seconds(high01, high23),
      firsts(nextLow01, nextLow23),
      seconds(nextLow01, nextLow23),
      firsts(nextHigh01, nextHigh23),
      seconds(nextHigh01, nextHigh23),
      out,
      pointStep,
    );
    t0 += rowBytes;
    t1 += rowBytes;
    t2 += rowBytes;
    t3 += rowBytes;
    out += rowStep;
  }
}

/** The same with four gradients of outputs, or two, to six points. */
export function outputRowsToSix(
  t0: usize,
  t1: usize,
  t2: usize,
  t3: usize,
  rowBytes: usize,
  count: i32,
  outputs: i32,
  out: usize,
  pointStep: usize,
  rowStep: usize,
): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i++) {
    const low01 = zip(v128.load(t0), v128.load(t1), false);
    const low23 = zip(v128.load(t2), v128.load(t3), false);
    const y0 = firsts(low01, low23);
    const y1 = seconds(low01, low23);
    if (outputs == 2) {
      storeSixOfOutputs(y0, y1, zero, zero, y1, out, pointStep);
    } else {
      const high01 = zip(v128.load(t0), v128.load(t1), true);
      const high23 = zip(v128.load(t2), v128.load(t3), true);
      const y3 = seconds(high01, high23);
      storeSixOfOutputs(y0, y1, firsts(high01, high23), y3, y3, out, pointStep);
    }
    t0 += rowBytes;
    t1 += rowBytes;
    t2 += rowBytes;
    t3 += rowBytes;
    out += rowStep;
  }
}

/** And with six gradients of outputs, or four, to eight points. */
export function outputRowsToEight(
  t0: usize,
  t1: usize,
  t2: usize,
  t3: usize,
  rowBytes: usize,
  count: i32,
  outputs: i32,
  out: usize,
  pointStep: usize,
  rowStep: usize,
): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i++) {
    const low01 = zip(v128.load(t0), v128.load(t1), false);
    const high01 = zip(v128.load(t0), v128.load(t1), true);
    const low23 = zip(v128.load(t2), v128.load(t3), false);
    const high23 = zip(v128.load(t2), v128.load(t3), true);
    const y0 = firsts(low01, low23);
    const y1 = seconds(low01, low23);
    const y2 = firsts(high01, high23);
    const y3 = seconds(high01, high23);
    if (outputs == 4) {
      storeEightOfValues(y0, y1, y2, y3, zero, zero, y3, false, out, pointStep);
    } else {
      const last01 = zip(v128.load64_zero(t0, VECTOR), v128.load64_zero(t1, VECTOR), false);
      const last23 = zip(v128.load64_zero(t2, VECTOR), v128.load64_zero(t3, VECTOR), false);
      const y5 = seconds(last01, last23);
      storeEightOfValues(y0, y1, y2, y3, firsts(last01, last23), y5, y5, false, out, pointStep);
    }
    t0 += rowBytes;
    t1 += rowBytes;
    t2 += rowBytes;
    t3 += rowBytes;
    out += rowStep;
  }
}
