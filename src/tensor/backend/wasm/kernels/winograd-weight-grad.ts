/**
 * The weight gradient of a Winograd convolution: ∂L/∂g = Gᵀ[Σ_tiles (A ∂L/∂y Aᵀ) ⊙ (Bᵀ d B)]G. Images are worked on in
 * chunks of tile rows: the inputs are spread out to points for the whole chunk, then, for four outputs at a time, their
 * gradients, which are multiplied with the inputs point by point.
 */

import { FLOAT, madd, VECTOR } from "./simd";
import { sumEach } from "./tile";
import { POINTS, filterBytes, pointStride, SIDE, spreadTiles, Tiling } from "./winograd";
import { pointsToTaps } from "./winograd-transforms";

/** Inputs of a chunk to points: [36][chans][tiles]. One item is a channel. */
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
  tileBytes: usize,
): void {
  const tiling = changetype<Tiling>(at);
  const plane = <usize>(tiling.h * tiling.w) * FLOAT;
  const pointStep = pointStride(<usize>chans * tileBytes);
  for (let c = begin; c < end; c++) {
    const from = x + <usize>c * plane;
    const to = out + <usize>c * tileBytes;
    spreadTiles(tiling, scratch, from, <usize>chans * plane, q0, rows, to, pointStep, 2 * VECTOR, VECTOR);
  }
}

/** The points of four outputs' gradients in a chunk, [36][tiles / 4][4 outputs][4 tiles]: those beyond the last are 0. */
function spreadGrads(
  tiling: Tiling,
  strips: usize,
  g: usize,
  outs: i32,
  group: i32,
  q0: i32,
  rows: i32,
  out: usize,
  pointStep: usize,
): void {
  const plane = <usize>(tiling.h * tiling.w) * FLOAT;
  for (let lane = 0; lane < 4; lane++) {
    const o = group * 4 + lane;
    const to = out + <usize>lane * VECTOR;
    if (o < outs) {
      const from = g + <usize>o * plane;
      spreadTiles(tiling, strips, from, <usize>outs * plane, q0, rows, to, pointStep, 8 * VECTOR, 4 * VECTOR);
    } else {
      const end = out + <usize>POINTS * pointStep;
      for (let at = to; at < end; at += 4 * VECTOR) v128.store(at, f32x4.splat(0));
    }
  }
}

/**
 * sums[outs / 4][36][c][4 outputs] (+)= Σ over the tiles of a chunk of both factors at a point. One item is four outputs:
 * their gradients go to points in the thread's own cache, and nobody else reads or writes near their sums. With the last
 * chunk (dw is not 0) the sums become the gradient at once; of a single chunk (`sums` is 0) they never leave the cache.
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
  tileBytes: usize,
  first: i32,
  dw: usize,
  r: i32,
): void {
  const tiling = changetype<Tiling>(at);
  const inputStep = pointStride(<usize>chans * tileBytes);
  const gradStep = pointStride(4 * tileBytes);
  const points = sums ? scratch : scratch + filterBytes(chans);
  const strips = points + <usize>POINTS * gradStep;
  for (let group = begin; group < end; group++) {
    const own = sums ? sums + <usize>group * filterBytes(chans) : scratch;
    spreadGrads(tiling, strips, g, outs, group, q0, rows, points, gradStep);
    for (let p: usize = 0; p < <usize>POINTS; p++) {
      let to = own + p * pointStride(<usize>chans * VECTOR);
      let x = inputs + p * inputStep;
      for (let c = 0; c < chans; c += 2) {
        // An odd last channel is multiplied twice, and stored twice in the same place.
        const next: usize = c + 1 < chans ? 1 : 0;
        dotTiles(points + p * gradStep, x, x + next * tileBytes, tileBytes, to, to + next * VECTOR, first != 0);
        x += (1 + next) * tileBytes;
        to += (1 + next) * VECTOR;
      }
    }
    if (dw) filterGrad(strips, own, dw, group, chans, outs, r);
  }
}

/** Dot products of four interleaved rows of g with two rows of x; each result is a vector of the four. */
function dotTiles(g: usize, x0: usize, x1: usize, bytes: usize, out0: usize, out1: usize, first: bool): void {
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

/** Sums at the points to the gradients of four filters, w[o][c][r][r]. */
function filterGrad(scratch: usize, sums: usize, out: usize, group: i32, chans: i32, outs: i32, r: i32): void {
  const pointStep = pointStride(<usize>chans * VECTOR);
  const middle = scratch; // [r][6]
  const taps = middle + <usize>(r * SIDE) * VECTOR; // [r][r], a lane for each filter
  for (let c = 0; c < chans; c++) {
    const from = sums + <usize>c * VECTOR;
    for (let j: usize = 0; j < <usize>SIDE; j++) {
      pointsToTaps(from + j * pointStep, SIDE * pointStep, r, middle + j * VECTOR, SIDE * VECTOR);
    }
    for (let a: usize = 0; a < <usize>r; a++) {
      pointsToTaps(middle + a * SIDE * VECTOR, VECTOR, r, taps + a * <usize>r * VECTOR, VECTOR);
    }
    for (let lane = 0; lane < min(4, outs - group * 4); lane++) {
      const to = out + <usize>(((group * 4 + lane) * chans + c) * r * r) * FLOAT;
      for (let tap: usize = 0; tap < <usize>(r * r); tap++) {
        store<f32>(to + tap * FLOAT, load<f32>(taps + tap * VECTOR + <usize>lane * FLOAT));
      }
    }
  }
}
