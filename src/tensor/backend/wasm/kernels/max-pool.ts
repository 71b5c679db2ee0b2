/**
 * Max pooling of planes [h, w] and its gradient. A forward work item is `group` rows of the output, a backward one is
 * `group` planes.
 */

import { interleave, largestOfFour, Pool } from "./pool";
import { address } from "./simd";

/** Columns 0, 2, 4, 6 of eight. */
// @ts-ignore: decorator
@inline
function even(p: usize): v128 {
  return i32x4.shuffle(v128.load(p), v128.load(p, 16), 0, 2, 4, 6);
}

/** Columns 1, 3, 5, 7 of eight. */
// @ts-ignore: decorator
@inline
function odd(p: usize): v128 {
  return i32x4.shuffle(v128.load(p), v128.load(p, 16), 1, 3, 5, 7);
}

/** One output row: y[ox] ← the largest of all taps that are not padding, one tap at a time for all columns. */
// @ts-ignore: decorator
@inline
function largestOfWindows(x: usize, y: usize, oy: i32, pool: Pool): void {
  const top = oy * pool.strideH - pool.padH;
  const bottom = min(top + pool.kH, pool.h);
  // The taps that meet pixels: of a window that is larger than the image, some never do.
  const firstTap = max(0, pool.padW - (pool.outW - 1) * pool.strideW);
  const endTap = min(pool.kW, pool.w + pool.padW);
  for (let ox = 0; ox < pool.outW; ox++) store<f32>(address(y, ox), -Infinity);
  for (let iy = max(top, 0); iy < bottom; iy++) {
    const row = address(x, iy * pool.w);
    for (let kw = firstTap; kw < endTap; kw++) {
      const stop = pool.endColumn(kw);
      let ox = pool.firstColumn(kw);
      if (pool.strideW == 1) {
        for (; ox + 4 <= stop; ox += 4) {
          const at = address(y, ox);
          v128.store(at, f32x4.max(v128.load(at), v128.load(address(row, ox + kw - pool.padW))));
        }
      } else if (pool.strideW == 2) {
        // The last vector may read one column past the row. It is not used, and there is memory behind every storage.
        for (; ox + 4 <= stop; ox += 4) {
          const at = address(y, ox);
          v128.store(at, f32x4.max(v128.load(at), even(address(row, ox * 2 + kw - pool.padW))));
        }
      }
      for (; ox < stop; ox++) {
        const at = address(y, ox);
        const v = v128.load32_splat(address(row, ox * pool.strideW + kw - pool.padW));
        store<f32>(at, f32x4.extract_lane(f32x4.max(v128.load32_splat(at), v), 0));
      }
    }
  }
}

/** The row's last vector reaches back, so that no number of a row of four or more goes alone. */
// @ts-ignore: decorator
@inline
function vectorAt(ox: i32, outW: i32): i32 {
  return min(ox, outW - 4);
}

// @ts-ignore: decorator
@inline
function halveRow(x: usize, y: usize, w: i32, outW: i32): void {
  const below = address(x, w);
  if (outW >= 4) {
    for (let i = 0; i < outW; i += 4) {
      const ox = vectorAt(i, outW);
      const p = address(x, 2 * ox);
      const q = address(below, 2 * ox);
      v128.store(address(y, ox), largestOfFour(even(p), odd(p), even(q), odd(q)));
    }
    return;
  }
  for (let ox = 0; ox < outW; ox++) {
    const p = address(x, 2 * ox);
    const q = address(below, 2 * ox);
    store<f32>(address(y, ox), max(max(load<f32>(p), load<f32>(p, 4)), max(load<f32>(q), load<f32>(q, 4))));
  }
}

export function maxPool2d(scratch: usize, begin: i32, end: i32, x: usize, y: usize, table: usize, group: i32): void {
  const pool = changetype<Pool>(table);
  const stop = min(end * group, pool.planes * pool.outH);
  for (let row = begin * group; row < stop; row++) {
    const plane = row / pool.outH;
    const oy = row - plane * pool.outH;
    const from = address(x, plane * pool.h * pool.w);
    const to = address(y, row * pool.outW);
    if (pool.isHalving) {
      halveRow(address(from, 2 * oy * pool.w), to, pool.w, pool.outW);
    } else {
      largestOfWindows(from, to, oy, pool);
    }
  }
}

