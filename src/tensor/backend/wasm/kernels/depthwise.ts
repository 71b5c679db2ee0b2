/**
 * Depthwise convolution, each filter over one channel, and its two gradients, with a lane for each of four channels: a tap
 * is one vector of weights, whatever the size of the planes, the stride and the dilation.
 *
 * Planes are worked on in bands of rows that stay in the first-level cache. An item is four channels.
 */

import { entryOf, finishBy, NORM_BYTES } from "./epilogue";
import { packFour, unpackFour, zeroFloats } from "./pack";
import { FLOAT, madd, VECTOR } from "./simd";
import { Window } from "./window";

const LANES: i32 = 4;

/** Taps whose gradients are summed up together. */
const TRIPLE: i32 = 3;

/**
 * dst[row][column] ← pixels of up to four planes: row 0 is row `first` of the planes, which may be negative, and column `left`
 * their column 0. What is beside them must be 0 and stays it; rows above and below become 0, if they are not from the start.
 * Writes up to three vectors more.
 */
function loadPlanes(
  dst: usize,
  src: usize,
  count: i32,
  height: i32,
  width: i32,
  first: i32,
  rows: i32,
  left: i32,
  columns: i32,
  clears: bool,
): void {
  const pixels = height * width;
  const before = min(left, columns);
  const inside = min(width, columns - before);
  // Whole vectors, where what is behind a row is another one.
  const whole = (inside + LANES - 1) & -LANES;
  for (let y = first; y < first + rows; y++) {
    if (y >= 0 && y < height) {
      const at = y * width;
      const n = at + whole <= pixels ? whole : inside;
      const to = dst + <usize>before * VECTOR;
      packFour(to, VECTOR, src + <usize>at * FLOAT, count, <usize>pixels * FLOAT, n, FLOAT);
      for (let i = inside; i < n; i++) v128.store(to + <usize>i * VECTOR, f32x4.splat(0));
    } else if (clears) {
      zeroFloats(dst, columns * LANES);
    }
    dst += <usize>columns * VECTOR;
  }
}

/**
 * out[i] = start + Σ_t weights[t] · src[i at t] for n results, and up to three more, which nobody reads. Results lie
 * `outStep` bytes apart, and what they see `srcStep`.
 */
function correlate(
  out: usize,
  outStep: usize,
  src: usize,
  srcStep: usize,
  offsets: usize,
  weights: usize,
  taps: i32,
  n: i32,
  start: v128,
): void {
  const end = weights + <usize>taps * VECTOR;
  for (let i = 0; i < n; i += 4) {
    let c0 = start;
    let c1 = start;
    let c2 = start;
    let c3 = start;
    let offset = offsets;
    for (let at = weights; at < end; at += VECTOR) {
      const w = v128.load(at);
      const from = src + load<usize>(offset);
      c0 = madd(w, v128.load(from), c0);
      c1 = madd(w, v128.load(from + srcStep), c1);
      c2 = madd(w, v128.load(from + 2 * srcStep), c2);
      c3 = madd(w, v128.load(from + 3 * srcStep), c3);
      offset += sizeof<usize>();
    }
    v128.store(out, c0);
    v128.store(out + outStep, c1);
    v128.store(out + 2 * outStep, c2);
    v128.store(out + 3 * outStep, c3);
    out += 4 * outStep;
    src += 4 * srcStep;
  }
}

/**
 * The same for rows of three taps side by side, which share pixels: neighbours lie a vector apart. Of `rows` rows of results,
 * whose pixels begin `rowStep` bytes apart.
 */
function correlateRows(
  out: usize,
  src: usize,
  offsets: usize,
  weights: usize,
  taps: i32,
  n: i32,
  rows: i32,
  rowStep: usize,
  start: v128,
): void {
  for (let y = 0; y < rows; y++) {
    correlateRow(out, src, offsets, weights, taps, n, start);
    out += <usize>n * VECTOR;
    src += rowStep;
  }
}

