/** Winograd convolution, stride 1, 3×3 or 5×5 filters: the forward pass (and, with turned filters, the input gradient). */

import { packFour, zeroFloats } from "./pack";
import { FLOAT, VECTOR } from "./simd";
import { ROWS, SIX, TILE_ROW, tilePacked, tileSix } from "./tile";
import { gatherTiles } from "./winograd-gather";
import { PLACE, placeTiles } from "./winograd-places";
import { rowsToPoints } from "./winograd-rows";
import { pointStride, Tiling } from "./winograd-tiling";
import { inputToPoints, outputToPoints, tapsToPoints } from "./winograd-transforms";

/** Bytes of all points of four filters, or of the sums that become their gradients. */
// @ts-ignore: decorator
@inline
export function filterBytes(points: i32, chans: i32): usize {
  return <usize>points * pointStride(<usize>chans * VECTOR);
}

/**
 * The points of all tiles of `count` planes from `first` on, in `rows` tile rows from q0 on, to the places of these planes
 * among `all`. Point p of a plane's tiles 8i … 8i + 7 goes to two vectors, `vectorStep` apart, of panel i of that point, and
 * those of the next plane `nextPlane` behind. Where that is 0, a plane's panels lie one behind the other, and the next
 * plane's behind them. Tiles beyond the last are zero. The points of tiles of the second width follow those of the first.
 *
 * Rows come as many at a time as fill panels, all planes of these before the next: so an image is read in the order in which
 * it lies, which is faster than one plane of every image after the other.
 */
