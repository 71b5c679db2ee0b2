/**
 * Max and average pooling of planes [h, w] and their gradients. A forward work item is `group` rows of the output,
 * a backward one is `group` planes.
 */

import { address } from "./simd";

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
  countIncludePad: i32;

  /** Windows of two by two that touch but do not overlap: the usual case, with kernels of its own. */
  @inline isHalving(): bool {
    return this.kH == 2 && this.kW == 2 && this.strideH == 2 && this.strideW == 2 && this.padH == 0 && this.padW == 0;
  }

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
  @inline count(oy: i32, ox: i32): f32 {
    if (this.countIncludePad) return <f32>(this.kH * this.kW);
    const top = oy * this.strideH - this.padH;
    const left = ox * this.strideW - this.padW;
    const rows = min(top + this.kH, this.h) - max(top, 0);
    const columns = min(left + this.kW, this.w) - max(left, 0);
    return <f32>(rows * columns);
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

/** How the elements of a window are put together, one by one. */
interface Merge {
  merge(a: v128, b: v128): v128;
}
class Largest {
  @inline merge(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}
class Total {
  @inline merge(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

/** One output row: y[ox] ← merge over all taps that are not padding, one tap at a time for all columns. */
// @ts-ignore: decorator
@inline
function gatherRow<F extends Merge>(x: usize, y: usize, oy: i32, pool: Pool): void {
  const top = oy * pool.strideH - pool.padH;
  const op = changetype<F>(0);
  for (let kh = max(0, -top); kh < min(pool.kH, pool.h - top); kh++) {
    const row = address(x, (top + kh) * pool.w);
    for (let kw = 0; kw < pool.kW; kw++) {
      const stop = pool.endColumn(kw);
      let ox = pool.firstColumn(kw);
      if (pool.strideW == 1) {
        for (; ox + 4 <= stop; ox += 4) {
          const at = address(y, ox);
          v128.store(at, op.merge(v128.load(at), v128.load(address(row, ox + kw - pool.padW))));
        }
      } else if (pool.strideW == 2) {
        // The last vector may read one column past the row. It is not used, and there is memory behind every storage.
        for (; ox + 4 <= stop; ox += 4) {
          const at = address(y, ox);
          v128.store(at, op.merge(v128.load(at), even(address(row, ox * 2 + kw - pool.padW))));
        }
      }
      for (; ox < stop; ox++) {
        const at = address(y, ox);
        const v = v128.load32_splat(address(row, ox * pool.strideW + kw - pool.padW));
        store<f32>(at, f32x4.extract_lane(op.merge(v128.load32_splat(at), v), 0));
      }
    }
  }
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
    if (pool.isHalving()) {
      halveRow(address(from, 2 * oy * pool.w), to, pool.w, pool.outW);
    } else {
      for (let ox = 0; ox < pool.outW; ox++) store<f32>(address(to, ox), -Infinity);
      gatherRow<Largest>(from, to, oy, pool);
    }
  }
}

export function avgPool2d(scratch: usize, begin: i32, end: i32, x: usize, y: usize, table: usize, group: i32): void {
  const pool = changetype<Pool>(table);
  const stop = min(end * group, pool.planes * pool.outH);
  for (let row = begin * group; row < stop; row++) {
    const plane = row / pool.outH;
    const oy = row - plane * pool.outH;
    const to = address(y, row * pool.outW);
    memory.fill(to, 0, address(0, pool.outW));
    gatherRow<Total>(address(x, plane * pool.h * pool.w), to, oy, pool);
    for (let ox = 0; ox < pool.outW; ox++) {
      const at = address(to, ox);
      store<f32>(at, load<f32>(at) / pool.count(oy, ox));
    }
  }
}

// @ts-ignore: decorator
@inline
function interleave(p: usize, first: v128, second: v128): void {
  v128.store(p, i32x4.shuffle(first, second, 0, 4, 1, 5));
  v128.store(p, i32x4.shuffle(first, second, 2, 6, 3, 7), 16);
}

/** Two rows of the input's gradient from one row of g; every pixel under a window is written once. */
// @ts-ignore: decorator
@inline
function halveRowGrad(g: usize, x: usize, y: usize, gx: usize, w: i32, outW: i32): void {
  const below = address(0, w);
  let ox = 0;
  for (; ox + 4 <= outW; ox += 4) {
    const p = address(x, 2 * ox);
    const largest = v128.load(address(y, ox));
    const slope = v128.load(address(g, ox));
    const a = f32x4.eq(even(p), largest);
    const b = v128.andnot(f32x4.eq(odd(p), largest), a);
    const ab = v128.or(a, b);
    const c = v128.andnot(f32x4.eq(even(p + below), largest), ab);
    const d = v128.andnot(f32x4.eq(odd(p + below), largest), v128.or(ab, c));
    const to = address(gx, 2 * ox);
    interleave(to, v128.and(slope, a), v128.and(slope, b));
    interleave(to + below, v128.and(slope, c), v128.and(slope, d));
  }
  for (; ox < outW; ox++) {
    const p = address(x, 2 * ox);
    const to = address(gx, 2 * ox);
    const largest = load<f32>(address(y, ox));
    let left = load<f32>(address(g, ox));
    left = settle(p, to, largest, left);
    left = settle(p + 4, to + 4, largest, left);
    left = settle(p + below, to + below, largest, left);
    settle(p + below + 4, to + below + 4, largest, left);
  }
}

/** Gives `slope` to the pixel if it is its window's largest, else 0; returns what is left for the pixels after it. */
// @ts-ignore: decorator
@inline
function settle(x: usize, gx: usize, largest: f32, slope: f32): f32 {
  const wins = load<f32>(x) == largest;
  store<f32>(gx, wins ? slope : 0);
  return wins ? 0 : slope;
}

/** Adds g of one window to its first element, row by row, that equals its maximum. */
// @ts-ignore: decorator
@inline
function giveToFirst(x: usize, gx: usize, largest: f32, slope: f32, oy: i32, ox: i32, pool: Pool): void {
  const top = oy * pool.strideH - pool.padH;
  const left = ox * pool.strideW - pool.padW;
  const bottom = min(top + pool.kH, pool.h);
  const right = min(left + pool.kW, pool.w);
  for (let iy = max(top, 0); iy < bottom; iy++) {
    for (let ix = max(left, 0); ix < right; ix++) {
      const offset = address(0, iy * pool.w + ix);
      if (load<f32>(x + offset) != largest) continue;
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
  const halving = pool.isHalving();
  for (let plane = begin * group; plane < stop; plane++) {
    const from = address(x, plane * pixels);
    const to = address(gx, plane * pixels);
    if (!halving || (pool.h | pool.w) & 1) memory.fill(to, 0, address(0, pixels));
    for (let oy = 0; oy < pool.outH; oy++) {
      const row = (plane * pool.outH + oy) * pool.outW;
      if (halving) {
        const offset = 2 * oy * pool.w;
        halveRowGrad(address(g, row), address(from, offset), address(y, row), address(to, offset), pool.w, pool.outW);
        continue;
      }
      for (let ox = 0; ox < pool.outW; ox++) {
        giveToFirst(from, to, load<f32>(address(y, row + ox)), load<f32>(address(g, row + ox)), oy, ox, pool);
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
        const share = load<f32>(address(row, ox)) / pool.count(oy, ox);
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
