/** Winograd convolution, stride 1, 3×3 or 5×5 filters: the forward pass (and, with turned filters, the input gradient). */

import { packFour, zeroFloats } from "./pack";
import { FLOAT, VECTOR } from "./simd";
import { ROWS, SIX, TILE_ROW, tilePacked, tileSix } from "./tile";
import { gatherTiles } from "./winograd-gather";
import { PLACE, placeTiles } from "./winograd-places";
import { rowsToPoints } from "./winograd-rows";
import { Tiling } from "./winograd-tiling";
import { inputToPoints, outputToPoints, tapsToPoints } from "./winograd-transforms";

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

/**
 * The points of all tiles of `count` planes, `tiling.plane` apart, in `rows` tile rows from q0 on. Point p of a plane's tiles
 * 4i … 4i + 3 goes to out + p·pointStep + (i >> 1)·pairStep + (i & 1)·vectorStep, the next plane's `outNext` behind. Tiles
 * beyond the last are zero.
 *
 * Rows come as many at a time as fill panels of eight tiles, all planes of these before the next: so an image is read in
 * the order in which it lies, which is faster than one plane of every image after the other.
 */
export function spreadTiles(
  tiling: Tiling,
  strips: usize,
  planes: usize,
  count: i32,
  imageBytes: usize,
  q0: i32,
  rows: i32,
  out: usize,
  outNext: usize,
  pointStep: usize,
  pairStep: usize,
  vectorStep: usize,
): void {
  const most = 8 >> min(3, ctz(tiling.tilesW));
  for (const end = q0 + rows; q0 < end; q0 += most) {
    const rowsHere = min(most, end - q0);
    tiling.listTiles(strips, rowsHere);
    let to = out;
    for (let plane = planes; plane < planes + <usize>count * tiling.plane; plane += tiling.plane) {
      spreadRows(tiling, strips, plane, imageBytes, q0, rowsHere, to, pointStep, pairStep, vectorStep);
      to += outNext;
    }
    out += <usize>((most * tiling.tilesW) >> 3) * pairStep;
  }
}

