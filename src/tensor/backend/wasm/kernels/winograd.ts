/** Winograd convolution, stride 1, 3×3 or 5×5 filters: the forward pass (and, with turned filters, the input gradient). */

import { copyFloats, packFour, zeroFloats } from "./pack";
import { FLOAT, storeTransposed, VECTOR } from "./simd";
import { tilePacked } from "./tile";
import { inputToPoints, outputToPoints, pointsToOutput, tapsToPoints } from "./winograd-transforms";

/** Points along one axis, and of a tile. */
export const SIDE: i32 = 6;
export const POINTS: i32 = 36;

/**
 * A convolution cut into tiles of m × m outputs. Tile rows are counted through all images: row q is row q % tilesH of
 * image q / tilesH.
 */
@unmanaged
export class Tiling {
  /** Size of the planes the tiles are cut from. */
  h: i32;
  w: i32;
  /** What the padding puts before the first row and column. */
  beforeH: i32;
  beforeW: i32;
  /** Outputs of a tile along one axis. */
  m: i32;
  tilesH: i32;
  tilesW: i32;
  /** Rows of a tile's patch: 6 for inputs, m for gradients of outputs. */
  side: i32;
  /** Floats in a row of a strip: all patches of a tile row, whole vectors. */
  width: i32;

  /** The rows of one plane that tile row `ty` sees, padded with zeros, one below the other. */
  loadStrip(strip: usize, plane: usize, ty: i32): void {
    const left = min(this.beforeW, this.width);
    const inside = min(this.w, this.width - left);
    for (let i = 0; i < this.side; i++) {
      const y = ty * this.m - this.beforeH + i;
      if (y < 0 || y >= this.h) {
        zeroFloats(strip, this.width);
      } else {
        zeroFloats(strip, left);
        copyFloats(strip + <usize>left * FLOAT, plane + <usize>(y * this.w) * FLOAT, inside);
        zeroFloats(strip + <usize>(left + inside) * FLOAT, this.width - left - inside);
      }
      strip += <usize>this.width * FLOAT;
    }
  }

  /** Bytes of one strip once it holds points along the vertical: always six rows. */
  get stripBytes(): usize {
    return <usize>(SIDE * this.width) * FLOAT;
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
  beforeH: i32,
  beforeW: i32,
  m: i32,
  tilesH: i32,
  tilesW: i32,
  side: i32,
  width: i32,
): void {
  const tiling = changetype<Tiling>(at);
  tiling.h = h;
  tiling.w = w;
  tiling.beforeH = beforeH;
  tiling.beforeW = beforeW;
  tiling.m = m;
  tiling.tilesH = tilesH;
  tiling.tilesW = tilesW;
  tiling.side = side;
  tiling.width = width;
}

/** Bytes from one point to the next: one cache line more, so that the 36 do not all fall on one set of the cache. */
// @ts-ignore: decorator
@inline
export function pointStride(bytes: usize): usize {
  return bytes + 64;
}

/** Bytes of all points of four filters, or of the sums that become their gradients. */
// @ts-ignore: decorator
@inline
export function filterBytes(chans: i32): usize {
  return <usize>POINTS * pointStride(<usize>chans * VECTOR);
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
  if (side == SIDE) storePairs(t0 + VECTOR, t1 + VECTOR, t2 + VECTOR, t3 + VECTOR, out + 4 * VECTOR);
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
    for (let at = strip; at < strip + row; at += VECTOR) toPoints(at, row, tiling, at, row);
    for (let t = 0; t < tiling.tilesW; t++) {
      store<usize>(table + <usize>(r * tiling.tilesW + t) * sizeof<usize>(), strip + <usize>(t * tiling.m) * FLOAT);
    }
  }
  const nothing = strips + <usize>rows * stripBytes;
  zeroFloats(nothing, SIDE * tiling.width);
  for (let t = tiles; t < groups * 4; t++) store<usize>(table + <usize>t * sizeof<usize>(), nothing);

  const columns = table + <usize>(groups * 4) * sizeof<usize>();
  for (let i = 0; i < groups; i++) {
    const entry = table + <usize>(i * 4) * sizeof<usize>();
    let t0 = load<usize>(entry);
    let t1 = load<usize>(entry, sizeof<usize>());
    let t2 = load<usize>(entry, 2 * sizeof<usize>());
    let t3 = load<usize>(entry, 3 * sizeof<usize>());
    let to = out + <usize>(i >> 1) * pairStep + <usize>(i & 1) * vectorStep;
    for (let p = 0; p < SIDE; p++) {
      gatherRows(t0, t1, t2, t3, tiling.side, columns);
      toPoints(columns, VECTOR, tiling, to, pointStep);
      t0 += row;
      t1 += row;
      t2 += row;
      t3 += row;
      to += SIDE * pointStep;
    }
  }
}