// @ts-ignore: decorator
@inline
function correlateRow(
  out: usize,
  src: usize,
  offsets: usize,
  weights: usize,
  taps: i32,
  n: i32,
  start: v128,
): void {
  const end = weights + <usize>taps * VECTOR;
  for (let i = 0; i < n; i += 4) {
    let c0 = start;
    let c1 = start;
    let c2 = start;
    let c3 = start;
    let offset = offsets;
    for (let at = weights; at < end; at += 3 * VECTOR) {
      const from = src + load<usize>(offset);
      const w0 = v128.load(at);
      const w1 = v128.load(at, VECTOR);
      const w2 = v128.load(at, 2 * VECTOR);
      const x1 = v128.load(from, VECTOR);
      const x2 = v128.load(from, 2 * VECTOR);
      const x3 = v128.load(from, 3 * VECTOR);
      const x4 = v128.load(from, 4 * VECTOR);
      c0 = madd(w2, x2, madd(w1, x1, madd(w0, v128.load(from), c0)));
      c1 = madd(w2, x3, madd(w1, x2, madd(w0, x1, c1)));
      c2 = madd(w2, x4, madd(w1, x3, madd(w0, x2, c2)));
      c3 = madd(w2, v128.load(from, 5 * VECTOR), madd(w1, x4, madd(w0, x3, c3)));
      offset += 3 * sizeof<usize>();
    }
    v128.store(out, c0);
    v128.store(out, c1, VECTOR);
    v128.store(out, c2, 2 * VECTOR);
    v128.store(out, c3, 3 * VECTOR);
    out += 4 * VECTOR;
    src += 4 * VECTOR;
  }
}

/** Whether windows see rows of three taps side by side, one pixel on from each to the next. */
// @ts-ignore: decorator
@inline
function seesRows(window: Window): bool {
  return window.kW == 3 && window.dilationW * window.strideW == 1;
}

/** sums[t] += Σ g · src at t over `rows` rows of n windows, for three taps. */
function correlateBack(
  sums: usize,
  g: usize,
  src: usize,
  offsets: usize,
  rows: i32,
  n: i32,
  rowStep: usize,
  step: usize,
): void {
  let x0 = src + load<usize>(offsets);
  let x1 = src + load<usize>(offsets, sizeof<usize>());
  let x2 = src + load<usize>(offsets, 2 * sizeof<usize>());
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  const next = rowStep - <usize>n * step;
  for (let y = 0; y < rows; y++) {
    let i = 0;
    for (; i + 2 <= n; i += 2) {
      const g0 = v128.load(g);
      const g1 = v128.load(g, VECTOR);
      c00 = madd(g0, v128.load(x0), c00);
      c01 = madd(g1, v128.load(x0 + step), c01);
      c10 = madd(g0, v128.load(x1), c10);
      c11 = madd(g1, v128.load(x1 + step), c11);
      c20 = madd(g0, v128.load(x2), c20);
      c21 = madd(g1, v128.load(x2 + step), c21);
      x0 += 2 * step;
      x1 += 2 * step;
      x2 += 2 * step;
      g += 2 * VECTOR;
    }
    if (i < n) {
      const g0 = v128.load(g);
      c00 = madd(g0, v128.load(x0), c00);
      c10 = madd(g0, v128.load(x1), c10);
      c20 = madd(g0, v128.load(x2), c20);
      x0 += step;
      x1 += step;
      x2 += step;
      g += VECTOR;
    }
    x0 += next;
    x1 += next;
    x2 += next;
  }
  v128.store(sums, f32x4.add(v128.load(sums), f32x4.add(c00, c01)));
  v128.store(sums, f32x4.add(v128.load(sums, VECTOR), f32x4.add(c10, c11)), VECTOR);
  v128.store(sums, f32x4.add(v128.load(sums, 2 * VECTOR), f32x4.add(c20, c21)), 2 * VECTOR);
}

/** How far each tap is from its window's first one, in planes of `columns` vectors a row; and zeros for a last triple. */
function listTaps(window: Window, offsets: usize, columns: i32): void {
  for (let kh = 0; kh < window.kH; kh++) {
    for (let kw = 0; kw < window.kW; kw++) {
      store<usize>(offsets, <usize>(kh * window.dilationH * columns + kw * window.dilationW) * VECTOR);
      offsets += sizeof<usize>();
    }
  }
  store<usize>(offsets, 0);
  store<usize>(offsets, 0, sizeof<usize>());
}

/**
 * out[n, c] = bias + Σ_t w[c, t] · (padded x)[n, c, … at t]. One item is four channels of an image.
 * @param columns vectors in a row of the padded planes
 * @param band rows of results that are worked on together
 * @param then an epilogue, or 0
 */
