/**
 * Depthwise convolution, each filter over one channel, and its two gradients: sums of shifted planes, along rows.
 *
 * Results lie as wide as the padded plane's phases, the columns at a row's end being nobody's. A tap is then one shift
 * for all of a plane's results at once, whatever the width, the stride and the dilation.
 */

import { finish } from "./epilogue";
import { copyFloats, zeroFloats } from "./pack";
import { FLOAT, madd, sumLanes, VECTOR } from "./simd";
import { Window } from "./window";

/** Vectors of results that are summed up together. */
const RUN: i32 = 8;
const TAIL: i32 = 4;

/** Taps whose gradients are summed up together. */
const TRIPLE: i32 = 3;

/** out[i] = start + Σ_t weights[t] · src[i + offsets[t]] for `vectors` vectors, a multiple of TAIL. */
function correlate(out: usize, src: usize, offsets: usize, weights: usize, taps: i32, vectors: i32, start: f32): void {
  const end = weights + <usize>taps * FLOAT;
  for (; vectors >= RUN; vectors -= RUN) {
    let c0 = f32x4.splat(start);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    let c4 = c0;
    let c5 = c0;
    let c6 = c0;
    let c7 = c0;
    let offset = offsets;
    for (let at = weights; at < end; at += FLOAT) {
      const w = v128.load32_splat(at);
      const from = src + load<usize>(offset);
      c0 = madd(w, v128.load(from), c0);
      c1 = madd(w, v128.load(from, VECTOR), c1);
      c2 = madd(w, v128.load(from, 2 * VECTOR), c2);
      c3 = madd(w, v128.load(from, 3 * VECTOR), c3);
      c4 = madd(w, v128.load(from, 4 * VECTOR), c4);
      c5 = madd(w, v128.load(from, 5 * VECTOR), c5);
      c6 = madd(w, v128.load(from, 6 * VECTOR), c6);
      c7 = madd(w, v128.load(from, 7 * VECTOR), c7);
      offset += sizeof<usize>();
    }
    v128.store(out, c0);
    v128.store(out, c1, VECTOR);
    v128.store(out, c2, 2 * VECTOR);
    v128.store(out, c3, 3 * VECTOR);
    v128.store(out, c4, 4 * VECTOR);
    v128.store(out, c5, 5 * VECTOR);
    v128.store(out, c6, 6 * VECTOR);
    v128.store(out, c7, 7 * VECTOR);
    out += RUN * VECTOR;
    src += RUN * VECTOR;
  }
  if (vectors > 0) {
    let c0 = f32x4.splat(start);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    for (let at = weights; at < end; at += FLOAT) {
      const w = v128.load32_splat(at);
      const from = src + load<usize>(offsets);
      c0 = madd(w, v128.load(from), c0);
      c1 = madd(w, v128.load(from, VECTOR), c1);
      c2 = madd(w, v128.load(from, 2 * VECTOR), c2);
      c3 = madd(w, v128.load(from, 3 * VECTOR), c3);
      offsets += sizeof<usize>();
    }
    v128.store(out, c0);
    v128.store(out, c1, VECTOR);
    v128.store(out, c2, 2 * VECTOR);
    v128.store(out, c3, 3 * VECTOR);
  }
}

