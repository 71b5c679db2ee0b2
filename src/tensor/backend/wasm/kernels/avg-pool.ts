/**
 * Average pooling of planes [h, w], whose sums are kept in double precision, and its gradient. A forward work item is
 * `group` rows of the output, a backward one is `group` planes.
 */

import { interleave, Pool } from "./pool";
import { address } from "./simd";
import { addHigh, addLow, toFloats } from "./wide";

/** sums[ix] ← column ix of the rows top … bottom − 1 added up, in double precision. */
function sumColumns(x: usize, sums: usize, top: i32, bottom: i32, w: i32): void {
  const step = address(0, w);
  let ix = 0;
  for (; ix + 4 <= w; ix += 4) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let at = address(x, top * w + ix);
    for (let iy = top; iy < bottom; iy++) {
      const v = v128.load(at);
      low = addLow(low, v);
      high = addHigh(high, v);
      at += step;
    }
    const to = double(sums, ix);
    v128.store(to, low);
    v128.store(to, high, 16);
  }
  for (; ix < w; ix++) {
    let sum: f64 = 0;
    for (let iy = top; iy < bottom; iy++) sum += <f64>load<f32>(address(x, iy * w + ix));
    store<f64>(double(sums, ix), sum);
  }
}

/** Where an element of a row of doubles lies. */
// @ts-ignore: decorator
@inline
function double(base: usize, element: i32): usize {
  return base + ((<usize>element) << 3);
}

/** Two numbers, each the sum of four pixels: columns 2i and 2i + 1 of one row and of the one below. */
// @ts-ignore: decorator
@inline
function totalsOfTwo(p: v128, q: v128): v128 {
  const zero = f64x2.splat(0);
  const left = addLow(addLow(zero, p), q);
  const right = addHigh(addHigh(zero, p), q);
  return f64x2.add(i64x2.shuffle(left, right, 0, 2), i64x2.shuffle(left, right, 1, 3));
}

/** The means of whole windows of two by two: the sums of `meansOfWindows`, in the same order, four windows at once. */
// @ts-ignore: decorator
@inline
function meansOfHalves(x: usize, y: usize, w: i32, outW: i32, count: f64): void {
  const below = address(x, w);
  const counts = f64x2.splat(count);
  let ox = 0;
  for (; ox + 4 <= outW; ox += 4) {
    const p = address(x, 2 * ox);
    const q = address(below, 2 * ox);
    const low = totalsOfTwo(v128.load(p), v128.load(q));
    const high = totalsOfTwo(v128.load(p, 16), v128.load(q, 16));
    v128.store(address(y, ox), toFloats(f64x2.div(low, counts), f64x2.div(high, counts)));
  }
  for (; ox < outW; ox++) {
    const pair = totalsOfTwo(v128.load64_zero(address(x, 2 * ox)), v128.load64_zero(address(below, 2 * ox)));
    store<f32>(address(y, ox), <f32>(f64x2.extract_lane(pair, 0) / count));
  }
}

/** A window's columns are summed first, and once for all windows of a row; `sums` has room for w of them. */
// @ts-ignore: decorator
@inline
function meansOfWindows(x: usize, y: usize, sums: usize, oy: i32, pool: Pool): void {
  const w = pool.w;
  const top = oy * pool.strideH - pool.padH;
  sumColumns(x, sums, max(top, 0), min(top + pool.kH, pool.h), w);
  let left = -pool.padW;
  for (let ox = 0; ox < pool.outW; ox++) {
    const right = min(left + pool.kW, w);
    let sum: f64 = 0;
    for (let ix = max(left, 0); ix < right; ix++) sum += load<f64>(double(sums, ix));
    store<f32>(address(y, ox), <f32>(sum / pool.count(oy, ox)));
    left += pool.strideW;
  }
}

export function avgPool2d(scratch: usize, begin: i32, end: i32, x: usize, y: usize, table: usize, group: i32): void {
  const pool = changetype<Pool>(table);
  const stop = min(end * group, pool.planes * pool.outH);
  for (let row = begin * group; row < stop; row++) {
    const plane = row / pool.outH;
    const oy = row - plane * pool.outH;
    const from = address(x, plane * pool.h * pool.w);
    const to = address(y, row * pool.outW);
    if (pool.isHalving) {
      meansOfHalves(address(from, 2 * oy * pool.w), to, pool.w, pool.outW, pool.count(0, 0));
    } else {
      meansOfWindows(from, to, scratch, oy, pool);
    }
  }
}

/** Rows 2·oy and 2·oy + 1 of a plane's gradient, where windows are whole and two by two: each pixel is written once. */
// @ts-ignore: decorator
@inline
function spreadHalves(g: usize, gx: usize, w: i32, outW: i32, count: f32): void {
  const below = address(0, w);
  let ox = 0;
  for (; ox + 4 <= outW; ox += 4) {
    const to = address(gx, 2 * ox);
    const share = f32x4.div(v128.load(address(g, ox)), f32x4.splat(count));
    interleave(to, share, share);
    interleave(to + below, share, share);
  }
  for (; ox < outW; ox++) {
    const to = address(gx, 2 * ox);
    const share = f32x4.splat(load<f32>(address(g, ox)) / count);
    v128.store64_lane(to, share, 0);
    v128.store64_lane(to + below, share, 0);
  }
}

/** Adds one row of windows' shares to the pixels under them. */
// @ts-ignore: decorator
@inline
function spreadWindows(g: usize, gx: usize, oy: i32, pool: Pool): void {
  const top = oy * pool.strideH - pool.padH;
  const bottom = min(top + pool.kH, pool.h);
  for (let ox = 0; ox < pool.outW; ox++) {
    const share = load<f32>(address(g, ox)) / <f32>pool.count(oy, ox);
    const left = ox * pool.strideW - pool.padW;
    const right = min(left + pool.kW, pool.w);
    for (let iy = max(top, 0); iy < bottom; iy++) {
      for (let ix = max(left, 0); ix < right; ix++) {
        const at = address(gx, iy * pool.w + ix);
        store<f32>(at, load<f32>(at) + share);
      }
    }
  }
}

export function avgPool2dGrad(
  scratch: usize,
  begin: i32,
  end: i32,
  g: usize,
  gx: usize,
  table: usize,
  group: i32,
): void {
  const pool = changetype<Pool>(table);
  const stop = min(end * group, pool.planes);
  const pixels = pool.h * pool.w;
  const halving = pool.isHalving;
  for (let plane = begin * group; plane < stop; plane++) {
    const to = address(gx, plane * pixels);
    if (!halving || (pool.h | pool.w) & 1) memory.fill(to, 0, address(0, pixels));
    for (let oy = 0; oy < pool.outH; oy++) {
      const row = address(g, (plane * pool.outH + oy) * pool.outW);
      if (halving) spreadHalves(row, address(to, 2 * oy * pool.w), pool.w, pool.outW, <f32>pool.count(0, 0));
      else spreadWindows(row, to, oy, pool);
    }
  }
}