/** Rows 2·oy and 2·oy + 1 of a plane's gradient; every pixel under a window is written, some of them twice. */
// @ts-ignore: decorator
@inline
function halveRowGrad(g: usize, x: usize, y: usize, gx: usize, oy: i32, pool: Pool): void {
  const outW = pool.outW;
  const below = address(0, pool.w);
  const above = address(0, 2 * oy * pool.w);
  if (outW >= 4) {
    let nan = f32x4.splat(0);
    for (let i = 0; i < outW; i += 4) {
      const ox = vectorAt(i, outW);
      const p = address(x + above, 2 * ox);
      const to = address(gx + above, 2 * ox);
      const largest = v128.load(address(y, ox));
      const slope = v128.load(address(g, ox));
      const a = f32x4.eq(even(p), largest);
      const b = v128.andnot(f32x4.eq(odd(p), largest), a);
      const ab = v128.or(a, b);
      const c = v128.andnot(f32x4.eq(even(p + below), largest), ab);
      const d = v128.andnot(f32x4.eq(odd(p + below), largest), v128.or(ab, c));
      interleave(to, v128.and(slope, a), v128.and(slope, b));
      interleave(to + below, v128.and(slope, c), v128.and(slope, d));
      nan = v128.or(nan, f32x4.ne(largest, largest));
    }
    if (!v128.any_true(nan)) return;
    // What is NaN equals nothing and has given nothing so far.
    for (let ox = 0; ox < outW; ox++) {
      const largest = load<f32>(address(y, ox));
      if (largest != largest) giveToLastNan(x, gx, load<f32>(address(g, ox)), oy, ox, pool);
    }
    return;
  }
  for (let ox = 0; ox < outW; ox++) {
    const to = address(gx + above, 2 * ox);
    store<u64>(to, 0);
    store<u64>(to + below, 0);
    giveToWinner(x, gx, load<f32>(address(y, ox)), load<f32>(address(g, ox)), oy, ox, pool);
  }
}

/** Adds g of one window to its first element, row by row, that equals its maximum; where that is NaN, to the last NaN. */
// @ts-ignore: decorator
@inline
function giveToWinner(x: usize, gx: usize, largest: f32, slope: f32, oy: i32, ox: i32, pool: Pool): void {
  const top = oy * pool.strideH - pool.padH;
  const left = ox * pool.strideW - pool.padW;
  const bottom = min(top + pool.kH, pool.h);
  const w = pool.w;
  const right = min(left + pool.kW, w);
  for (let iy = max(top, 0); iy < bottom; iy++) {
    for (let ix = max(left, 0); ix < right; ix++) {
      const offset = address(0, iy * w + ix);
      if (load<f32>(x + offset) != largest) continue;
      store<f32>(gx + offset, load<f32>(gx + offset) + slope);
      return;
    }
  }
  giveToLastNan(x, gx, slope, oy, ox, pool);
}

function giveToLastNan(x: usize, gx: usize, slope: f32, oy: i32, ox: i32, pool: Pool): void {
  const top = oy * pool.strideH - pool.padH;
  const left = ox * pool.strideW - pool.padW;
  for (let iy = min(top + pool.kH, pool.h) - 1; iy >= max(top, 0); iy--) {
    for (let ix = min(left + pool.kW, pool.w) - 1; ix >= max(left, 0); ix--) {
      const offset = address(0, iy * pool.w + ix);
      const v = load<f32>(x + offset);
      if (v == v) continue;
      store<f32>(gx + offset, load<f32>(gx + offset) + slope);
      return;
    }
  }
}

export function maxPool2dGrad(
  scratch: usize,
  begin: i32,
  end: i32,
  g: usize,
  x: usize,
  y: usize,
  gx: usize,
  table: usize,
  group: i32,
): void {
  const pool = changetype<Pool>(table);
  const stop = min(end * group, pool.planes);
  const pixels = pool.h * pool.w;
  const halving = pool.isHalving;
  for (let plane = begin * group; plane < stop; plane++) {
    const from = address(x, plane * pixels);
    const to = address(gx, plane * pixels);
    if (!halving || (pool.h | pool.w) & 1) memory.fill(to, 0, address(0, pixels));
    for (let oy = 0; oy < pool.outH; oy++) {
      const row = (plane * pool.outH + oy) * pool.outW;
      if (halving) {
        halveRowGrad(address(g, row), from, address(y, row), to, oy, pool);
        continue;
      }
      for (let ox = 0; ox < pool.outW; ox++) {
        giveToWinner(from, to, load<f32>(address(y, row + ox)), load<f32>(address(g, row + ox)), oy, ox, pool);
      }
    }
  }
}