/** sums[t] += Σ_i g[i] · src[i + offsets[t]], lane by lane, for three taps and an even number of vectors. */
function correlateBack(sums: usize, g: usize, src: usize, offsets: usize, vectors: i32): void {
  let x0 = src + load<usize>(offsets);
  let x1 = src + load<usize>(offsets, sizeof<usize>());
  let x2 = src + load<usize>(offsets, 2 * sizeof<usize>());
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  for (const end = g + <usize>vectors * VECTOR; g < end; g += 2 * VECTOR) {
    const g0 = v128.load(g);
    const g1 = v128.load(g, VECTOR);
    c00 = madd(g0, v128.load(x0), c00);
    c01 = madd(g1, v128.load(x0, VECTOR), c01);
    c10 = madd(g0, v128.load(x1), c10);
    c11 = madd(g1, v128.load(x1, VECTOR), c11);
    c20 = madd(g0, v128.load(x2), c20);
    c21 = madd(g1, v128.load(x2, VECTOR), c21);
    x0 += 2 * VECTOR;
    x1 += 2 * VECTOR;
    x2 += 2 * VECTOR;
  }
  v128.store(sums, f32x4.add(v128.load(sums), f32x4.add(c00, c01)));
  v128.store(sums, f32x4.add(v128.load(sums, VECTOR), f32x4.add(c10, c11)), VECTOR);
  v128.store(sums, f32x4.add(v128.load(sums, 2 * VECTOR), f32x4.add(c20, c21)), 2 * VECTOR);
}

/** Rows of `columns` results as they lie in a padded plane, zeros between them. */
function spreadRows(dst: usize, src: usize, rows: i32, columns: i32, pitch: i32): void {
  for (let y = 0; y < rows; y++) {
    copyFloats(dst, src, columns);
    zeroFloats(dst + <usize>columns * FLOAT, pitch - columns);
    dst += <usize>pitch * FLOAT;
    src += <usize>columns * FLOAT;
  }
}

// @ts-ignore: decorator
@inline
function wholeRuns(floats: i32): i32 {
  return ((floats + 4 * TAIL - 1) / (4 * TAIL)) * TAIL;
}

/**
 * out[n, c · m + j] = bias + Σ_t w[c · m + j, t] · (padded x)[n, c, … at t], m filters for each channel.
 * One item is a plane of x.
 * @param flat bytes of a plane of results
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
  chans: i32,
  m: i32,
  outH: i32,
  outW: i32,
  flat: usize,
  then: usize,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const srcPlane = <usize>(window.srcH * window.srcW) * FLOAT;
  const outPlane = <usize>(outH * outW) * FLOAT;
  const pitch = <usize>window.phaseCols * FLOAT;
  const vectors = wholeRuns(outH * window.phaseCols);
  const results = scratch;
  const plane = results + flat;
  const offsets = plane + window.plane + flat;
  window.listTaps(offsets, 1, 0);
  for (let item = begin; item < end; item++) {
    window.load(plane, x + <usize>item * srcPlane, 0);
    let to = out + <usize>(item * m) * outPlane;
    for (let j = 0; j < m; j++) {
      const filter = (item % chans) * m + j;
      const start = bias ? load<f32>(bias + <usize>filter * FLOAT) : 0;
      correlate(results, plane, offsets, w + <usize>(filter * taps) * FLOAT, taps, vectors, start);
      for (let y = 0; y < outH; y++) {
        copyFloats(to, results + <usize>y * pitch, outW);
        to += <usize>outW * FLOAT;
      }
      if (then) finish(then, to - outPlane, outH * outW, filter, -0.0);
    }
  }
}

/**
 * ∂L/∂x from g: in each phase of a padded plane the sum, over its taps, of g shifted the other way.
 * One item is a plane of x.
 */
