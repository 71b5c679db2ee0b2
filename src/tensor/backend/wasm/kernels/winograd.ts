/** Winograd convolution, stride 1, 3×3 or 5×5 filters: the forward pass (and, with turned filters, the input gradient). */

import { finish } from "./epilogue";
import { copyFloats, packFour, zeroFloats } from "./pack";
import { FLOAT, storeLanes, storeTransposed, VECTOR } from "./simd";
import { tilePacked } from "./tile";
import { inputToPoints, outputToPoints, pointsToOutput, tapsToPoints } from "./winograd-transforms";

/**
 * A convolution, or a rectangle of its outputs, cut into tiles of mH × mW outputs. Tile rows are counted through all
 * images: row q is row q % tilesH of image q / tilesH.
 */
@unmanaged
export class Tiling {
  /** Where the planes end that the tiles are cut from: beyond is zero. */
  h: i32;
  w: i32;
  /** Floats from one row of a plane to the next, and bytes from one plane to the next. */
  pitch: i32;
  plane: usize;
  /** How far before the first row and column the first tile's patch begins. */
  beforeH: i32;
  beforeW: i32;
  /** Outputs of a tile along each axis. */
  mH: i32;
  mW: i32;
  /** Its points. */
  pointsH: i32;
  pointsW: i32;
  /** Its patch: as many inputs as points, or as many gradients as outputs. */
  sideH: i32;
  sideW: i32;
  tilesH: i32;
  tilesW: i32;
  /** Floats in a row of a strip: all patches of a tile row, whole vectors. */
  width: i32;

  /** The rows of one plane that tile row `ty` sees, padded with zeros, one below the other. */
  loadStrip(strip: usize, plane: usize, ty: i32): void {
    const left = max(0, min(this.beforeW, this.width));
    const skipped = max(0, -this.beforeW);
    const inside = max(0, min(this.w - skipped, this.width - left));
    for (let i = 0; i < this.sideH; i++) {
      const y = ty * this.mH - this.beforeH + i;
      if (y < 0 || y >= this.h) {
        zeroFloats(strip, this.width);
      } else {
        zeroFloats(strip, left);
        copyFloats(strip + <usize>left * FLOAT, plane + <usize>(y * this.pitch + skipped) * FLOAT, inside);
        zeroFloats(strip + <usize>(left + inside) * FLOAT, this.width - left - inside);
      }
      strip += <usize>this.width * FLOAT;
    }
  }

  /** Points of a tile. */
  get points(): i32 {
    return this.pointsH * this.pointsW;
  }

  /** Bytes of one strip once it holds points along the vertical. */
  get stripBytes(): usize {
    return <usize>(this.pointsH * this.width) * FLOAT;
  }
}

/** Writes a tiling to memory where every thread can read it. One item. */
export function setTiling(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  h: i32,
  w: i32,
  pitch: i32,
  plane: usize,
  beforeH: i32,
  beforeW: i32,
  mH: i32,
  mW: i32,
  pointsH: i32,
  pointsW: i32,
  sideH: i32,
  sideW: i32,
  tilesH: i32,
  tilesW: i32,
  width: i32,
): void {
  const tiling = changetype<Tiling>(at);
  tiling.h = h;
  tiling.w = w;
  tiling.pitch = pitch;
  tiling.plane = plane;
  tiling.beforeH = beforeH;
  tiling.beforeW = beforeW;
  tiling.mH = mH;
  tiling.mW = mW;
  tiling.pointsH = pointsH;
  tiling.pointsW = pointsW;
  tiling.sideH = sideH;
  tiling.sideW = sideW;
  tiling.tilesH = tilesH;
  tiling.tilesW = tilesW;
  tiling.width = width;
}

/** Bytes from one point to the next: one cache line more, so that they do not all fall on one set of the cache. */
// @ts-ignore: decorator
@inline
export function pointStride(bytes: usize): usize {
  return bytes + 64;
}