/** Of one plane in rows that are listed. */
// @ts-ignore: decorator
@inline
function spreadRows(
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
  const table = tiling.tableOf(strips, rows);
  const groups = ((rows * tiling.tilesW + 7) >> 3) << 1;
  for (let r = 0; r < rows; r++) {
    const strip = strips + <usize>r * tiling.stripBytes;
    const q = q0 + r;
    tiling.loadStrip(strip, planes + <usize>(q / tiling.tilesH) * imageBytes, q % tiling.tilesH);
    toPoints(strip, row, VECTOR, tiling.sideH, tiling.pointsH, strip, row, VECTOR, tiling.width >> 2);
  }
  const rowStep = <usize>tiling.pointsW * pointStep;
  for (let i = 0; i < groups; i++) {
    const four = table + <usize>(i * 4) * sizeof<usize>();
    const to = out + <usize>(i >> 1) * pairStep + <usize>(i & 1) * vectorStep;
    rowsToPoints(tiling.pointsW, tiling.sideW, four, row, tiling.pointsH, to, pointStep, rowStep);
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
 * never leave the cache; what follows are the arguments of `winogradFilters`. `then` is an epilogue, or 0. With one that
 * `halves`, the largest of each two by two outputs is kept, and outH, outW, outPitch and outPlane are of these.
 *
 * Where multiply-adds are `fused`, tiles are of six packed outputs. Two such tiles share three groups of four: one takes the
 * first group and two outputs of the second, the other the third group and then what is left of the second.
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
  fused: bool,
  w: usize,
  r: i32,
  outStride: i32,
  chanStride: i32,
  flip: i32,
  then: usize,
  halves: bool,
): void {
  const tiling = changetype<Tiling>(at);
  const points = tiling.points;
  const outBlocks = (outs + outsPerItem - 1) / outsPerItem;
  const isWhole = chansPerBlock >= chans;
  const ownBytes = filterBytes(points, chansPerBlock);
  const packedBytes = filterBytes(points, chans);
  const packedStep = pointStride(<usize>chans * VECTOR);
  const tileH = halves ? tiling.mH >> 1 : tiling.mH;
  const tileW = halves ? tiling.mW >> 1 : tiling.mW;
  for (let item = begin; item < end; item++) {
    const q0 = (item / outBlocks) * rowsPerItem;
    const firstOut = (item % outBlocks) * outsPerItem;
    const lastOut = min(outs, firstOut + outsPerItem);
    const endOfSixes = fused && packed ? lastOut - ((lastOut - firstOut) % (2 * SIX)) : firstOut;
    const rows = min(rowsPerItem, images * tiling.tilesH - q0);
    const tiles = rows * tiling.tilesW;
    const panels = (tiles + 7) >> 3;
    const rowBytes = <usize>panels * 2 * VECTOR;
    const sumBytes = <usize>points * rowBytes;
    const zeros = scratch;
    const spread = zeros + VECTOR;
    const products = spread + <usize>points * pointStride(<usize>panels * <usize>chansPerBlock * 2 * VECTOR);
    const own = products + <usize>(isWhole ? SIX : (outsPerItem + 3) & ~3) * sumBytes;
    const places = packed ? own : own + ownBytes;
    const strips = places + <usize>tiles * PLACE;
    v128.store(zeros, f32x4.splat(0));
    placeTiles(tiling, places, q0, rows, tileH, tileW, <usize>outs * outPlane, outH, outW, outPitch);
    // At least once: without any channel the result is the bias.
    for (let c0 = 0; c0 == 0 || c0 < chans; c0 += chansPerBlock) {
      const chanCount = min(chansPerBlock, chans - c0);
      const panelBytes = <usize>chanCount * 2 * VECTOR;
      const pointBytes = pointStride(<usize>panels * panelBytes);
      const planes = x + <usize>c0 * tiling.plane;
      const imageBytes = <usize>chans * tiling.plane;
      const next = 2 * VECTOR;
      spreadTiles(tiling, strips, planes, chanCount, imageBytes, q0, rows, spread, next, pointBytes, panelBytes, VECTOR);
      const start = c0 == 0 ? zeros : 0;
      for (let o = firstOut, high = ROWS; o < lastOut; o += high) {
        high = o < endOfSixes ? SIX : ROWS;
        const isSecond = (o & 2) != 0;
        const sums = isWhole ? products : products + <usize>(o - firstOut) * sumBytes;
        let filters = packed + <usize>((o + 3) >> 2) * packedBytes + <usize>c0 * VECTOR;
        let pair = isSecond ? filters - packedBytes + 2 * FLOAT : filters + packedBytes;
        let filterStep = packedStep;
        if (!packed) {
          filters = own;
          filterStep = pointStride(<usize>chanCount * VECTOR);
          const first = w + <usize>(o * outStride + c0 * chanStride) * FLOAT;
          packFilters(strips, first, own, min(4, outs - o), chanCount, r, tiling, outStride, chanStride, flip);
        }
        let to = sums;
        for (let p = 0; p < points; p++) {
          const from = spread + <usize>p * pointBytes;
          for (let panel: usize = 0; panel < <usize>panels; panel++) {
            const b = from + panel * panelBytes;
            const out = to + panel * TILE_ROW;
            if (high == SIX) tileSix(filters, pair, VECTOR, b, TILE_ROW, chanCount, out, rowBytes, c0 > 0);
            else tilePacked(filters, b, chanCount, out, rowBytes, start);
          }
          filters += filterStep;
          pair += filterStep;
          to += <usize>high * rowBytes;
        }
        if (c0 + chanCount < chans) continue;
        for (let row = 0; row < min(high, outs - o); row++) {
          const k = o + (isSecond ? (row + 2) % SIX : row);
          const b = bias ? load<f32>(bias + <usize>k * FLOAT) : 0;
          const to = y + <usize>k * outPlane;
          const from = sums + <usize>row * rowBytes;
          gatherTiles(tiling, strips, from, <usize>high * rowBytes, places, tiles, b, then, halves, k, to, outPitch);
        }
      }
    }
  }
}