export function depthwiseInputGrad(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  g: usize,
  w: usize,
  dx: usize,
  chans: i32,
  m: i32,
  outH: i32,
  outW: i32,
  flat: usize,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const srcPlane = <usize>(window.srcH * window.srcW) * FLOAT;
  const outPlane = <usize>(outH * outW) * FLOAT;
  const phases = window.phasesH * window.phasesW;
  const phaseSize = window.phaseRows * window.phaseCols;
  const vectors = wholeRuns(phaseSize);
  // Before each plane of g more zeros than the farthest tap reaches.
  const grads = scratch + <usize>phaseSize * FLOAT;
  const gradStep = flat + <usize>phaseSize * FLOAT;
  const plane = scratch + <usize>m * gradStep;
  const weights = plane + window.plane + flat;
  // The taps of one phase after those of another: where each tap's weight is, how far it reaches, where a phase starts.
  const places = weights + <usize>(m * taps) * FLOAT;
  const offsets = places + <usize>(m * taps) * sizeof<usize>();
  const starts = offsets + <usize>(m * taps) * sizeof<usize>();
  memory.fill(scratch, 0, plane - scratch);
  let count = 0;
  for (let phase = 0; phase < phases; phase++) {
    store<i32>(starts + (<usize>phase << 2), count);
    for (let tap = 0; tap < taps; tap++) {
      const kh = tap / window.kW;
      const kw = tap % window.kW;
      if (window.phaseOf(kh, kw) != phase) continue;
      for (let j = 0; j < m; j++) {
        store<usize>(places + <usize>count * sizeof<usize>(), <usize>(j * taps + tap) * FLOAT);
        store<usize>(offsets + <usize>count * sizeof<usize>(), <usize>j * gradStep - window.shiftOf(kh, kw));
        count++;
      }
    }
  }
  store<i32>(starts + (<usize>phases << 2), count);

  for (let item = begin; item < end; item++) {
    for (let j = 0; j < m; j++) {
      const from = g + <usize>(item * m + j) * outPlane;
      spreadRows(grads + <usize>j * gradStep, from, outH, outW, window.phaseCols);
    }
    const filters = w + <usize>((item % chans) * m * taps) * FLOAT;
    for (let k = <usize>0; k < <usize>count; k++) {
      store<f32>(weights + k * FLOAT, load<f32>(filters + load<usize>(places + k * sizeof<usize>())));
    }
    let results = plane;
    for (let phase = 0; phase < phases; phase++) {
      const first = load<i32>(starts + (<usize>phase << 2));
      const seen = load<i32>(starts + (<usize>phase << 2), 4) - first;
      const from = offsets + <usize>first * sizeof<usize>();
      correlate(results, grads, from, weights + <usize>first * FLOAT, seen, vectors, 0);
      results += window.phaseBytes;
    }
    window.unload(dx + <usize>item * srcPlane, plane);
  }
}

/** ∂L/∂w: dot products of g with the padded plane, shifted, over all images. One item is a channel. */
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
  m: i32,
  outH: i32,
  outW: i32,
  flat: usize,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const triples = (taps + TRIPLE - 1) / TRIPLE;
  const srcPlane = <usize>(window.srcH * window.srcW) * FLOAT;
  const outPlane = <usize>(outH * outW) * FLOAT;
  const vectors = wholeRuns(outH * window.phaseCols);
  const grads = scratch;
  const plane = grads + flat;
  const sums = plane + window.plane + flat;
  const sumBytes = <usize>(triples * TRIPLE) * VECTOR;
  const offsets = sums + <usize>m * sumBytes;
  memory.fill(scratch, 0, sums - scratch);
  window.listTaps(offsets, 1, 0);
  for (let t = taps; t < triples * TRIPLE; t++) store<usize>(offsets + <usize>t * sizeof<usize>(), 0);

  for (let item = begin; item < end; item++) {
    memory.fill(sums, 0, <usize>m * sumBytes);
    for (let image = 0; image < images; image++) {
      const source = <usize>(image * chans + item);
      window.load(plane, x + source * srcPlane, 0);
      for (let j = 0; j < m; j++) {
        spreadRows(grads, g + (source * m + j) * outPlane, outH, outW, window.phaseCols);
        for (let t = 0; t < triples; t++) {
          const sum = sums + <usize>j * sumBytes + <usize>(t * TRIPLE) * VECTOR;
          correlateBack(sum, grads, plane, offsets + <usize>(t * TRIPLE) * sizeof<usize>(), vectors);
        }
      }
    }
    for (let j = 0; j < m; j++) {
      for (let t = 0; t < taps; t++) {
        const sum = v128.load(sums + <usize>j * sumBytes + <usize>t * VECTOR);
        store<f32>(dw + <usize>((item * m + j) * taps + t) * FLOAT, sumLanes(sum));
      }
    }
  }
}