/** Bytes of all points of four filters, or of the sums that become their gradients. */
// @ts-ignore: decorator
@inline
export function filterBytes(points: i32, chans: i32): usize {
  return <usize>points * pointStride(<usize>chans * VECTOR);
}

/** Row by row, the first `side` floats of four patches become columns: vector j holds float j of each of them. */
// @ts-ignore: decorator
@inline
function gatherRows(t0: usize, t1: usize, t2: usize, t3: usize, side: i32, out: usize): void {
  if (side == 2) {
    storePairs(t0, t1, t2, t3, out);
    return;
  }
  storeTransposed(v128.load(t0), v128.load(t1), v128.load(t2), v128.load(t3), out, VECTOR);
  out += 4 * VECTOR;
  if (side == 6) {
    storePairs(t0 + VECTOR, t1 + VECTOR, t2 + VECTOR, t3 + VECTOR, out);
  } else if (side == 8) {
    const last2 = v128.load(t2, VECTOR);
    storeTransposed(v128.load(t0, VECTOR), v128.load(t1, VECTOR), last2, v128.load(t3, VECTOR), out, VECTOR);
  }
}

// @ts-ignore: decorator
@inline
function storePairs(t0: usize, t1: usize, t2: usize, t3: usize, out: usize): void {
  const low = v128.load64_lane(t1, v128.load64_zero(t0), 1);
  const high = v128.load64_lane(t3, v128.load64_zero(t2), 1);
  v128.store(out, i32x4.shuffle(low, high, 0, 2, 4, 6));
  v128.store(out, i32x4.shuffle(low, high, 1, 3, 5, 7), VECTOR);
}

/**
 * The points of all tiles of one channel in `rows` tile rows from q0 on. Point p of tiles 4i … 4i + 3 goes to
 * out + p·pointStep + (i >> 1)·pairStep + (i & 1)·vectorStep. Tiles beyond the last are zero.
 * @param strips room for `rows` strips, and a table of one address per tile
 */
export function spreadTiles(
  tiling: Tiling,
  strips: usize,
  planes: usize,
  imageBytes: usize,
  q0: i32,
  rows: i32,
  out: usize,
  pointStep: usize,
  pairStep: usize,
  vectorStep: usize,
): void {
  const row = <usize>tiling.width * FLOAT;
  const stripBytes = tiling.stripBytes;
  const table = strips + <usize>(rows + 1) * stripBytes;
  const tiles = rows * tiling.tilesW;
  const groups = ((tiles + 7) >> 3) << 1;
  for (let r = 0; r < rows; r++) {
    const strip = strips + <usize>r * stripBytes;
    const q = q0 + r;
    tiling.loadStrip(strip, planes + <usize>(q / tiling.tilesH) * imageBytes, q % tiling.tilesH);
    toPoints(strip, row, VECTOR, tiling.sideH, tiling.pointsH, strip, row, VECTOR, tiling.width >> 2);
    for (let t = 0; t < tiling.tilesW; t++) {
      store<usize>(table + <usize>(r * tiling.tilesW + t) * sizeof<usize>(), strip + <usize>(t * tiling.mW) * FLOAT);
    }
  }
  const nothing = strips + <usize>rows * stripBytes;
  zeroFloats(nothing, tiling.pointsH * tiling.width);
  for (let t = tiles; t < groups * 4; t++) store<usize>(table + <usize>t * sizeof<usize>(), nothing);

  const columns = table + <usize>(groups * 4) * sizeof<usize>(); // [points along the vertical][side], a lane for each tile
  const side = tiling.sideW;
  const columnStep = <usize>side * VECTOR;
  for (let i = 0; i < groups; i++) {
    const entry = table + <usize>(i * 4) * sizeof<usize>();
    let t0 = load<usize>(entry);
    let t1 = load<usize>(entry, sizeof<usize>());
    let t2 = load<usize>(entry, 2 * sizeof<usize>());
    let t3 = load<usize>(entry, 3 * sizeof<usize>());
    for (let p = 0; p < tiling.pointsH; p++) {
      gatherRows(t0, t1, t2, t3, side, columns + <usize>p * columnStep);
      t0 += row;
      t1 += row;
      t2 += row;
      t3 += row;
    }
    const to = out + <usize>(i >> 1) * pairStep + <usize>(i & 1) * vectorStep;
    const rowStep = <usize>tiling.pointsW * pointStep;
    toPoints(columns, VECTOR, columnStep, side, tiling.pointsW, to, pointStep, rowStep, tiling.pointsH);
  }
}

