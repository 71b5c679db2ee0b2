/** A strided convolution's gradient for its input: all taps' products first, then each is added where the tap was. */

import { zeroFloats } from "./pack";
import { gatherPixels } from "./conv-pixels";
import { FLOAT, VECTOR } from "./simd";
import { COLUMNS, ROWS, TILE_ROW, tilePacked } from "./tile";
import { Window } from "./window";

/** Channels whose products are there at a time: whole tiles of rows, whatever the number of taps. */
const CHANNELS: i32 = 4;

/**
 * dx[image, c, pixel] = Σ over the windows (y, x) and taps (kh, kw) that see the pixel of Σ_o w[o, c, kh, kw] · g[image, o, y, x].
 *
 * The inner sum is a matrix product, [c · kh · kw, o] · [o, pixels of g], of full tiles however few pixels see the same
 * taps. One item is `chansPerItem` channels of one group, of `imagesPerItem` images. `packed` holds panels of four rows
 * [0 | o][4].
 */
export function convScatter(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  g: usize,
  packed: usize,
  dx: usize,
  images: i32,
  groups: i32,
  chans: i32,
  outs: i32,
  outH: i32,
  outW: i32,
  imagesPerItem: i32,
  chansPerItem: i32,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const outPlane = outH * outW;
  const imageBytes = <usize>(groups * outs * outPlane) * FLOAT;
  const srcPlane = window.srcH * window.srcW;
  const panelBytes = <usize>(1 + outs) * VECTOR;
  const panels = (chans * taps + ROWS - 1) / ROWS;
  const blocks = (chans + chansPerItem - 1) / chansPerItem;
  for (let item = begin; item < end; item++) {
    const firstChan = (item % blocks) * chansPerItem;
    const lastChan = min(chans, firstChan + chansPerItem);
    const group = (item / blocks) % groups;
    const image0 = (item / blocks / groups) * imagesPerItem;
    const imageCount = min(imagesPerItem, images - image0);
    const pixels = imageCount * outPlane;
    const rowBytes = <usize>((pixels + COLUMNS - 1) / COLUMNS) * TILE_ROW;
    const products = scratch + <usize>outs * rowBytes;
    const from = g + <usize>image0 * imageBytes + <usize>(group * outs * outPlane) * FLOAT;
    gatherPixels(scratch, from, imageBytes, outPlane, outs, 0, pixels);
    for (let c0 = firstChan; c0 < lastChan; c0 += CHANNELS) {
      const chanCount = min(CHANNELS, lastChan - c0);
      let to = products;
      for (let row = c0 * taps; row < (c0 + chanCount) * taps; row += ROWS) {
        const filters = packed + <usize>(group * panels + row / ROWS) * panelBytes;
        for (let column: usize = 0; column < rowBytes; column += TILE_ROW) {
          tilePacked(filters + VECTOR, scratch + column * <usize>outs, outs, to + column, rowBytes, filters);
        }
        to += <usize>ROWS * rowBytes;
      }
      for (let c = 0; c < chanCount; c++) {
        for (let image = 0; image < imageCount; image++) {
          const plane = ((image0 + image) * groups + group) * chans + c0 + c;
          const target = dx + <usize>plane * <usize>srcPlane * FLOAT;
          zeroFloats(target, srcPlane);
          let from = products + <usize>(c * taps) * rowBytes + <usize>(image * outPlane) * FLOAT;
          for (let kh = 0; kh < window.kH; kh++) {
            for (let kw = 0; kw < window.kW; kw++) {
              addTap(window, target, from, kh, kw, outH, outW);
              from += rowBytes;
            }
          }
        }
      }
    }
  }
}

/** plane[y · strideH + kh · dilationH − beforeH][likewise] += from[y][x], where there is such a pixel. */
function addTap(window: Window, plane: usize, from: usize, kh: i32, kw: i32, outH: i32, outW: i32): void {
  const stride = window.strideW;
  const left = kw * window.dilationW - window.beforeW;
  const first = left < 0 ? min(outW, (stride - 1 - left) / stride) : 0;
  const right = window.srcW - 1 - left;
  const last = right < 0 ? 0 : min(outW, right / stride + 1);
  for (let y = 0; y < outH; y++) {
    const row = y * window.strideH + kh * window.dilationH - window.beforeH;
    if (row >= 0 && row < window.srcH) {
      let to = plane + <usize>(row * window.srcW + left + first * stride) * FLOAT;
      for (let x = first; x < last; x++) {
        store<f32>(to, load<f32>(to) + load<f32>(from + <usize>x * FLOAT));
        to += <usize>stride * FLOAT;
      }
    }
    from += <usize>outW * FLOAT;
  }
}