export function depthwiseConv(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  x: usize,
  w: usize,
  bias: usize,
  out: usize,
  images: i32,
  chans: i32,
  outH: i32,
  outW: i32,
  columns: i32,
  band: i32,
  then: usize,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const srcPlane = <usize>(window.srcH * window.srcW) * FLOAT;
  const outPlane = <usize>(outH * outW) * FLOAT;
  const reach = max(0, window.kH - 1) * window.dilationH;
  const rowStep = <usize>(window.strideH * columns) * VECTOR;
  const step = <usize>window.strideW * VECTOR;
  const areRows = seesRows(window);
  const starts = scratch;
  const norms = starts + VECTOR;
  const weights = norms + 3 * VECTOR;
  const offsets = weights + <usize>taps * VECTOR;
  const results = offsets + <usize>(taps + 2) * VECTOR;
  const plane = results + <usize>(band * outW + LANES) * VECTOR;
  v128.store(starts, f32x4.splat(0));
  listTaps(window, offsets, columns);
  memory.fill(plane, 0, <usize>(((band - 1) * window.strideH + reach + 1) * columns) * VECTOR);
  const clears = band < outH;
  let packed = -1;
  for (let item = begin; item < end; item++) {
    const c = (item / images) * LANES;
    const count = min(LANES, chans - c);
    const first = <usize>((item % images) * chans + c);
    if (c != packed) {
      packFour(weights, VECTOR, w + <usize>(c * taps) * FLOAT, count, <usize>taps * FLOAT, taps, FLOAT);
      if (bias) packFour(starts, VECTOR, bias + <usize>c * FLOAT, count, FLOAT, 1, FLOAT);
      if (then) packFour(norms, VECTOR, entryOf(then, c), count, NORM_BYTES, 3, FLOAT);
      packed = c;
    }
    const start = v128.load(starts);
    for (let y0 = 0; y0 < outH; y0 += band) {
      const rows = min(band, outH - y0);
      const top = y0 * window.strideH - window.beforeH;
      const seen = (rows - 1) * window.strideH + reach + 1;
      loadPlanes(plane, x + first * srcPlane, count, window.srcH, window.srcW, top, seen, window.beforeW, columns, clears);
      if (areRows) {
        correlateRows(results, plane, offsets, weights, taps, outW, rows, rowStep, start);
      } else {
        for (let y = 0; y < rows; y++) {
          const from = plane + <usize>y * rowStep;
          correlate(results + <usize>(y * outW) * VECTOR, VECTOR, from, step, offsets, weights, taps, outW, start);
        }
      }
      const to = out + first * outPlane + <usize>(y0 * outW) * FLOAT;
      if (then) {
        const mean = v128.load(norms);
        const scale = v128.load(norms, VECTOR);
        finishBy(then, results, rows * outW * LANES, f32x4.splat(-0.0), mean, scale, v128.load(norms, 2 * VECTOR));
      }
      unpackFour(to, outPlane, results, VECTOR, count, rows * outW);
    }
  }
}

/**
 * ∂L/∂x from g: of the padded pixels, each strideH-th row and strideW-th column sees the same taps, and the sum over these
 * of g shifted the other way. One item is four channels of an image.
 * @param columns vectors in a row of g, zeros around it
 * @param band rows of x that are worked on together
 */
