/** The way back of most tiles, those of six points with four outputs, whose rows stay in registers from points to pixels. */

import { normalized } from "./batch-norm";
import { entryOf, hasNorm, raised } from "./epilogue";
import { addTimes, storeLanePairs, storeLanes, VECTOR } from "./simd";
import { PLACE } from "./winograd-places";

/** Of clamped numbers, none negative or −0: their bits are in the same order, NaN above. One instruction for max's eight. */
// @ts-ignore: decorator
@inline
function larger(a: v128, b: v128): v128 {
  return i32x4.max_u(a, b);
}

/**
 * Rows of six points of four whole tiles to four outputs, which are finished, halved if they are to be (and are clamped
 * then), and stored.
 */
// @ts-ignore: decorator
@inline
export function sixToPlaces(
  row: usize,
  rows: i32,
  start: f32,
  then: usize,
  halves: bool,
  channel: i32,
  out: usize,
  places: usize,
  rowBytes: usize,
): void {
  let y0 = out + load<usize>(places);
  let y1 = out + load<usize>(places, PLACE);
  let y2 = out + load<usize>(places, 2 * PLACE);
  let y3 = out + load<usize>(places, 3 * PLACE);
  const shift = f32x4.splat(start);
  const entry = then ? entryOf(then, channel) : 0;
  const floor = then ? v128.load32_splat(then) : shift;
  const highest = then ? v128.load32_splat(then, 4) : shift;
  const mean = then ? v128.load32_splat(entry) : shift;
  const scale = then ? v128.load32_splat(entry, 4) : shift;
  const bias = then ? v128.load32_splat(entry, 8) : shift;
  const isNormed = then ? hasNorm(then) : false;
  const isLimited = then ? load<f32>(then, 4) < Infinity : false;
  let left = shift;
  let right = shift;
  for (let a = 0; a < rows; a++) {
    const x1 = v128.load(row, VECTOR);
    const x2 = v128.load(row, 2 * VECTOR);
    const sum1 = f32x4.add(x1, x2);
    const difference1 = f32x4.sub(x1, x2);
    const x3 = v128.load(row, 3 * VECTOR);
    const x4 = v128.load(row, 4 * VECTOR);
    const sum2 = f32x4.add(x3, x4);
    const difference2 = f32x4.sub(x3, x4);
    let v0 = f32x4.add(f32x4.add(v128.load(row), sum1), sum2);
    let v1 = addTimes(difference1, 2, difference2);
    let v2 = addTimes(sum1, 4, sum2);
    let v3 = f32x4.add(addTimes(difference1, 8, difference2), v128.load(row, 5 * VECTOR));
    v0 = f32x4.add(v0, shift);
    v1 = f32x4.add(v1, shift);
    v2 = f32x4.add(v2, shift);
    v3 = f32x4.add(v3, shift);
    if (isNormed) {
      v0 = normalized(v0, mean, scale, bias);
      v1 = normalized(v1, mean, scale, bias);
      v2 = normalized(v2, mean, scale, bias);
      v3 = normalized(v3, mean, scale, bias);
    }
    if (then) {
      v0 = raised(v0, floor);
      v1 = raised(v1, floor);
      v2 = raised(v2, floor);
      v3 = raised(v3, floor);
    }
    if (isLimited) {
      v0 = f32x4.pmin(v0, highest);
      v1 = f32x4.pmin(v1, highest);
      v2 = f32x4.pmin(v2, highest);
      v3 = f32x4.pmin(v3, highest);
    }
    row += 6 * VECTOR;
    if (!halves) {
      storeLanes(v0, v1, v2, v3, y0, y1, y2, y3);
    } else if (a & 1) {
      const pair = larger(left, larger(v0, v1));
      storeLanePairs(pair, larger(right, larger(v2, v3)), y0, y1, y2, y3);
    } else {
      left = larger(v0, v1);
      right = larger(v2, v3);
      continue;
    }
    y0 += rowBytes;
    y1 += rowBytes;
    y2 += rowBytes;
    y3 += rowBytes;
  }
}

