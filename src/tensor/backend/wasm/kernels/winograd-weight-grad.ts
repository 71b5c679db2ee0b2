/**
 * The weight gradient of a Winograd convolution: ∂L/∂g = Gᵀ[Σ_tiles (A ∂L/∂y Aᵀ) ⊙ (Bᵀ d B)]G. Images are worked on in
 * chunks of tile rows: the inputs are spread out to points for the whole chunk, then, for four outputs at a time, their
 * gradients, which are multiplied with the inputs point by point.
 */

import { FLOAT, madd, storeTransposed, VECTOR } from "./simd";
import { sumEach } from "./tile";
import { filterBytes, spreadTiles } from "./winograd";
import { pointStride, Tiling } from "./winograd-tiling";
import { pointsToTaps } from "./winograd-transforms";

/** With fewer tiles in a chunk, sums over lanes would take longer than the products. */
const DOT_BYTES: usize = 32 * FLOAT;

/** Inputs of a chunk to points: [points][chans][tiles]. One item is a channel. */
export function winogradSpreadInput(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  x: usize,
  out: usize,
  chans: i32,
  q0: i32,
  rows: i32,
): void {
  const tiling = changetype<Tiling>(at);
  spreadTiles(tiling, scratch, x, begin, end - begin, chans, <usize>chans * tiling.plane, q0, rows, out, 0, VECTOR);
}

/** The points of four outputs' gradients in a chunk, [points][tiles / 4][4 outputs][4 tiles]: those beyond the last are 0. */
function spreadGrads(
  tiling: Tiling,
  strips: usize,
  g: usize,
  outs: i32,
  group: i32,
  q0: i32,
  rows: i32,
  out: usize,
): void {
  const plane = tiling.plane;
  const from = g + <usize>(group * 4) * plane;
  const count = min(4, outs - group * 4);
  spreadTiles(tiling, strips, from, 0, count, 4, <usize>outs * plane, q0, rows, out, VECTOR, 4 * VECTOR);
  const end = out + tiling.spreadBytes(rows, 4);
  for (let lane = count; lane < 4; lane++) {
    for (let at = out + <usize>lane * VECTOR; at < end; at += 4 * VECTOR) v128.store(at, f32x4.splat(0));
  }
}

/**
 * sums[outs / 4][points][c][4 outputs] (+)= Σ over the tiles of a chunk of both factors at a point. One item is four outputs:
 * their gradients go to points in the thread's own cache, and nobody else reads or writes near their sums. With the last
 * chunk (dw is not 0) the sums become the gradient at once, or are added to it; of a single chunk (`sums` is 0)
 * they never leave the cache.
 */
export function winogradProducts(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  inputs: usize,
  g: usize,
  sums: usize,
  chans: i32,
  outs: i32,
  q0: i32,
  rows: i32,
  first: i32,
  dw: usize,
  r: i32,
): void {
  const tiling = changetype<Tiling>(at);
  const points = sums ? scratch : scratch + filterBytes(tiling.points, chans);
  const strips = points + tiling.spreadBytes(rows, 4);
  const sumStep = pointStride(<usize>chans * VECTOR);
  for (let group = begin; group < end; group++) {
    spreadGrads(tiling, strips, g, outs, group, q0, rows, points);
    let from = points;
    let x = inputs;
    let sumsHere = sums;
    for (let part: Tiling | null = tiling; part; part = part.next) {
      const sumBytes = filterBytes(part.points, chans);
      const own = sums ? sumsHere + <usize>group * sumBytes : scratch;
      const tileBytes = <usize>part.panels(rows) * 2 * VECTOR;
      const gradStep = part.pointBytes(rows, 4);
      const inputStep = part.pointBytes(rows, chans);
      for (let p: usize = 0; p < <usize>part.points; p++) {
        if (tileBytes < DOT_BYTES) sumTiles(from, x, tileBytes, chans, own + p * sumStep, first != 0);
        else dotTiles(from, x, tileBytes, chans, own + p * sumStep, first != 0);
        from += gradStep;
        x += inputStep;
      }
      if (dw) filterGrad(part, strips, own, dw, group, chans, outs, r);
      sumsHere += <usize>((outs + 3) >> 2) * sumBytes;
    }
  }
}

/**
 * The gradient of each part of the images, dw[parts][o][c][r][r], one chunk of it after the other. One item is a part: all that
 * comes in between, the sums of all outputs as well, stays with one thread.
 */
export function winogradPartGrads(
  scratch: usize,
  begin: i32,
  end: i32,
  inputAt: usize,
  outputAt: usize,
  x: usize,
  g: usize,
  dw: usize,
  sumsBytes: usize,
  spreadBytes: usize,
  chans: i32,
  outs: i32,
  partRows: i32,
  rowsPerChunk: i32,
  r: i32,
): void {
  const spread = scratch + sumsBytes;
  const own = spread + spreadBytes;
  for (let part = begin; part < end; part++) {
    const first = part * partRows;
    const last = first + partRows;
    for (let q0 = first; q0 < last; q0 += rowsPerChunk) {
      const rows = min(rowsPerChunk, last - q0);
      winogradSpreadInput(own, 0, chans, inputAt, x, spread, chans, q0, rows);
      const to = q0 + rows < last ? 0 : dw + <usize>(part * outs * chans * r * r) * FLOAT;
      winogradProducts(own, 0, (outs + 3) >> 2, outputAt, spread, g, scratch, chans, outs, q0, rows, q0 == first, to, r);
    }
  }
}

