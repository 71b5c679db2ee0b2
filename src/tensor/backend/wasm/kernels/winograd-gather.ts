/** The way back of Winograd's algorithm: the points of all tiles of a channel become pixels. */

import { finish, isClamped } from "./epilogue";
import { largestOfFour } from "./pool";
import { FLOAT, storeLanePairs, storeLanes, VECTOR } from "./simd";
import { PLACE, Place } from "./winograd-places";
import { sixToPlaces } from "./winograd-six";
import { pointsToOutput } from "./winograd-transforms";
import { Tiling } from "./winograd-tiling";

/** Points of `tiles` tiles of one output channel back to pixels at `out`, bias, epilogue and pool included. */
export function gatherTiles(
  tiling: Tiling,
  scratch: usize,
  products: usize,
  pointStep: usize,
  places: usize,
  tiles: i32,
  bias: f32,
  then: usize,
  halves: bool,
  channel: i32,
  out: usize,
  outPitch: i32,
): void {
  const mH = tiling.mH;
  const mW = tiling.mW;
  const pointsW = tiling.pointsW;
  const middle = scratch; // [mH rows][points along the horizontal]
  const pixels = middle + <usize>(mH * pointsW) * VECTOR; // [mH rows][mW columns], a lane for each tile
  const middleStep = <usize>pointsW * VECTOR;
  const rowPoints = <usize>pointsW * pointStep;
  // Of a tile as it is stored.
  const height = halves ? mH >> 1 : mH;
  const width = halves ? mW >> 1 : mW;
  const rowStep = <usize>width * VECTOR;
  // What has been finished stays as it is: adding −0 changes no number.
  const shift = f32x4.splat(then ? -0.0 : bias);
  const isUsual = pointsW == 6 && mW == 4 && (halves ? isClamped(then) : true);
  for (let t = 0; t < tiles; t += 4) {
    const from = products + <usize>t * FLOAT;
    pointsToOutput(from, rowPoints, pointStep, tiling.pointsH, mH, middle, middleStep, VECTOR, pointsW);
    const areFour = changetype<Place>(places).areWhole;
    if (isUsual && areFour) {
      sixToPlaces(middle, mH, bias, then, halves, channel, out, places, <usize>outPitch * FLOAT);
      places += 4 * PLACE;
      continue;
    }
    pointsToOutput(middle, VECTOR, middleStep, pointsW, mW, pixels, VECTOR, <usize>mW * VECTOR, mH);
    if (then) finish(then, pixels, 4 * mH * mW, channel, bias);
    if (halves) halve(pixels, mH, mW);
    if (areFour) {
      const y0 = out + load<usize>(places);
      const y1 = out + load<usize>(places, PLACE);
      const y2 = out + load<usize>(places, 2 * PLACE);
      const y3 = out + load<usize>(places, 3 * PLACE);
      for (let a: usize = 0; a < <usize>height; a++) {
        const row = a * <usize>outPitch * FLOAT;
        storeRows(pixels + a * rowStep, width, shift, y0 + row, y1 + row, y2 + row, y3 + row);
      }
    } else {
      for (let lane = 0; lane < min(4, tiles - t); lane++) {
        const place = changetype<Place>(places + <usize>lane * PLACE);
        storeTile(pixels + <usize>lane * FLOAT, rowStep, place, out, outPitch, then ? -0.0 : bias);
      }
    }
    places += 4 * PLACE;
  }
}

/** The largest of each two by two of h × w vectors, in place. */
// @ts-ignore: decorator
@inline
function halve(pixels: usize, h: i32, w: i32): void {
  const below = <usize>w * VECTOR;
  let to = pixels;
  for (let a = 0; a < h; a += 2) {
    for (let b = 0; b < w; b += 2) {
      const q = pixels + below;
      const largest = largestOfFour(v128.load(pixels), v128.load(pixels, VECTOR), v128.load(q), v128.load(q, VECTOR));
      v128.store(to, largest);
      to += VECTOR;
      pixels += 2 * VECTOR;
    }
    pixels += below;
  }
}

/** From two, four or six vectors with a lane for each tile to a row of each, `shift` added. */
// @ts-ignore: decorator
@inline
function storeRows(row: usize, m: i32, shift: v128, y0: usize, y1: usize, y2: usize, y3: usize): void {
  if (m == 2) {
    const v1 = f32x4.add(v128.load(row, VECTOR), shift);
    storeLanePairs(f32x4.add(v128.load(row), shift), v1, y0, y1, y2, y3);
    return;
  }
  const v0 = f32x4.add(v128.load(row), shift);
  const v1 = f32x4.add(v128.load(row, VECTOR), shift);
  const v2 = f32x4.add(v128.load(row, 2 * VECTOR), shift);
  const v3 = f32x4.add(v128.load(row, 3 * VECTOR), shift);
  storeLanes(v0, v1, v2, v3, y0, y1, y2, y3);
  if (m == 4) return;
  const v4 = f32x4.add(v128.load(row, 4 * VECTOR), shift);
  const v5 = f32x4.add(v128.load(row, 5 * VECTOR), shift);
  storeLanePairs(v4, v5, y0 + VECTOR, y1 + VECTOR, y2 + VECTOR, y3 + VECTOR);
}

/** Stores what there is of one lane's tile, whose rows are rowStep bytes apart, `shift` added. */
// @ts-ignore: decorator
@inline
function storeTile(tile: usize, rowStep: usize, place: Place, out: usize, outPitch: i32, shift: f32): void {
  out += place.at;
  for (let a = 0; a < place.height; a++) {
    let pixel = tile;
    for (let to = out, end = out + <usize>place.width * FLOAT; to < end; to += FLOAT) {
      store<f32>(to, load<f32>(pixel) + shift);
      pixel += VECTOR;
    }
    tile += rowStep;
    out += <usize>outPitch * FLOAT;
  }
}
