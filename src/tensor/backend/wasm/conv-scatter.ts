/** Host side of a strided convolution's gradient for its input, whose taps' products are added to the pixels they saw. */

import type { ConvGeometry } from "../backend.js";
import { withPacked } from "./conv.js";
import { paddedPlane, slideOf, withWindow } from "./conv-window.js";
import { wantedItems } from "./items.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";

/** Small maps are worked on together until there are so many pixels to share the filters that were fetched. */
const PIXELS = 128;

/** Gradients of one image in panels: larger ones leave the second-level cache. */
const GATHERED_BYTES = 1024 * 1024;

/** Channels of an item at least, so that its gradients are not gathered for few. */
const LEAST_CHANNELS = 16;

const gatheredBytes = (g: ConvGeometry, images: number): number =>
  (g.o / g.groups) * roundUp(images * g.outH * g.outW, 8) * 4;

/** As long as an image fits the cache. */
export const can = (g: ConvGeometry): boolean => gatheredBytes(g, 1) <= GATHERED_BYTES;

/** With a stride: otherwise all pixels see the same taps, and tiles of neighbours can sum them up. */
export const pays = (g: ConvGeometry): boolean => g.strideH * g.strideW > 1;

export function conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, g: ConvGeometry): void {
  const [chans, outs, taps] = [g.c / g.groups, g.o / g.groups, g.kH * g.kW];
  const images = Math.max(1, Math.min(g.n, Math.floor(PIXELS / (g.outH * g.outW))));
  let chansPerItem = roundUp(chans, 4);
  const items = () => ceilDiv(g.n, images) * g.groups * ceilDiv(chans, chansPerItem);
  const wanted = wantedItems(rt.threads);
  while (items() < wanted && chansPerItem > LEAST_CHANNELS) chansPerItem = roundUp(ceilDiv(chansPerItem, 2), 4);

  const productBytes = 4 * taps * roundUp(images * g.outH * g.outW, 8) * 4;
  const shape = [g.n, g.groups, chans, outs, g.outH, g.outW, images, chansPerItem];
  // A filter for each channel and tap, whose taps are the outputs.
  const rows = chans * taps;
  const filters = { first: w, bias: 0, group: outs * rows, out: 1, chan: 0, row: 0, column: rows };
  withPacked(rt, g.groups, rows, 1, [1, outs], filters, (packed) =>
    withWindow(rt, slideOf(g), paddedPlane(slideOf(g), g.outH), (window) => {
      const scratch = gatheredBytes(g, images) + productBytes;
      rt.run("convScatter", items(), [window, grad, packed, out, ...shape], scratch);
    }),
  );
}
