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

/** Rows of so many `numbers` to so many `points`: with both constant, each pair has a loop with nothing of the others. */
// @ts-ignore: decorator
@inline
function rowsTo(
  points: i32,
  numbers: i32,
  tiles: usize,
  rowBytes: usize,
  count: i32,
  out: usize,
  pointStep: usize,
  rowStep: usize,
): void {
  let t0 = load<usize>(tiles);
  let t1 = load<usize>(tiles, sizeof<usize>());
  let t2 = load<usize>(tiles, 2 * sizeof<usize>());
  let t3 = load<usize>(tiles, 3 * sizeof<usize>());
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i++) {
    const low01 = zip(v128.load(t0), v128.load(t1), false);
    const low23 = zip(v128.load(t2), v128.load(t3), false);
    const v0 = firsts(low01, low23);
    const v1 = seconds(low01, low23);
    let v2 = zero;
    let v3 = zero;
    let v4 = zero;
    let v5 = zero;
    if (numbers > 2) {
      const high01 = zip(v128.load(t0), v128.load(t1), true);
      const high23 = zip(v128.load(t2), v128.load(t3), true);
      v2 = firsts(high01, high23);
      v3 = seconds(high01, high23);
    }
    if (numbers > 4) {
      const next01 = zip(v128.load64_zero(t0, VECTOR), v128.load64_zero(t1, VECTOR), false);
      const next23 = zip(v128.load64_zero(t2, VECTOR), v128.load64_zero(t3, VECTOR), false);
      v4 = firsts(next01, next23);
      v5 = seconds(next01, next23);
    }
    if (numbers == 8) {
      const last01 = zip(v128.load(t0, VECTOR), v128.load(t1, VECTOR), true);
      const last23 = zip(v128.load(t2, VECTOR), v128.load(t3, VECTOR), true);
      storeEightPoints(v0, v1, v2, v3, v4, v5, firsts(last01, last23), seconds(last01, last23), out, pointStep);
    } else if (points == 8) {
      storeEightOfValues(v0, v1, v2, v3, v4, v5, numbers == 6 ? v5 : v3, false, out, pointStep);
    } else if (numbers == 6) {
      storeSixPoints(v0, v1, v2, v3, v4, v5, out, pointStep);
    } else {
      storeSixOfOutputs(v0, v1, v2, v3, numbers == 4 ? v3 : v1, out, pointStep);
    }
    t0 += rowBytes;
    t1 += rowBytes;
    t2 += rowBytes;
    t3 += rowBytes;
    out += rowStep;
  }
}

/**
 * `count` rows, `rowBytes` apart, of the four tiles whose addresses stand at `tiles`. As many numbers as points are inputs;
 * fewer are gradients of outputs. Points go to out, `pointStep` apart, those of the next row `rowStep` behind.
 */
export function rowsToPoints(
  points: i32,
  numbers: i32,
  tiles: usize,
  rowBytes: usize,
  count: i32,
  out: usize,
  pointStep: usize,
  rowStep: usize,
): void {
  if (points == 6) {
    if (numbers == 6) rowsTo(6, 6, tiles, rowBytes, count, out, pointStep, rowStep);
    else if (numbers == 4) rowsTo(6, 4, tiles, rowBytes, count, out, pointStep, rowStep);
    else rowsTo(6, 2, tiles, rowBytes, count, out, pointStep, rowStep);
  } else {
    if (numbers == 8) rowsTo(8, 8, tiles, rowBytes, count, out, pointStep, rowStep);
    else if (numbers == 6) rowsTo(8, 6, tiles, rowBytes, count, out, pointStep, rowStep);
    else rowsTo(8, 4, tiles, rowBytes, count, out, pointStep, rowStep);
  }
}
