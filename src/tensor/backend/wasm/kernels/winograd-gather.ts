/** The way back of Winograd's algorithm: the points of all tiles of a channel become pixels. */

import { finish } from "./epilogue";
import { FLOAT, storeLanes, storeTransposed, VECTOR } from "./simd";
import { pointsToOutput } from "./winograd-transforms";
import { Tiling } from "./winograd-tiling";

/** Where a tile's pixels go: an address, and how many rows and columns of it there are. */
@unmanaged
class Place {
  at: usize;
  height: i32;
  width: i32;
}

/** Points of all tiles of one output channel back to pixels, bias and epilogue included. */
export function gatherTiles(
  tiling: Tiling,
  scratch: usize,
  products: usize,
  pointStep: usize,
  q0: i32,
  rows: i32,
  bias: f32,
  then: usize,
  channel: i32,
  out: usize,
  imageBytes: usize,
  outH: i32,
  outW: i32,
  outPitch: i32,
): void {
  const mH = tiling.mH;
  const mW = tiling.mW;
  const pointsW = tiling.pointsW;
  const tiles = rows * tiling.tilesW;
  const middle = scratch + 4 * offsetof<Place>(); // [mH rows][points along the horizontal]
  const pixels = middle + <usize>(mH * pointsW) * VECTOR; // [mH rows][4 tiles][mW columns]
  const middleStep = <usize>pointsW * VECTOR;
  const rowPoints = <usize>pointsW * pointStep;
  const rowStep = <usize>mW * VECTOR;
  // What has been finished stays as it is: adding −0 changes no number.
  const shift = f32x4.splat(then ? -0.0 : bias);
  let image = out + <usize>(q0 / tiling.tilesH) * imageBytes;
  let ty = q0 % tiling.tilesH;
  let tx = 0;
  for (let t = 0; t < tiles; t += 4) {
    const count = min(4, tiles - t);
    // Four whole tiles need no place of their own on their way, but for tiny ones.
    let areWhole = count == 4 && mW > 2;
    for (let lane = 0; lane < count; lane++) {
      const place = changetype<Place>(scratch + <usize>lane * offsetof<Place>());
      place.at = image + <usize>(ty * mH * outPitch + tx * mW) * FLOAT;
      place.height = min(mH, outH - ty * mH);
      place.width = min(mW, outW - tx * mW);
      areWhole = areWhole && place.height == mH && place.width == mW;
      if (++tx < tiling.tilesW) continue;
      tx = 0;
      if (++ty < tiling.tilesH) continue;
      ty = 0;
      image += imageBytes;
    }

    const from = products + <usize>t * FLOAT;
    pointsToOutput(from, rowPoints, pointStep, tiling.pointsH, mH, middle, middleStep, VECTOR, pointsW);
    pointsToOutput(middle, VECTOR, middleStep, pointsW, mW, pixels, VECTOR, rowStep, mH);
    if (then) finish(then, pixels, 4 * mH * mW, channel, bias);
    for (let a: usize = 0; a < <usize>mH; a++) {
      const row = pixels + a * rowStep;
      if (areWhole) storeRows(row, mW, shift, scratch, a * <usize>outPitch * FLOAT);
      else tilesToRows(row, mW, shift);
    }
    if (areWhole) continue;
    for (let lane = 0; lane < count; lane++) {
      const place = changetype<Place>(scratch + <usize>lane * offsetof<Place>());
      storeTile(pixels + <usize>(lane * mW) * FLOAT, rowStep, place, outPitch);
    }
  }
}

/** From four or six vectors with a lane for each tile to a row of each, `shift` added, so far behind the tile's place. */
// @ts-ignore: decorator
@inline
function storeRows(row: usize, m: i32, shift: v128, places: usize, offset: usize): void {
  const v0 = f32x4.add(v128.load(row), shift);
  const v1 = f32x4.add(v128.load(row, VECTOR), shift);
  const v2 = f32x4.add(v128.load(row, 2 * VECTOR), shift);
  const v3 = f32x4.add(v128.load(row, 3 * VECTOR), shift);
  const y0 = load<usize>(places) + offset;
  const y1 = load<usize>(places, offsetof<Place>()) + offset;
  const y2 = load<usize>(places, 2 * offsetof<Place>()) + offset;
  const y3 = load<usize>(places, 3 * offsetof<Place>()) + offset;
  storeLanes(v0, v1, v2, v3, y0, y1, y2, y3);
  if (m == 6) storeLanePairs(v128.load(row, 4 * VECTOR), v128.load(row, 5 * VECTOR), shift, y0, y1, y2, y3);
}

/** From m vectors with a lane for each tile to the rows of four tiles, one after another, `shift` added. In place. */
// @ts-ignore: decorator
@inline
function tilesToRows(row: usize, m: i32, shift: v128): void {
  const v0 = f32x4.add(v128.load(row), shift);
  const v1 = f32x4.add(v128.load(row, VECTOR), shift);
  if (m == 2) {
    v128.store(row, i32x4.shuffle(v0, v1, 0, 4, 1, 5));
    v128.store(row, i32x4.shuffle(v0, v1, 2, 6, 3, 7), VECTOR);
    return;
  }
  const v2 = f32x4.add(v128.load(row, 2 * VECTOR), shift);
  const v3 = f32x4.add(v128.load(row, 3 * VECTOR), shift);
  if (m == 4) {
    storeTransposed(v0, v1, v2, v3, row, VECTOR);
    return;
  }
  const v4 = v128.load(row, 4 * VECTOR);
  const v5 = v128.load(row, 5 * VECTOR);
  storeTransposed(v0, v1, v2, v3, row, 6 * FLOAT);
  storeLanePairs(v4, v5, shift, row, row + 6 * FLOAT, row + 12 * FLOAT, row + 18 * FLOAT);
}

/** Lane i of two vectors, `shift` added, becomes the pair behind the vector at y_i. */
// @ts-ignore: decorator
@inline
function storeLanePairs(v4: v128, v5: v128, shift: v128, y0: usize, y1: usize, y2: usize, y3: usize): void {
  const low = f32x4.add(i32x4.shuffle(v4, v5, 0, 4, 1, 5), shift);
  const high = f32x4.add(i32x4.shuffle(v4, v5, 2, 6, 3, 7), shift);
  v128.store64_lane(y0, low, 0, VECTOR);
  v128.store64_lane(y1, low, 1, VECTOR);
  v128.store64_lane(y2, high, 0, VECTOR);
  v128.store64_lane(y3, high, 1, VECTOR);
}

/** Stores what there is of a tile, whose rows are rowStep bytes apart. */
// @ts-ignore: decorator
@inline
function storeTile(tile: usize, rowStep: usize, place: Place, outPitch: i32): void {
  const width = place.width;
  let out = place.at;
  for (let a = 0; a < place.height; a++) {
    let i: usize = 0;
    if (width & 4) {
      v128.store(out, v128.load(tile));
      i = VECTOR;
    }
    if (width & 2) {
      v128.store64_lane(out + i, v128.load64_zero(tile + i), 0);
      i += 2 * FLOAT;
    }
    if (width & 1) store<f32>(out + i, load<f32>(tile + i));
    tile += rowStep;
    out += <usize>outPitch * FLOAT;
  }
}
