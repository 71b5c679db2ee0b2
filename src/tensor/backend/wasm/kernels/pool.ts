/**
 * Max and average pooling of planes [h, w] and their gradients. A forward work item is `group` rows of the output,
 * a backward one is `group` planes.
 */

import { address, FLOAT } from "./simd";
import { addHigh, addLow } from "./wide";

/** The host's PoolGeometry, as 32-bit integers in this order. */
@unmanaged
class Pool {
  planes: i32;
  h: i32;
  w: i32;
  kH: i32;
  kW: i32;
  outH: i32;
  outW: i32;
  strideH: i32;
  strideW: i32;
  padH: i32;
  padW: i32;
  /** How much of the padding counts in an average. */
  marginH: i32;
  marginW: i32;
  /** 0 for none. */
  divisorOverride: i32;
  /** Whole windows of two by two that touch but do not overlap: the usual case, with kernels of its own. */
  isHalving: i32;

  /** The first output column whose tap kw is not in the left padding. */
  @inline firstColumn(kw: i32): i32 {
    return max(0, (this.padW - kw + this.strideW - 1) / this.strideW);
  }

  /** One past the last output column whose tap kw is not in the right padding. */
  @inline endColumn(kw: i32): i32 {
    const last = this.w - 1 + this.padW - kw;
    return last < 0 ? 0 : min(this.outW, last / this.strideW + 1);
  }

  /** The divisor of an average. */
  @inline count(oy: i32, ox: i32): f64 {
    if (this.divisorOverride) return <f64>this.divisorOverride;
    const top = oy * this.strideH - this.padH;
    const left = ox * this.strideW - this.padW;
    const rows = min(top + this.kH, this.h + this.marginH) - max(top, -this.marginH);
    const columns = min(left + this.kW, this.w + this.marginW) - max(left, -this.marginW);
    return <f64>rows * <f64>columns;
  }
}

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

/** max(a, b, c, d), as f32x4.max has it. */
// @ts-ignore: decorator
@inline
function largestOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.max(f32x4.max(a, b), f32x4.max(c, d));
}

// @ts-ignore: decorator
@inline
function halveRow(x: usize, y: usize, w: i32, outW: i32): void {
  const below = address(x, w);
  let ox = 0;
  for (; ox + 4 <= outW; ox += 4) {
    const p = address(x, 2 * ox);
    const q = address(below, 2 * ox);
    v128.store(address(y, ox), largestOfFour(even(p), odd(p), even(q), odd(q)));
  }
  for (; ox < outW; ox++) {
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

/** A window's columns are summed first, and once for all windows of a row; `scratch` holds their w sums. */
export function avgPool2d(scratch: usize, begin: i32, end: i32, x: usize, y: usize, table: usize, group: i32): void {
  const pool = changetype<Pool>(table);
  const w = pool.w;
  const kW = pool.kW;
  const outW = pool.outW;
  const strideW = pool.strideW;
  const stop = min(end * group, pool.planes * pool.outH);
  for (let row = begin * group; row < stop; row++) {
    const plane = row / pool.outH;
    const oy = row - plane * pool.outH;
    const top = oy * pool.strideH - pool.padH;
    sumColumns(address(x, plane * pool.h * w), scratch, max(top, 0), min(top + pool.kH, pool.h), w);
    let to = address(y, row * outW);
    let left = -pool.padW;
    for (let ox = 0; ox < outW; ox++) {
      const right = min(left + kW, w);
      let sum: f64 = 0;
      for (let ix = max(left, 0); ix < right; ix++) sum += load<f64>(double(scratch, ix));
      store<f32>(to, <f32>(sum / pool.count(oy, ox)));
      left += strideW;
      to += FLOAT;
    }
  }
}

// @ts-ignore: decorator
@inline
function interleave(p: usize, first: v128, second: v128): void {
  v128.store(p, i32x4.shuffle(first, second, 0, 4, 1, 5));
  v128.store(p, i32x4.shuffle(first, second, 2, 6, 3, 7), 16);
}

/** Rows 2·oy and 2·oy + 1 of a plane's gradient; every pixel under a window is written once. */
// @ts-ignore: decorator
@inline
function halveRowGrad(g: usize, x: usize, y: usize, gx: usize, oy: i32, pool: Pool): void {
  const outW = pool.outW;
  const below = address(0, pool.w);
  const above = address(0, 2 * oy * pool.w);
  let nan = f32x4.splat(0);
  let ox = 0;
  for (; ox + 4 <= outW; ox += 4) {
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
  if (v128.any_true(nan)) {
    // What is NaN equals nothing and has given nothing so far.
    for (let i = 0; i < ox; i++) {
      const largest = load<f32>(address(y, i));
      if (largest != largest) giveToLastNan(x, gx, load<f32>(address(g, i)), oy, i, pool);
    }
  }
  for (; ox < outW; ox++) {
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
  for (let plane = begin * group; plane < stop; plane++) {
    const to = address(gx, plane * pixels);
    memory.fill(to, 0, address(0, pixels));
    for (let oy = 0; oy < pool.outH; oy++) {
      const row = address(g, (plane * pool.outH + oy) * pool.outW);
      const top = oy * pool.strideH - pool.padH;
      const bottom = min(top + pool.kH, pool.h);
      for (let ox = 0; ox < pool.outW; ox++) {
        const share = load<f32>(address(row, ox)) / <f32>pool.count(oy, ox);
        const left = ox * pool.strideW - pool.padW;
        const right = min(left + pool.kW, pool.w);
        for (let iy = max(top, 0); iy < bottom; iy++) {
          for (let ix = max(left, 0); ix < right; ix++) {
            const at = address(to, iy * pool.w + ix);
            store<f32>(at, load<f32>(at) + share);
          }
        }
      }
    }
  }
}
