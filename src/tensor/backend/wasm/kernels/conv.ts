/** Convolution, and its gradient for the input, which is a convolution too: no patches are copied, tiles read planes. */

import { finish } from "./epilogue";
import { packFour } from "./pack";
import { FLOAT, VECTOR } from "./simd";
import { COLUMNS, ROWS, TILE_BYTES, TILE_ROW, tileGathered, tilePacked } from "./tile";
import { Window } from "./window";

/** Marks a lane of a tile that belongs to no pixel. */
const NOWHERE: usize = <usize>-1;

/**
 * Packs filters for the tiles: for every four of a group's `outs` filters a panel [bias | channel, kh, kw][4], filled
 * up with zeros. One item is one panel. Strides are in elements; those of the taps may be negative and skip taps, which
 * is how the gradient turns filters by 180° and takes the taps that a stride lets through.
 */
export function convPackFilters(
  scratch: usize,
  begin: i32,
  end: i32,
  w: usize,
  bias: usize,
  packed: usize,
  outs: i32,
  chans: i32,
  kH: i32,
  kW: i32,
  groupStride: usize,
  outStride: usize,
  chanStride: usize,
  rowStride: usize,
  columnStride: usize,
): void {
  const panels = (outs + ROWS - 1) / ROWS;
  // Taps that follow each other at one distance are copied in one go.
  const even = rowStride == <usize>kW * columnStride;
  const runs = even ? 1 : kH;
  const run = even ? kH * kW : kW;
  for (let item = begin; item < end; item++) {
    const group = item / panels;
    const o = (item % panels) * ROWS;
    let to = packed + <usize>item * <usize>(1 + chans * kH * kW) * VECTOR;
    for (let r = 0; r < ROWS; r++) {
      const given = bias != 0 && o + r < outs;
      store<f32>(to + <usize>r * FLOAT, given ? load<f32>(bias + <usize>(group * outs + o + r) * FLOAT) : 0);
    }
    to += VECTOR;
    const filters = w + (<usize>group * groupStride + <usize>o * outStride) * FLOAT;
    for (let c = <usize>0; c < <usize>chans; c++) {
      for (let i = <usize>0; i < <usize>runs; i++) {
        const from = filters + (c * chanStride + i * rowStride) * FLOAT;
        packFour(to, VECTOR, from, outs - o, outStride * FLOAT, run, columnStride * FLOAT);
        to += <usize>run * VECTOR;
      }
    }
  }
}

/**
 * out[image, o, y, x] = bias[o] + Σ_{c, kh, kw} w[o, c, kh, kw] · (padded src)[image, c, window (y, x) at (kh, kw)].
 *
 * One item is a block of outputs: `outsPerItem` filters of one group, on a band of rows of one image or on all rows
 * of several. Channels come `chansPerBlock` at a time: padded planes, then tiles of 4 filters × 8 pixels over them.
 * Tiles read rows of pixels where they lie, or, with `panels`, panels of any 8 pixels, for maps too small to fill rows.
 *
 * Output pixel (y, x) of image and filter goes to element y · outRow + x · outColumn of that filter's plane of outPlane
 * elements: the gradient of a strided convolution fills its planes in several passes. `then` is an epilogue, for planes
 * that are filled in one, or 0.
 */
