/** Host side of a convolution's gradient for its filters: how the sum over pixels is cut into parts. */

import type { ConvGeometry } from "../backend.js";
import { chunk, paddedPlane, slideOf, withWindow } from "./conv-window.js";
import { reduce } from "./reduce.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";

/** Bytes of padded planes that an item may hold: half of a second-level cache. */
const PLANES_BYTES = 512 * 1024;

/** Pixels of one dot product: four rows of them fit in half the first-level cache. */
const DOT_PIXELS = 1024;

/** Filters and channels of one item. */
const BLOCK = 64;

/** Items that the work is cut into at least, so that many threads find some; the geometry alone decides. */
const PARTS = 16;

/** The sum of parts of `size` numbers, which `compute` writes one behind the other to where it is told. */
export function sumParts(rt: Runtime, parts: number, size: number, out: number, compute: (to: number) => void): void {
  if (parts === 1) {
    compute(out);
    return;
  }
  rt.withBytes([parts * size * 4], (partial) => {
    compute(partial);
    reduce(rt, "sum", partial, out, { outer: 1, n: parts, inner: size });
  });
}

/** dw[o, c, kh, kw] = Σ g · x over all images and windows. */
export function conv2dWeightGrad(rt: Runtime, x: number, grad: number, out: number, g: ConvGeometry): void {
  const [chans, outs, taps] = [g.c / g.groups, g.o / g.groups, g.kH * g.kW];
  const slide = slideOf(g);
  const chansPerItem = ceilDiv(chans, ceilDiv(chans, BLOCK));
  const outsPerItem = roundUp(ceilDiv(outs, ceilDiv(outs, BLOCK)), 4);
  const most = chunk(slide, g.n, chansPerItem, DOT_PIXELS, PLANES_BYTES);
  const imagesPerChunk = most.images;
  const rowsPerChunk = Math.min(most.rows, ceilDiv(g.outH, ceilDiv(g.outH * g.outW, DOT_PIXELS)));

  const chunks = ceilDiv(g.n, imagesPerChunk) * ceilDiv(g.outH, rowsPerChunk);
  const blocks = g.groups * ceilDiv(outs, outsPerItem) * ceilDiv(chans, chansPerItem);
  const chunksPerPart = ceilDiv(chunks, Math.min(chunks, ceilDiv(PARTS, blocks)));
  const parts = ceilDiv(chunks, chunksPerPart);
  const size = g.o * chans * taps;

  const plane = paddedPlane(slide, rowsPerChunk);
  const columns = roundUp(chansPerItem * taps, 2);
  const vectors = imagesPerChunk * rowsPerChunk * ceilDiv(g.outW, 4);
  const scratch =
    1024 +
    (outsPerItem + 1) * columns * 4 +
    vectors * 4 +
    imagesPerChunk * chansPerItem * plane.bytes +
    vectors * outsPerItem * 16;
  const shape = [g.n, g.groups, chans, outs, g.outH, g.outW];
  const cut = [imagesPerChunk, rowsPerChunk, chunksPerPart, outsPerItem, chansPerItem];
  withWindow(rt, slide, plane, (window) => {
    sumParts(rt, parts, size, out, (partial) =>
      rt.run("convWeightGrad", parts * blocks, [window, x, grad, partial, ...shape, ...cut], scratch),
    );
    // Sums that pixels of other windows have made NaN.
    rt.run("convSumAgain", g.o, [window, x, grad, out, ...shape]);
  });
}