/**
 * The same sums for all channels, eight tiles at a time, whose gradients stay in registers: with a lane for each output
 * there is nothing to sum over lanes.
 */
function sumTiles(g: usize, x: usize, tileBytes: usize, chans: i32, out: usize, first: bool): void {
  for (let t: usize = 0; t < tileBytes; t += 2 * VECTOR) {
    // In place, from four tiles of each output to four outputs of each tile.
    for (let half = 0; half < 2; half++) {
      const at = g + <usize>half * 4 * VECTOR;
      const last = v128.load(at, 3 * VECTOR);
      storeTransposed(v128.load(at), v128.load(at, VECTOR), v128.load(at, 2 * VECTOR), last, at, VECTOR);
    }
    const g0 = v128.load(g);
    const g1 = v128.load(g, VECTOR);
    const g2 = v128.load(g, 2 * VECTOR);
    const g3 = v128.load(g, 3 * VECTOR);
    const g4 = v128.load(g, 4 * VECTOR);
    const g5 = v128.load(g, 5 * VECTOR);
    const g6 = v128.load(g, 6 * VECTOR);
    const g7 = v128.load(g, 7 * VECTOR);
    g += 8 * VECTOR;
    const isFirst = first && t == 0;
    let from = x + t;
    for (let to = out, end = out + <usize>chans * VECTOR; to < end; to += VECTOR) {
      let even = isFirst ? f32x4.splat(0) : v128.load(to);
      let odd = f32x4.mul(v128.load32_splat(from, 4), g1);
      even = madd(v128.load32_splat(from), g0, even);
      odd = madd(v128.load32_splat(from, 12), g3, odd);
      even = madd(v128.load32_splat(from, 8), g2, even);
      odd = madd(v128.load32_splat(from, 20), g5, odd);
      even = madd(v128.load32_splat(from, 16), g4, even);
      odd = madd(v128.load32_splat(from, 28), g7, odd);
      even = madd(v128.load32_splat(from, 24), g6, even);
      v128.store(to, f32x4.add(even, odd));
      from += tileBytes;
    }
  }
}

/** Dot products of four interleaved rows of g with the rows of all channels, two at a time. */
function dotTiles(g: usize, x: usize, tileBytes: usize, chans: i32, out: usize, first: bool): void {
  for (let c = 0; c < chans; c += 2) {
    // An odd last channel is multiplied twice, and stored twice in the same place.
    const next: usize = c + 1 < chans ? 1 : 0;
    dotTwo(g, x, x + next * tileBytes, tileBytes, out, out + next * VECTOR, first);
    x += (1 + next) * tileBytes;
    out += (1 + next) * VECTOR;
  }
}

/** Dot products with two rows of x; each result is a vector of the four. */
function dotTwo(g: usize, x0: usize, x1: usize, bytes: usize, out0: usize, out1: usize, first: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (const end = x0 + bytes; x0 < end; x0 += VECTOR) {
    const v0 = v128.load(x0);
    const v1 = v128.load(x1);
    const g0 = v128.load(g);
    c00 = madd(g0, v0, c00);
    c01 = madd(g0, v1, c01);
    const g1 = v128.load(g, VECTOR);
    c10 = madd(g1, v0, c10);
    c11 = madd(g1, v1, c11);
    const g2 = v128.load(g, 2 * VECTOR);
    c20 = madd(g2, v0, c20);
    c21 = madd(g2, v1, c21);
    const g3 = v128.load(g, 3 * VECTOR);
    c30 = madd(g3, v0, c30);
    c31 = madd(g3, v1, c31);
    x1 += VECTOR;
    g += 4 * VECTOR;
  }
  const zero = f32x4.splat(0);
  const before0 = first ? zero : v128.load(out0);
  const before1 = first ? zero : v128.load(out1);
  v128.store(out0, f32x4.add(before0, sumEach(c00, c10, c20, c30)));
  v128.store(out1, f32x4.add(before1, sumEach(c01, c11, c21, c31)));
}

/** Sums at the points to the gradients of four filters, w[o][c][r][r]: added up, but for the first outputs of the planes. */
function filterGrad(
  tiling: Tiling,
  scratch: usize,
  sums: usize,
  out: usize,
  group: i32,
  chans: i32,
  outs: i32,
  r: i32,
): void {
  const more = (tiling.startH | tiling.startW) != 0;
  const pointStep = pointStride(<usize>chans * VECTOR);
  const pointsW = <usize>tiling.pointsW;
  const middle = scratch; // [r][points along the horizontal]
  const middleStep = pointsW * VECTOR;
  const taps = middle + <usize>r * middleStep; // [r][r], a lane for each filter
  for (let c = 0; c < chans; c++) {
    const from = sums + <usize>c * VECTOR;
    pointsToTaps(from, pointsW * pointStep, pointStep, tiling.pointsH, r, middle, middleStep, VECTOR, tiling.pointsW);
    pointsToTaps(middle, VECTOR, middleStep, tiling.pointsW, r, taps, VECTOR, <usize>r * VECTOR, r);
    for (let lane = 0; lane < min(4, outs - group * 4); lane++) {
      let to = out + <usize>(((group * 4 + lane) * chans + c) * r * r) * FLOAT;
      let tap = taps + <usize>lane * FLOAT;
      for (const end = to + <usize>(r * r) * FLOAT; to < end; to += FLOAT) {
        const sum = load<f32>(tap);
        store<f32>(to, more ? load<f32>(to) + sum : sum);
        tap += VECTOR;
      }
    }
  }
}