/** The points of inputs (a patch as large as the points) or of gradients of outputs (a smaller one). */
// @ts-ignore: decorator
@inline
function toPoints(
  from: usize,
  inStep: usize,
  inNext: usize,
  side: i32,
  points: i32,
  out: usize,
  outStep: usize,
  outNext: usize,
  count: i32,
): void {
  if (side == points) inputToPoints(from, inStep, inNext, points, out, outStep, outNext, count);
  else outputToPoints(from, inStep, inNext, side, points, out, outStep, outNext, count);
}

/**
 * Filters to points, packed for the micro-kernel: [outs / 4][points][chans][4] with its points `pointStride` apart, rows
 * beyond the last filter zero. One item is a group of four filters.
 */
export function winogradFilters(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  w: usize,
  packed: usize,
  outs: i32,
  chans: i32,
  r: i32,
  outStride: i32,
  chanStride: i32,
  flip: i32,
): void {
  const tiling = changetype<Tiling>(at);
  const bytes = filterBytes(tiling.points, chans);
  for (let item = begin; item < end; item++) {
    const from = w + <usize>(item * 4 * outStride) * FLOAT;
    packFilters(scratch, from, packed + <usize>item * bytes, outs - item * 4, chans, r, tiling, outStride, chanStride, flip);
  }
}

/** Of these four; `count` are there. */
function packFilters(
  scratch: usize,
  w: usize,
  to: usize,
  count: i32,
  chans: i32,
  r: i32,
  tiling: Tiling,
  outStride: i32,
  chanStride: i32,
  flip: i32,
): void {
  const taps = r * r;
  const middle = scratch + <usize>taps * VECTOR;
  const pointStep = pointStride(<usize>chans * VECTOR);
  const firstTap = flip ? scratch + <usize>(taps - 1) * VECTOR : scratch;
  const tapStep = flip ? -VECTOR : VECTOR;
  for (let c = 0; c < chans; c++) {
    const from = w + <usize>(c * chanStride) * FLOAT;
    packFour(firstTap, tapStep, from, count, <usize>outStride * FLOAT, taps, FLOAT);
    const tapRow = <usize>r * VECTOR;
    tapsToPoints(scratch, tapRow, VECTOR, r, tiling.pointsH, middle, tapRow, VECTOR, r);
    const rowStep = <usize>tiling.pointsW * pointStep;
    tapsToPoints(middle, VECTOR, tapRow, r, tiling.pointsW, to, pointStep, rowStep, tiling.pointsH);
    to += VECTOR;
  }
}

/**
 * y = conv(x, w) + bias in a rectangle of outH × outW outputs, whose rows are outPitch floats apart. One item is
 * `outsPerItem` outputs of `rowsPerItem` tile rows. Channels come `chansPerBlock` at a time, as many as leave room in the
 * cache for the points of all these tiles; with more than one block, the products of all outputs wait for their sum in
 * memory. Where `packed` is 0, items take the filters to their points themselves, four outputs at a time, so that these
 * never leave the cache; what follows are the arguments of `winogradFilters`. `then` is an epilogue, or 0.
 */