export function spreadTiles(
  tiling: Tiling,
  strips: usize,
  planes: usize,
  first: i32,
  count: i32,
  all: i32,
  imageBytes: usize,
  q0: i32,
  rows: i32,
  out: usize,
  nextPlane: usize,
  vectorStep: usize,
): void {
  const row = <usize>tiling.width * FLOAT;
  const next = tiling.next;
  const most = 8 >> min(3, ctz(next ? tiling.tilesW | next.tilesW : tiling.tilesW));
  const nothing = strips + <usize>most * tiling.stripBytes;
  const table = nothing + tiling.stripBytes;
  zeroFloats(nothing, tiling.pointsH * tiling.width);
  for (let done = 0; done < rows; done += most) {
    const rowsHere = min(most, rows - done);
    const end = tiling.listTiles(table, strips, rowsHere, nothing);
    if (next) next.listTiles(end, strips, rowsHere, nothing);
    for (let i = first; i < first + count; i++) {
      for (let r = 0; r < rowsHere; r++) {
        const strip = strips + <usize>r * tiling.stripBytes;
        const q = q0 + done + r;
        const plane = planes + <usize>(q / tiling.tilesH) * imageBytes + <usize>i * tiling.plane;
        tiling.loadStrip(strip, plane, q % tiling.tilesH);
        toPoints(strip, row, VECTOR, tiling.sideH, tiling.pointsH, strip, row, VECTOR, tiling.width >> 2);
      }
      let tiles = table;
      let points = out;
      for (let part: Tiling | null = tiling; part; part = part.next) {
        const pointStep = part.pointBytes(rows, all);
        const rowStep = <usize>part.pointsW * pointStep;
        const panelStep = nextPlane ? <usize>all * 2 * VECTOR : 2 * VECTOR;
        const before = <usize>((done * part.tilesW) >> 3) * panelStep;
        let to = points + before + <usize>i * (nextPlane ? nextPlane : <usize>part.panels(rows) * 2 * VECTOR);
        for (const end = to + <usize>part.panels(rowsHere) * panelStep; to < end; to += panelStep) {
          for (let vector = to; vector <= to + vectorStep; vector += vectorStep) {
            rowsToPoints(part.pointsW, part.sideW, tiles, row, part.pointsH, vector, pointStep, rowStep);
            tiles += 4 * sizeof<usize>();
          }
        }
        points += <usize>part.points * pointStep;
      }
    }
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
 * beyond the last filter zero; for tiles of a second width behind those for the first. One item is a group of four filters.
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
  for (let part: Tiling | null = changetype<Tiling>(at); part; part = part.next) {
    const bytes = filterBytes(part.points, chans);
    for (let item = begin; item < end; item++) {
      const from = w + <usize>(item * 4 * outStride) * FLOAT;
      packFilters(scratch, from, packed + <usize>item * bytes, outs - item * 4, chans, r, part, outStride, chanStride, flip);
    }
    packed += <usize>((outs + 3) >> 2) * bytes;
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
 * y = conv(x, w) + bias in the rows of a tiling, of y's outH × outW. One item is `outsPerItem` outputs of `rowsPerItem` tile
 * rows. Channels come `chansPerBlock` at a time, as many as leave room in the cache for the points of all these tiles; with
 * more than one block, the products of all outputs wait for their sum in memory. Where `packed` is 0, items take the filters
 * to their points themselves, four outputs at a time, so that these never leave the cache; what follows are the arguments of
 * `winogradFilters`. `then` is an epilogue, or 0. With one that halves (`half` is 1, otherwise 0), the largest of each two by
 * two outputs is kept, and outH and outW are of these.
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
  half: i32,
): void {
  const tiling = changetype<Tiling>(at);
  const outBlocks = (outs + outsPerItem - 1) / outsPerItem;
  const isWhole = chansPerBlock >= chans;
  // Outputs whose sums are kept at a time.
  const outsKept = isWhole ? SIX : (outsPerItem + 3) & ~3;
  const packedStep = pointStride(<usize>chans * VECTOR);
  const imageBytes = <usize>chans * tiling.plane;
  const outPlane = <usize>(outH * outW) * FLOAT;
  for (let item = begin; item < end; item++) {
    const q0 = (item / outBlocks) * rowsPerItem;
    const firstOut = (item % outBlocks) * outsPerItem;
    const lastOut = min(outs, firstOut + outsPerItem);
    const endOfSixes = fused && packed ? lastOut - ((lastOut - firstOut) % (2 * SIX)) : firstOut;
    const rows = min(rowsPerItem, images * tiling.tilesH - q0);
    const zeros = scratch;
    const spread = zeros + VECTOR;
    const products = spread + tiling.spreadBytes(rows, chansPerBlock);
    const outBytes = tiling.spreadBytes(rows, 1);
    const places = products + <usize>outsKept * outBytes;
    // Places take less room than an output's sums.
    const own = places + outBytes;
    const strips = packed ? own : own + filterBytes(tiling.points, chansPerBlock);
    v128.store(zeros, f32x4.splat(0));
    // At least once: without any channel the result is the bias.
    for (let c0 = 0; c0 == 0 || c0 < chans; c0 += chansPerBlock) {
      const chanCount = min(chansPerBlock, chans - c0);
      const panelBytes = <usize>chanCount * 2 * VECTOR;
      const planes = x + <usize>c0 * tiling.plane;
      spreadTiles(tiling, strips, planes, 0, chanCount, chanCount, imageBytes, q0, rows, spread, 2 * VECTOR, VECTOR);
      const start = c0 == 0 ? zeros : 0;
      const isLast = c0 + chanCount >= chans;
      let spreadHere = spread;
      let packedHere = packed;
      let sumsHere = products;
      for (let part: Tiling | null = tiling; part; part = part.next) {
        const points = part.points;
        const panels = part.panels(rows);
        const pointBytes = part.pointBytes(rows, chanCount);
        const packedBytes = filterBytes(points, chans);
        const rowBytes = <usize>panels * 2 * VECTOR;
        const sumBytes = <usize>points * rowBytes;
        const tiles = rows * part.tilesW;
        if (isLast) placeTiles(part, places, q0, rows, <usize>outs * outPlane, outH, outW, half);
        for (let o = firstOut, high = ROWS; o < lastOut; o += high) {
          high = o < endOfSixes ? SIX : ROWS;
          const isSecond = (o & 2) != 0;
          const sums = isWhole ? sumsHere : sumsHere + <usize>(o - firstOut) * sumBytes;
          let filters = packedHere + <usize>((o + 3) >> 2) * packedBytes + <usize>c0 * VECTOR;
          let pair = isSecond ? filters - packedBytes + 2 * FLOAT : filters + packedBytes;
          let filterStep = packedStep;
          if (!packed) {
            filters = own;
            filterStep = pointStride(<usize>chanCount * VECTOR);
            const first = w + <usize>(o * outStride + c0 * chanStride) * FLOAT;
            packFilters(strips, first, own, min(4, outs - o), chanCount, r, part, outStride, chanStride, flip);
          }
          let to = sums;
          for (let p = 0; p < points; p++) {
            const from = spreadHere + <usize>p * pointBytes;
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
          if (!isLast) continue;
          for (let row = 0; row < min(high, outs - o); row++) {
            const k = o + (isSecond ? (row + 2) % SIX : row);
            const b = bias ? load<f32>(bias + <usize>k * FLOAT) : 0;
            const to = y + <usize>k * outPlane;
            const from = sums + <usize>row * rowBytes;
            gatherTiles(part, strips, from, <usize>high * rowBytes, places, tiles, b, then, half != 0, k, to, outW);
          }
        }
        spreadHere += <usize>points * pointBytes;
        packedHere += <usize>((outs + 3) >> 2) * packedBytes;
        sumsHere += <usize>outsKept * sumBytes;
      }
    }
  }
}