export function depthwiseInputGrad(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  g: usize,
  w: usize,
  dx: usize,
  images: i32,
  chans: i32,
  outH: i32,
  outW: i32,
  columns: i32,
  band: i32,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const strideH = window.strideH;
  const strideW = window.strideW;
  const srcPlane = <usize>(window.srcH * window.srcW) * FLOAT;
  const outPlane = <usize>(outH * outW) * FLOAT;
  const reachH = (max(0, window.kH - 1) * window.dilationH) / strideH;
  const reachW = (max(0, window.kW - 1) * window.dilationW) / strideW;
  const areRows = seesRows(window);
  const filters = scratch; // as they lie in memory
  const weights = filters + <usize>taps * VECTOR; // those that a row and column see together, one after another
  const places = weights + <usize>taps * VECTOR;
  const offsets = places + <usize>taps * VECTOR;
  const starts = offsets + <usize>taps * VECTOR;
  const results = starts + <usize>(strideH * strideW + 1) * VECTOR;
  const grads = results + <usize>(band * window.srcW + LANES * strideW) * VECTOR;
  let count = 0;
  for (let v = 0; v < strideH; v++) {
    for (let u = 0; u < strideW; u++) {
      store<i32>(starts + (<usize>(v * strideW + u) << 2), count);
      for (let tap = taps - 1; tap >= 0; tap--) {
        const y = (tap / window.kW) * window.dilationH;
        const x = (tap % window.kW) * window.dilationW;
        if (y % strideH != v || x % strideW != u) continue;
        const shift = (reachH - y / strideH) * columns + reachW - x / strideW;
        store<i32>(places + (<usize>count << 2), tap);
        store<usize>(offsets + <usize>count * sizeof<usize>(), <usize>shift * VECTOR);
        count++;
      }
    }
  }
  store<i32>(starts + (<usize>(strideH * strideW) << 2), count);
  memory.fill(grads, 0, <usize>(((band - 1) / strideH + reachH + 2) * columns) * VECTOR);
  const clears = band < window.srcH;

  for (let item = begin; item < end; item++) {
    const c = (item / images) * LANES;
    const lanes = min(LANES, chans - c);
    const first = <usize>((item % images) * chans + c);
    packFour(filters, VECTOR, w + <usize>(c * taps) * FLOAT, lanes, <usize>taps * FLOAT, taps, FLOAT);
    for (let k: usize = 0; k < <usize>count; k++) {
      const place = <usize>load<i32>(places + (k << 2));
      v128.store(weights + k * VECTOR, v128.load(filters + place * VECTOR));
    }
    for (let y0 = 0; y0 < window.srcH; y0 += band) {
      const rows = min(band, window.srcH - y0);
      const q0 = (y0 + window.beforeH) / strideH;
      const seen = (y0 + rows - 1 + window.beforeH) / strideH - q0 + reachH + 1;
      loadPlanes(grads, g + first * outPlane, lanes, outH, outW, q0 - reachH, seen, reachW, columns, clears);
      for (let y = y0; y < y0 + rows; y++) {
        const v = (y + window.beforeH) % strideH;
        const row = grads + <usize>(((y + window.beforeH) / strideH - q0) * columns) * VECTOR;
        const to = results + <usize>((y - y0) * window.srcW) * VECTOR;
        for (let x = 0; x < min(strideW, window.srcW); x++) {
          const phase = starts + (<usize>(v * strideW + ((x + window.beforeW) % strideW)) << 2);
          const tap = load<i32>(phase);
          const from = row + <usize>((x + window.beforeW) / strideW) * VECTOR;
          const at = to + <usize>x * VECTOR;
          const its = offsets + <usize>tap * sizeof<usize>();
          const own = weights + <usize>tap * VECTOR;
          const seen = load<i32>(phase, 4) - tap;
          const n = (window.srcW - x + strideW - 1) / strideW;
          if (areRows) correlateRows(at, from, its, own, seen, n, 1, 0, f32x4.splat(0));
          else correlate(at, <usize>strideW * VECTOR, from, VECTOR, its, own, seen, n, f32x4.splat(0));
        }
      }
      const to = dx + first * srcPlane + <usize>(y0 * window.srcW) * FLOAT;
      unpackFour(to, srcPlane, results, VECTOR, lanes, rows * window.srcW);
    }
  }
}

/** ∂L/∂w: sums of g times the padded plane, shifted, over all images. One item is four channels. */
export function depthwiseWeightGrad(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  x: usize,
  g: usize,
  dw: usize,
  images: i32,
  chans: i32,
  outH: i32,
  outW: i32,
  columns: i32,
  band: i32,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const triples = (taps + TRIPLE - 1) / TRIPLE;
  const srcPlane = <usize>(window.srcH * window.srcW) * FLOAT;
  const outPlane = <usize>(outH * outW) * FLOAT;
  const reach = max(0, window.kH - 1) * window.dilationH;
  const rowStep = <usize>(window.strideH * columns) * VECTOR;
  const step = <usize>window.strideW * VECTOR;
  const sumBytes = <usize>(triples * TRIPLE) * VECTOR;
  const sums = scratch;
  const offsets = sums + sumBytes;
  const grads = offsets + <usize>(taps + 2) * VECTOR;
  const plane = grads + <usize>(band * outW + LANES) * VECTOR;
  listTaps(window, offsets, columns);
  memory.fill(plane, 0, <usize>(((band - 1) * window.strideH + reach + 1) * columns) * VECTOR);
  const clears = band < outH;
  for (let item = begin; item < end; item++) {
    const c = item * LANES;
    const count = min(LANES, chans - c);
    memory.fill(sums, 0, sumBytes);
    for (let image = 0; image < images; image++) {
      const first = <usize>(image * chans + c);
      for (let y0 = 0; y0 < outH; y0 += band) {
        const rows = min(band, outH - y0);
        const top = y0 * window.strideH - window.beforeH;
        const seen = (rows - 1) * window.strideH + reach + 1;
        loadPlanes(plane, x + first * srcPlane, count, window.srcH, window.srcW, top, seen, window.beforeW, columns, clears);
        loadPlanes(grads, g + first * outPlane, count, outH, outW, y0, rows, 0, outW, false);
        for (let t = 0; t < triples; t++) {
          const three = offsets + <usize>(t * TRIPLE) * sizeof<usize>();
          correlateBack(sums + <usize>(t * TRIPLE) * VECTOR, grads, plane, three, rows, outW, rowStep, step);
        }
      }
    }
    unpackFour(dw + <usize>(c * taps) * FLOAT, <usize>taps * FLOAT, sums, VECTOR, count, taps);
  }
}