/** The points of inputs (a patch as large as the points) or of gradients of outputs (a smaller one). */
// @ts-ignore: decorator
@inline
function toPoints(from: usize, inStep: usize, tiling: Tiling, out: usize, outStep: usize): void {
  const v0 = v128.load(from);
  const v1 = v128.load(from + inStep);
  if (tiling.side == SIDE) {
    const v2 = v128.load(from + 2 * inStep);
    const v3 = v128.load(from + 3 * inStep);
    const v4 = v128.load(from + 4 * inStep);
    const v5 = v128.load(from + 5 * inStep);
    inputToPoints(v0, v1, v2, v3, v4, v5, out, outStep);
  } else if (tiling.side == 4) {
    const v2 = v128.load(from + 2 * inStep);
    const v3 = v128.load(from + 3 * inStep);
    outputToPoints(v0, v1, v2, v3, v3, out, outStep);
  } else {
    const zero = f32x4.splat(0);
    outputToPoints(v0, v1, zero, zero, v1, out, outStep);
  }
}

/**
 * Filters to points, packed for the micro-kernel: [outs / 4][36][chans][4] with its points `pointStride` apart, rows beyond the last filter zero.
 * One item is a group of four filters.
 */
export function winogradFilters(
  scratch: usize,
  begin: i32,
  end: i32,
  w: usize,
  packed: usize,
  outs: i32,
  chans: i32,
  r: i32,
  outStride: i32,
  chanStride: i32,
  flip: i32,
): void {
  const taps = r * r;
  const middle = scratch + <usize>taps * VECTOR;
  const pointStep = pointStride(<usize>chans * VECTOR);
  const firstTap = flip ? scratch + <usize>(taps - 1) * VECTOR : scratch;
  const tapStep = flip ? -VECTOR : VECTOR;
  for (let item = begin; item < end; item++) {
    let base = packed + <usize>item * filterBytes(chans);
    for (let c = 0; c < chans; c++) {
      const from = w + <usize>(item * 4 * outStride + c * chanStride) * FLOAT;
      packFour(firstTap, tapStep, from, outs - item * 4, <usize>outStride * FLOAT, taps, FLOAT);
      for (let j = 0; j < r; j++) {
        const column = <usize>j * VECTOR;
        tapsToPoints(scratch + column, <usize>r * VECTOR, r, middle + column, <usize>r * VECTOR);
      }
      for (let i = 0; i < SIDE; i++) {
        tapsToPoints(middle + <usize>(i * r) * VECTOR, VECTOR, r, base + <usize>(i * SIDE) * pointStep, pointStep);
      }
      base += VECTOR;
    }
  }
}