export function convTiles(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  src: usize,
  packed: usize,
  out: usize,
  images: i32,
  groups: i32,
  chans: i32,
  outs: i32,
  rows: i32,
  columns: i32,
  outPlane: i32,
  outRow: i32,
  outColumn: i32,
  imagesPerItem: i32,
  rowsPerItem: i32,
  outsPerItem: i32,
  chansPerBlock: i32,
  panels: bool,
  then: usize,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const srcPlane = <usize>(window.srcH * window.srcW) * FLOAT;
  const outBytes = <usize>outPlane * FLOAT;
  const panelBytes = <usize>(1 + chans * taps) * VECTOR;
  const blockPlanes = <usize>chansPerBlock * window.plane;

  const pixelsPerItem = imagesPerItem * rowsPerItem * ((columns + COLUMNS - 1) & -COLUMNS);
  const tile = scratch;
  const offsets = tile + TILE_BYTES;
  const sources = offsets + <usize>(chansPerBlock * taps) * sizeof<usize>();
  const targets = sources + <usize>pixelsPerItem * sizeof<usize>();
  const planes = (targets + <usize>pixelsPerItem * sizeof<usize>() + 63) & ~63;
  const gathered = planes + <usize>imagesPerItem * blockPlanes;

  // In whole tiles, the last tile of a row reaches back over pixels that it computes again, to be stored like the others;
  // unless its sums go on from what is stored there.
  const width = panels ? columns : (columns + COLUMNS - 1) & -COLUMNS;
  const whole = columns & -COLUMNS;
  const back = whole > 0 && chans <= chansPerBlock ? width - columns : 0;

  const outBlocks = (outs + outsPerItem - 1) / outsPerItem;
  const bands = (rows + rowsPerItem - 1) / rowsPerItem;
  window.listTaps(offsets, chansPerBlock, window.plane);

  for (let item = begin; item < end; item++) {
    const firstOut = (item % outBlocks) * outsPerItem;
    const lastOut = min(outs, firstOut + outsPerItem);
    const group = (item / outBlocks) % groups;
    const y0 = ((item / outBlocks / groups) % bands) * rowsPerItem;
    const image0 = (item / outBlocks / groups / bands) * imagesPerItem;
    const imageCount = min(imagesPerItem, images - image0);
    const rowCount = min(rowsPerItem, rows - y0);

    let pixels = 0;
    for (let image = 0; image < imageCount; image++) {
      for (let y = 0; y < rowCount; y++) {
        const source = <usize>image * blockPlanes + <usize>(y * window.phaseCols) * FLOAT;
        const target = <usize>(image * groups * outs) * outBytes + <usize>((y0 + y) * outRow) * FLOAT;
        for (let i = 0; i < width; i++) {
          const x = i < whole ? i : i - back;
          const to = x < columns ? target + <usize>(x * outColumn) * FLOAT : NOWHERE;
          setPixel(sources, targets, pixels++, source + <usize>x * FLOAT, to);
        }
      }
    }
    while (pixels % COLUMNS) setPixel(sources, targets, pixels++, 0, NOWHERE);

    // At least once: without any channel the result is the bias.
    for (let c0 = 0; c0 == 0 || c0 < chans; c0 += chansPerBlock) {
      const chanCount = min(chansPerBlock, chans - c0);
      const depth = chanCount * taps;
      for (let image = 0; image < imageCount; image++) {
        let from = src + <usize>(((image0 + image) * groups + group) * chans + c0) * srcPlane;
        let to = planes + <usize>image * blockPlanes;
        for (let c = 0; c < chanCount; c++) {
          window.load(to, from, y0);
          from += srcPlane;
          to += window.plane;
        }
      }
      if (panels) {
        for (let p = 0; p < pixels; p += COLUMNS) {
          const panel = gathered + <usize>(p * depth) * FLOAT;
          gatherPanel(panel, planes, offsets, depth, sources + <usize>p * sizeof<usize>());
        }
      }
      for (let o = firstOut; o < lastOut; o += ROWS) {
        const filters = packed + <usize>((group * ((outs + ROWS - 1) / ROWS)) + o / ROWS) * panelBytes;
        const a = filters + VECTOR + <usize>(c0 * taps) * VECTOR;
        const start = c0 == 0 ? filters : 0;
        const filterCount = min(ROWS, outs - o);
        const outAt = out + <usize>((image0 * groups + group) * outs + o) * outBytes;
        for (let p = 0; p < pixels; p += COLUMNS) {
          const target = targets + <usize>p * sizeof<usize>();
          const inRow = load<usize>(target, 7 * sizeof<usize>()) - load<usize>(target) == 7 * FLOAT;
          const direct = filterCount == ROWS && inRow;
          const to = direct ? outAt + load<usize>(target) : tile;
          const toRow = direct ? outBytes : TILE_ROW;
          if (!direct && !start) gatherTile(tile, outAt, outBytes, target, filterCount);
          if (panels) {
            tilePacked(a, gathered + <usize>(p * depth) * FLOAT, depth, to, toRow, start);
          } else {
            const b = planes + load<usize>(sources + <usize>p * sizeof<usize>());
            tileGathered(a, b, offsets, depth, to, toRow, start);
          }
          if (!direct) scatterTile(outAt, outBytes, target, filterCount, tile);
        }
        if (!then || c0 + chansPerBlock < chans) continue;
        for (let image = 0; image < imageCount; image++) {
          let row = outAt + <usize>(image * groups * outs) * outBytes + <usize>(y0 * outRow) * FLOAT;
          for (let r = 0; r < filterCount; r++) {
            finish(then, row, rowCount * outRow, group * outs + o + r, -0.0);
            row += outBytes;
          }
        }
      }
    }
  }
}

/** Pixel i of an item: where its window lies among the planes, and where its output goes, from the first filter's. */
// @ts-ignore: decorator
@inline
function setPixel(sources: usize, targets: usize, i: i32, source: usize, target: usize): void {
  store<usize>(sources + <usize>i * sizeof<usize>(), source);
  store<usize>(targets + <usize>i * sizeof<usize>(), target);
}

/** panel[k][j] ← what pixel j sees at offsets[k]. */
function gatherPanel(panel: usize, planes: usize, offsets: usize, depth: i32, sources: usize): void {
  for (let k = 0; k < depth; k++) {
    const from = planes + load<usize>(offsets);
    for (let j = <usize>0; j < <usize>COLUMNS; j++) {
      store<f32>(panel + j * FLOAT, load<f32>(from + load<usize>(sources + j * sizeof<usize>())));
    }
    panel += TILE_ROW;
    offsets += sizeof<usize>();
  }
}

function gatherTile(tile: usize, out: usize, outRow: usize, targets: usize, rows: i32): void {
  for (let r = <usize>0; r < <usize>rows; r++) {
    for (let j = <usize>0; j < <usize>COLUMNS; j++) {
      const target = load<usize>(targets + j * sizeof<usize>());
      if (target != NOWHERE) store<f32>(tile + r * TILE_ROW + j * FLOAT, load<f32>(out + r * outRow + target));
    }
  }
}

function scatterTile(out: usize, outRow: usize, targets: usize, rows: i32, tile: usize): void {
  for (let r = <usize>0; r < <usize>rows; r++) {
    for (let j = <usize>0; j < <usize>COLUMNS; j++) {
      const target = load<usize>(targets + j * sizeof<usize>());
      if (target != NOWHERE) store<f32>(out + r * outRow + target, load<f32>(tile + r * TILE_ROW + j * FLOAT));
    }
  }
}
