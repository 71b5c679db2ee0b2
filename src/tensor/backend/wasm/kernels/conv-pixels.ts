/** Convolution by 1×1 filters, which is a matrix product with the planes of each image, and its gradient for the input. */

import { finish } from "./epilogue";
import { copyFloats, packRows } from "./pack";
import { FLOAT, VECTOR } from "./simd";
import { COLUMNS, ROWS, SIX, TILE_ROW, tileRows, tileSix } from "./tile";

/** Longest stretch of channels at a time: the filters and pixels of a tile stay in the first-level cache. */
const DEPTH: i32 = 512;

/**
 * y[image, o, p] = bias[o] + Σ_c w[o, c] · x[image, c, p], whole quads of outputs.
 *
 * Eight pixels of a tile are any that follow each other, of as many images as it takes: small planes leave no lane
 * empty. One item is `panelsPerItem` times eight pixels and `outsPerItem` outputs. w[o, c] is at
 * o · outStride + c · chanStride elements. Pixels are read where they lie if all of an item's tiles are in one plane; others are
 * gathered, and their results spread.
 * @param tall whether there are tiles of six rows
 * @param then an epilogue, or 0
 */
export function convPixels(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  images: i32,
  chans: i32,
  outs: i32,
  plane: i32,
  outStride: usize,
  chanStride: usize,
  panelsPerItem: i32,
  outsPerItem: i32,
  tall: bool,
  then: usize,
): void {
  const zeros = scratch;
  const rows = zeros + VECTOR;
  const rowBytes = <usize>panelsPerItem * TILE_ROW;
  const filters = rows + <usize>SIX * rowBytes;
  const panels = filters + <usize>(SIX * min(DEPTH, chans)) * FLOAT;
  const planeBytes = <usize>plane * FLOAT;
  const outImage = <usize>outs * planeBytes;
  const outBlocks = (outs + outsPerItem - 1) / outsPerItem;
  v128.store(zeros, f32x4.splat(0));
  for (let item = begin; item < end; item++) {
    const firstOut = (item % outBlocks) * outsPerItem;
    const lastOut = min(outs, firstOut + outsPerItem);
    const first = (item / outBlocks) * panelsPerItem * COLUMNS;
    const count = min(images * plane - first, panelsPerItem * COLUMNS);
    const column = first % plane;
    const source = x + <usize>((first / plane) * chans) * planeBytes + <usize>column * FLOAT;
    const target = y + <usize>(first / plane) * outImage + <usize>column * FLOAT;
    const isInPlace = column + count <= plane && count % COLUMNS == 0;
    if (!isInPlace) gatherPixels(panels, x, <usize>chans * planeBytes, plane, chans, first, first + count);
    const panelStep = isInPlace ? TILE_ROW : <usize>chans * TILE_ROW;
    const pixelStep = isInPlace ? planeBytes : TILE_ROW;
    const outRow = isInPlace ? planeBytes : rowBytes;
    let high = ROWS;
    for (let o = firstOut; o < lastOut; o += high) {
      const left = lastOut - o;
      high = tall && left >= SIX && left != 2 * ROWS ? SIX : ROWS;
      const out = isInPlace ? target + <usize>o * planeBytes : rows;
      // Sums begin with the bias.
      for (let r = 0; bias && r < high; r++) {
        const number = v128.load32_splat(bias + <usize>(o + r) * FLOAT);
        for (let p = 0; p < count; p += 4) v128.store(out + <usize>r * outRow + <usize>p * FLOAT, number);
      }
      for (let c = 0; c == 0 || c < chans; c += DEPTH) {
        const depth = min(DEPTH, chans - c);
        const from = w + (<usize>o * outStride + <usize>c * chanStride) * FLOAT;
        packRows(filters, from, high, outStride * FLOAT, depth, chanStride * FLOAT);
        const goesOn = (bias | c) != 0;
        let panel = (isInPlace ? source : panels) + <usize>c * pixelStep;
        for (let p = 0; p < count; p += COLUMNS) {
          const to = out + <usize>p * FLOAT;
          if (high == ROWS) tileRows(filters, panel, pixelStep, depth, to, outRow, goesOn ? 0 : zeros);
          else tileSix(filters, filters + VECTOR, SIX * FLOAT, panel, pixelStep, depth, to, outRow, goesOn);
          panel += panelStep;
        }
      }
      for (let r = 0; r < high; r++) {
        const row = out + <usize>r * outRow;
        if (then) finish(then, row, count, o + r, -0.0);
        if (!isInPlace) spreadRow(target + <usize>(o + r) * planeBytes, row, count, column, plane, outImage);
      }
    }
  }
}

/** `count` pixels of an output to where they belong: the first to `target`, column `column` of its plane. */
function spreadRow(target: usize, row: usize, count: i32, column: i32, plane: i32, imageBytes: usize): void {
  while (count > 0) {
    const n = min(plane - column, count);
    copyFloats(target, row, n);
    row += <usize>n * FLOAT;
    target += imageBytes - <usize>column * FLOAT;
    count -= n;
    column = 0;
  }
}

/**
 * panels[pixel / 8][c][8 pixels] ← pixels first … last − 1 of planes of several images; what is beyond the last one is
 * another's, and nobody's.
 */
function gatherPixels(
  panels: usize,
  src: usize,
  imageBytes: usize,
  plane: i32,
  chans: i32,
  first: i32,
  last: i32,
): void {
  const planeBytes = <usize>plane * FLOAT;
  for (let p = first; p < last; p += COLUMNS) {
    if ((p % plane) + COLUMNS <= plane) {
      let from = src + <usize>(p / plane) * imageBytes + <usize>(p % plane) * FLOAT;
      for (let c = 0; c < chans; c++) {
        v128.store(panels, v128.load(from));
        v128.store(panels, v128.load(from, VECTOR), VECTOR);
        from += planeBytes;
        panels += TILE_ROW;
      }
    } else {
      for (let j = 0; j < COLUMNS; j++) {
        const pixel = min(p + j, last - 1);
        let from = src + <usize>(pixel / plane) * imageBytes + <usize>(pixel % plane) * FLOAT;
        let to = panels + <usize>j * FLOAT;
        for (let c = 0; c < chans; c++) {
          store<f32>(to, load<f32>(from));
          from += planeBytes;
          to += TILE_ROW;
        }
      }
      panels += <usize>chans * TILE_ROW;
    }
  }
}
