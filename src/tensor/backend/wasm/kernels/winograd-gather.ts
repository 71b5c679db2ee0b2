/** The way back of Winograd's algorithm: the points of all tiles of a channel become pixels. */

import { finish, isClamped } from "./epilogue";
import { largestOfFour } from "./pool";
import { FLOAT, storeLanes, VECTOR } from "./simd";
import { pointsToOutput } from "./winograd-transforms";
import { Tiling } from "./winograd-tiling";

/** Where a tile's pixels go in each channel's plane: how far behind its start, and how many rows and columns there are. */
@unmanaged
class Place {
  at: usize;
  height: i32;
  width: i32;
}

/** Bytes of a place. */
export const PLACE: usize = 12;

/** The places of all tiles of `rows` tile rows from q0 on, of height × width pixels each. */
export function placeTiles(
  tiling: Tiling,
  places: usize,
  q0: i32,
  rows: i32,
  height: i32,
  width: i32,
  imageBytes: usize,
  outH: i32,
  outW: i32,
  outPitch: i32,
): void {
  for (let q = q0; q < q0 + rows; q++) {
    const ty = q % tiling.tilesH;
    const row = <usize>(q / tiling.tilesH) * imageBytes + <usize>(ty * height * outPitch) * FLOAT;
    for (let tx = 0; tx < tiling.tilesW; tx++) {
      const place = changetype<Place>(places);
      place.at = row + <usize>(tx * width) * FLOAT;
      place.height = min(height, outH - ty * height);
      place.width = min(width, outW - tx * width);
      places += PLACE;
    }
  }
}

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
  for (let t = 0; t < tiles; t += 4) {
    const from = products + <usize>t * FLOAT;
    pointsToOutput(from, rowPoints, pointStep, tiling.pointsH, mH, middle, middleStep, VECTOR, pointsW);
    pointsToOutput(middle, VECTOR, middleStep, pointsW, mW, pixels, VECTOR, <usize>mW * VECTOR, mH);
    if (then) finish(then, pixels, 4 * mH * mW, channel, bias);
    if (halves) halve(pixels, mH, mW, isClamped(then));
    if (t + 4 <= tiles && isWhole(places, height, width)) {
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

/** Whether four tiles have all of their pixels, and so many that vectors can be stored. */
// @ts-ignore: decorator
@inline
function isWhole(places: usize, height: i32, width: i32): bool {
  if (width == 1 || width == 3) return false;
  let missing = 0;
  for (let lane: usize = 0; lane < 4; lane++) {
    const place = changetype<Place>(places + lane * PLACE);
    missing |= (height - place.height) | (width - place.width);
  }
  return !missing;
}

/** The largest of each two by two of h × w vectors, in place. */
// @ts-ignore: decorator
@inline
function halve(pixels: usize, h: i32, w: i32, areClamped: bool): void {
  const below = <usize>w * VECTOR;
  let to = pixels;
  for (let a = 0; a < h; a += 2) {
    for (let b = 0; b < w; b += 2) {
      const v0 = v128.load(pixels);
      const v1 = v128.load(pixels, VECTOR);
      const v2 = v128.load(pixels + below);
      const v3 = v128.load(pixels + below, VECTOR);
      v128.store(to, areClamped ? largestOfBits(v0, v1, v2, v3) : largestOfFour(v0, v1, v2, v3));
      to += VECTOR;
      pixels += 2 * VECTOR;
    }
    pixels += below;
  }
}

/** Of numbers of which none is negative or −0: their bits are in the same order, NaN above. An instruction for max's eight. */
// @ts-ignore: decorator
@inline
function largestOfBits(v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  return i32x4.max_u(i32x4.max_u(v0, v1), i32x4.max_u(v2, v3));
}

/** From two, four or six vectors with a lane for each tile to a row of each, `shift` added. */
// @ts-ignore: decorator
@inline
function storeRows(row: usize, m: i32, shift: v128, y0: usize, y1: usize, y2: usize, y3: usize): void {
  if (m == 2) {
    storePairs(row, shift, y0, y1, y2, y3);
    return;
  }
  const v0 = f32x4.add(v128.load(row), shift);
  const v1 = f32x4.add(v128.load(row, VECTOR), shift);
  const v2 = f32x4.add(v128.load(row, 2 * VECTOR), shift);
  const v3 = f32x4.add(v128.load(row, 3 * VECTOR), shift);
  storeLanes(v0, v1, v2, v3, y0, y1, y2, y3);
  if (m == 6) storePairs(row + 4 * VECTOR, shift, y0 + VECTOR, y1 + VECTOR, y2 + VECTOR, y3 + VECTOR);
}

/** Lane i of two vectors, `shift` added, becomes the pair at y_i. */
// @ts-ignore: decorator
@inline
function storePairs(row: usize, shift: v128, y0: usize, y1: usize, y2: usize, y3: usize): void {
  const v0 = f32x4.add(v128.load(row), shift);
  const v1 = f32x4.add(v128.load(row, VECTOR), shift);
  const low = i32x4.shuffle(v0, v1, 0, 4, 1, 5);
  const high = i32x4.shuffle(v0, v1, 2, 6, 3, 7);
  v128.store64_lane(y0, low, 0);
  v128.store64_lane(y1, low, 1);
  v128.store64_lane(y2, high, 0);
  v128.store64_lane(y3, high, 1);
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
