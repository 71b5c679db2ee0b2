/**
 * Convolution of small maps and its gradient for the input, with a lane for each of eight images: products of filters with single
 * pixels, which need no padding, leave no tap of an edge to multiply, and know nothing of strides.
 *
 * Which pixel sees which, by which tap, is a list: [first pair of each tap, …, number of pairs | source, target, …].
 */

import { finish } from "./epilogue";
import { packFour, unpackFour } from "./pack";
import { FLOAT, VECTOR } from "./simd";
import { ROWS, TILE_BYTES, TILE_ROW, tilePacked } from "./tile";

/** Images of a panel. */
const IMAGES: i32 = 8;

/** Bytes from one pixel, or tap, to the next: one cache line more, so that they do not fall on the same sets of the cache. */
// @ts-ignore: decorator
@inline
function spaced(bytes: usize): usize {
  return bytes + 64;
}

/**
 * y[image, o, target] = bias[o] + Σ_(source, target) of a tap Σ_c w[o, c, tap] · x[image, c, source].
 *
 * One item is `outsPerItem` outputs of eight images. w[o, c] is at o · outStride + c · chanStride elements. `then` is an
 * epilogue, or 0.
 */
export function convImages(
  scratch: usize,
  begin: i32,
  end: i32,
  pairs: usize,
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  images: i32,
  chans: i32,
  outs: i32,
  sources: i32,
  targets: i32,
  taps: i32,
  outStride: usize,
  chanStride: usize,
  outsPerItem: i32,
  then: usize,
): void {
  const sourcePlane = <usize>sources * FLOAT;
  const targetPlane = <usize>targets * FLOAT;
  const pixelStep = spaced(<usize>chans * TILE_ROW);
  const tapStep = spaced(<usize>chans * VECTOR);
  const tiles = scratch;
  const filters = tiles + <usize>targets * TILE_BYTES;
  const panels = filters + <usize>taps * tapStep;
  const list = pairs + (<usize>(taps + 1) << 2);
  const outBlocks = (outs + outsPerItem - 1) / outsPerItem;
  for (let item = begin; item < end; item++) {
    const image = (item / outBlocks) * IMAGES;
    const count = min(IMAGES, images - image);
    const source = x + <usize>(image * chans) * sourcePlane;
    for (let c = <usize>0; c < <usize>chans; c++) {
      const half = <usize>(4 * chans) * sourcePlane;
      const from = source + c * sourcePlane;
      const to = panels + c * TILE_ROW;
      packFour(to, pixelStep, from, count, <usize>chans * sourcePlane, sources, FLOAT);
      packFour(to + VECTOR, pixelStep, from + half, count - 4, <usize>chans * sourcePlane, sources, FLOAT);
    }
    const firstOut = (item % outBlocks) * outsPerItem;
    for (let o = firstOut; o < min(outs, firstOut + outsPerItem); o += ROWS) {
      const rows = min(ROWS, outs - o);
      for (let c = <usize>0; c < <usize>chans; c++) {
        const from = w + (<usize>o * outStride + c * chanStride) * FLOAT;
        packFour(filters + c * VECTOR, tapStep, from, rows, outStride * FLOAT, taps, FLOAT);
      }
      for (let r = 0; r < ROWS; r++) {
        const start = f32x4.splat(bias && r < rows ? load<f32>(bias + <usize>(o + r) * FLOAT) : 0);
        const first = tiles + <usize>r * TILE_ROW;
        for (let to = first; to < first + <usize>targets * TILE_BYTES; to += TILE_BYTES) {
          v128.store(to, start);
          v128.store(to, start, VECTOR);
        }
      }
      for (let tap = 0; tap < taps; tap++) {
        const counts = pairs + (<usize>tap << 2);
        const stop = list + (<usize>load<i32>(counts, 4) << 3);
        for (let pair = list + (<usize>load<i32>(counts) << 3); pair < stop; pair += 8) {
          const from = panels + <usize>load<i32>(pair) * pixelStep;
          const to = tiles + <usize>load<i32>(pair, 4) * TILE_BYTES;
          tilePacked(filters + <usize>tap * tapStep, from, chans, to, TILE_ROW, 0);
        }
      }
      const outImage = <usize>outs * targetPlane;
      for (let r = 0; r < rows; r++) {
        const to = y + <usize>(image * outs + o + r) * targetPlane;
        const from = tiles + <usize>r * TILE_ROW;
        unpackFour(to, outImage, from, TILE_BYTES, min(4, count), targets);
        unpackFour(to + 4 * outImage, outImage, from + VECTOR, TILE_BYTES, count - 4, targets);
        if (!then) continue;
        for (let i = <usize>0; i < <usize>count; i++) finish(then, to + i * outImage, targets, o + r, -0.0);
      }
    }
  }
}