/**
 * y = conv(x, w) + bias. One item is `outsPerItem` outputs of `rowsPerItem` tile rows, with all channels. Where `packed`
 * is 0, items take the filters to their points themselves, four outputs at a time, so that these never leave the cache;
 * what follows are the arguments of `winogradFilters`.
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
  rowsPerItem: i32,
  outsPerItem: i32,
  w: usize,
  r: i32,
  outStride: i32,
  chanStride: i32,
  flip: i32,
): void {
  const tiling = changetype<Tiling>(at);
  const outBlocks = (outs + outsPerItem - 1) / outsPerItem;
  const plane = <usize>(tiling.h * tiling.w) * FLOAT;
  const outPlane = <usize>(outH * outW) * FLOAT;
  for (let item = begin; item < end; item++) {
    const q0 = (item / outBlocks) * rowsPerItem;
    const firstOut = (item % outBlocks) * outsPerItem;
    const rows = min(rowsPerItem, images * tiling.tilesH - q0);
    const panels = (rows * tiling.tilesW + 7) >> 3;
    const zeros = scratch;
    const spread = zeros + VECTOR;
    const panelBytes = <usize>chans * 2 * VECTOR;
    const pointBytes = pointStride(<usize>panels * panelBytes);
    const products = spread + <usize>POINTS * pointBytes;
    const rowBytes = <usize>panels * 2 * VECTOR;
    const own = products + <usize>POINTS * 4 * rowBytes;
    const strips = packed ? own : own + filterBytes(chans);
    v128.store(zeros, f32x4.splat(0));
    for (let c = 0; c < chans; c++) {
      const out = spread + <usize>c * 2 * VECTOR;
      const from = x + <usize>c * plane;
      spreadTiles(tiling, strips, from, <usize>chans * plane, q0, rows, out, pointBytes, panelBytes, VECTOR);
    }
    for (let o = firstOut; o < min(outs, firstOut + outsPerItem); o += 4) {
      const before = <usize>(o >> 2) * filterBytes(chans);
      let filters = packed ? packed + before : own;
      if (!packed) {
        winogradFilters(strips, o >> 2, (o >> 2) + 1, w, own - before, outs, chans, r, outStride, chanStride, flip);
      }
      for (let p = 0; p < POINTS; p++) {
        for (let panel = 0; panel < panels; panel++) {
          const from = spread + <usize>p * pointBytes + <usize>panel * panelBytes;
          const to = products + <usize>(p * 4) * rowBytes + <usize>panel * 2 * VECTOR;
          tilePacked(filters, from, chans, to, rowBytes, zeros);
        }
        filters += pointStride(<usize>chans * VECTOR);
      }
      for (let k = o; k < min(o + 4, outs); k++) {
        const b = bias ? load<f32>(bias + <usize>k * FLOAT) : 0;
        const to = y + <usize>k * outPlane;
        const from = products + <usize>(k - o) * rowBytes;
        gatherTiles(tiling, strips, from, 4 * rowBytes, q0, rows, b, to, <usize>outs * outPlane, outH, outW);
      }
    }
  }
}

/** Points of all tiles of one output channel back to pixels. */
function gatherTiles(
  tiling: Tiling,
  scratch: usize,
  products: usize,
  pointStep: usize,
  q0: i32,
  rows: i32,
  bias: f32,
  out: usize,
  imageBytes: usize,
  outH: i32,
  outW: i32,
): void {
  const m = tiling.m;
  const tiles = rows * tiling.tilesW;
  const middle = scratch; // [m rows][6 points along the horizontal]
  const pixels = middle + <usize>(m * SIDE) * VECTOR; // [m rows][4 tiles][m columns]
  const shift = f32x4.splat(bias);
  for (let t = 0; t < tiles; t += 4) {
    const from = products + <usize>t * FLOAT;
    for (let j: usize = 0; j < <usize>SIDE; j++) {
      pointsToOutput(from + j * pointStep, SIDE * pointStep, m, middle + j * VECTOR, SIDE * VECTOR);
    }
    for (let a: usize = 0; a < <usize>m; a++) {
      const row = pixels + a * <usize>m * VECTOR;
      pointsToOutput(middle + a * SIDE * VECTOR, VECTOR, m, row, VECTOR);
      tilesToRows(row, m, shift);
    }
    for (let lane = 0; lane < min(4, tiles - t); lane++) {
      const q = q0 + (t + lane) / tiling.tilesW;
      const y0 = (q % tiling.tilesH) * m;
      const x0 = ((t + lane) % tiling.tilesW) * m;
      const at = out + <usize>(q / tiling.tilesH) * imageBytes + <usize>(y0 * outW + x0) * FLOAT;
      storeTile(pixels + <usize>(lane * m) * FLOAT, m, at, min(m, outH - y0), min(m, outW - x0), outW);
    }
  }
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
  } else {
    const v2 = f32x4.add(v128.load(row, 2 * VECTOR), shift);
    const v3 = f32x4.add(v128.load(row, 3 * VECTOR), shift);
    storeTransposed(v0, v1, v2, v3, row, VECTOR);
  }
}

/** Stores a tile, whose rows are m vectors apart, as at most height × width pixels. */
// @ts-ignore: decorator
@inline
function storeTile(tile: usize, m: i32, out: usize, height: i32, width: i32, outW: i32): void {
  for (let a = 0; a < height; a++) {
    if (width == 4) {
      v128.store(out, v128.load(tile));
    } else if (width == 2) {
      v128.store64_lane(out, v128.load64_zero(tile), 0);
    } else {
      for (let b = 0; b < width; b++) store<f32>(out + <usize>b * FLOAT, load<f32>(tile + <usize>b * FLOAT));
    }
    tile += <usize>m * VECTOR;
    out += <usize>outW * FLOAT;
  }
}
