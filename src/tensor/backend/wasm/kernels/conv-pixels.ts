/** Convolution by 1×1 filters, which is a matrix product with the planes of each image, and its gradient for the input. */

import { finish } from "./epilogue";
import { FLOAT, VECTOR } from "./simd";
import { COLUMNS, ROWS, TILE_BYTES, TILE_ROW, tileStrided } from "./tile";

/**
 * y[image, o, p] = bias[o] + Σ_c w[o, c] · x[image, c, p], whole quads of outputs.
 *
 * Eight pixels of a tile are any that follow each other, of as many images as it takes: small planes leave no lane
 * empty. One item is `panelsPerItem` times eight pixels and `outsPerItem` outputs. Filters are read where they lie, w[o, c] at
 * o · outStride + c · chanStride elements. `then` is an epilogue, or 0.
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
  then: usize,
): void {
  const zeros = scratch;
  const tile = zeros + VECTOR;
  const panels = tile + TILE_BYTES;
  v128.store(zeros, f32x4.splat(0));
  const planeBytes = <usize>plane * FLOAT;
  const outImage = <usize>outs * planeBytes;
  const outBlocks = (outs + outsPerItem - 1) / outsPerItem;
  for (let item = begin; item < end; item++) {
    const firstOut = (item % outBlocks) * outsPerItem;
    const lastOut = min(outs, firstOut + outsPerItem);
    const first = (item / outBlocks) * panelsPerItem * COLUMNS;
    const last = min(images * plane, first + panelsPerItem * COLUMNS);
    gatherPixels(panels, x, <usize>chans * planeBytes, plane, chans, first, last);
    const firstColumn = first % plane;
    const firstRow = y + <usize>(first / plane) * outImage + <usize>firstColumn * FLOAT;
    for (let o = firstOut; o < lastOut; o += ROWS) {
      const filters = w + <usize>o * outStride * FLOAT;
      const start = bias ? bias + <usize>o * FLOAT : zeros;
      let panel = panels;
      let column = firstColumn;
      let target = firstRow + <usize>o * planeBytes;
      for (let p = first; p < last; p += COLUMNS) {
        const isInside = column + COLUMNS <= plane;
        const to = isInside ? target : tile;
        const toRow = isInside ? planeBytes : TILE_ROW;
        tileStrided(filters, outStride * FLOAT, chanStride * FLOAT, panel, chans, to, toRow, start);
        if (!isInside) storePixels(tile, target, min(COLUMNS, last - p), column, plane, outImage);
        panel += <usize>chans * TILE_ROW;
        target += TILE_ROW;
        for (column += COLUMNS; column >= plane; column -= plane) target += outImage - planeBytes;
      }
      if (then) finishPixels(then, firstRow + <usize>o * planeBytes, o, firstColumn, last - first, plane, outImage);
    }
  }
}

/** The epilogue of four outputs, for `count` pixels from column `column` of a plane on. */
function finishPixels(then: usize, target: usize, o: i32, column: i32, count: i32, plane: i32, imageBytes: usize): void {
  while (count > 0) {
    const n = min(plane - column, count);
    for (let r = 0; r < ROWS; r++) finish(then, target + <usize>(r * plane) * FLOAT, n, o + r, -0.0);
    target += imageBytes - <usize>column * FLOAT;
    count -= n;
    column = 0;
  }
}

/** A tile's first `count` columns to where they belong: the first to `target`, column `column` of its plane. */
function storePixels(tile: usize, target: usize, count: i32, column: i32, plane: i32, imageBytes: usize): void {
  for (let j = 0; j < count; j++) {
    for (let r = <usize>0; r < <usize>ROWS; r++) {
      store<f32>(target + r * <usize>plane * FLOAT, load<f32>(tile + r * TILE_ROW + <usize>j * FLOAT));
    }
    target += FLOAT;
    if (++column < plane) continue;
    column = 0;
    target += imageBytes - <usize>plane * FLOAT;
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