export function winogradConv(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  x: usize,
  packed: usize,
  bias: usize,
  y: usize,
  images: i32,
  chans: i32,
  outs: i32,
  outH: i32,
  outW: i32,
  outPitch: i32,
  outPlane: usize,
  rowsPerItem: i32,
  outsPerItem: i32,
  chansPerBlock: i32,
  w: usize,
  r: i32,
  outStride: i32,
  chanStride: i32,
  flip: i32,
  then: usize,
): void {
  const tiling = changetype<Tiling>(at);
  const points = tiling.points;
  const outBlocks = (outs + outsPerItem - 1) / outsPerItem;
  const isWhole = chansPerBlock >= chans;
  const ownBytes = filterBytes(points, chansPerBlock);
  const packedBytes = filterBytes(points, chans);
  const packedStep = pointStride(<usize>chans * VECTOR);
  for (let item = begin; item < end; item++) {
    const q0 = (item / outBlocks) * rowsPerItem;
    const firstOut = (item % outBlocks) * outsPerItem;
    const lastOut = min(outs, firstOut + outsPerItem);
    const rows = min(rowsPerItem, images * tiling.tilesH - q0);
    const panels = (rows * tiling.tilesW + 7) >> 3;
    const rowBytes = <usize>panels * 2 * VECTOR;
    const fourBytes = <usize>points * 4 * rowBytes;
    const zeros = scratch;
    const spread = zeros + VECTOR;
    const products = spread + <usize>points * pointStride(<usize>panels * <usize>chansPerBlock * 2 * VECTOR);
    const own = products + (isWhole ? fourBytes : <usize>((outsPerItem + 3) >> 2) * fourBytes);
    const strips = packed ? own : own + ownBytes;
    v128.store(zeros, f32x4.splat(0));
    // At least once: without any channel the result is the bias.
    for (let c0 = 0; c0 == 0 || c0 < chans; c0 += chansPerBlock) {
      const chanCount = min(chansPerBlock, chans - c0);
      const panelBytes = <usize>chanCount * 2 * VECTOR;
      const pointBytes = pointStride(<usize>panels * panelBytes);
      for (let c = 0; c < chanCount; c++) {
        const out = spread + <usize>c * 2 * VECTOR;
        const from = x + <usize>(c0 + c) * tiling.plane;
        spreadTiles(tiling, strips, from, <usize>chans * tiling.plane, q0, rows, out, pointBytes, panelBytes, VECTOR);
      }
      const start = c0 == 0 ? zeros : 0;
      for (let o = firstOut; o < lastOut; o += 4) {
        const sums = isWhole ? products : products + <usize>((o - firstOut) >> 2) * fourBytes;
        let filters = packed + <usize>(o >> 2) * packedBytes + <usize>c0 * VECTOR;
        let filterStep = packedStep;
        if (!packed) {
          filters = own;
          filterStep = pointStride(<usize>chanCount * VECTOR);
          const first = w + <usize>(o * outStride + c0 * chanStride) * FLOAT;
          packFilters(strips, first, own, min(4, outs - o), chanCount, r, tiling, outStride, chanStride, flip);
        }
        for (let p = 0; p < points; p++) {
          for (let panel = 0; panel < panels; panel++) {
            const from = spread + <usize>p * pointBytes + <usize>panel * panelBytes;
            const to = sums + <usize>(p * 4) * rowBytes + <usize>panel * 2 * VECTOR;
            tilePacked(filters, from, chanCount, to, rowBytes, start);
          }
          filters += filterStep;
        }
        if (c0 + chanCount < chans) continue;
        for (let k = o; k < min(o + 4, outs); k++) {
          const b = bias ? load<f32>(bias + <usize>k * FLOAT) : 0;
          const to = y + <usize>k * outPlane;
          const from = sums + <usize>(k - o) * rowBytes;
          const image = <usize>outs * outPlane;
          gatherTiles(tiling, strips, from, 4 * rowBytes, q0, rows, b, then, k, to, image, outH, outW, outPitch);
        }
      }
    }
  }
}

/** Where a tile's pixels go: an address, and how many rows and columns of it there are. */
@unmanaged
class Place {
  at: usize;
  height: i32;
  width: i32;
}

/** Points of all tiles of one output channel back to pixels, bias and epilogue included. */
function gatherTiles(
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
