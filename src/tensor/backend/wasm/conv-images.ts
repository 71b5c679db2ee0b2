/** Host side of convolution of small maps and its input gradient, eight images at a time. */

import type { ConvGeometry } from "../backend.js";
import type { ConvPointers } from "./conv-way.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";
import * as winograd from "./winograd.js";

/** Images of a panel. */
const IMAGES = 8;

/** Channels and outputs at least: a sum over fewer channels is a tile's, without the room that filters and panels take. */
const LEAST_CHANNELS = 16;

/** Bytes of all images' pixels of eight channels: a part of the second-level cache. */
const PANEL_BYTES = 256 * 1024;

/** With more tiles than these, bringing filters to Winograd's points pays. */
const FEW_TILES = 12;

/** Outputs of an item at least, so that its pixels are not gathered for few. */
const LEAST_OUTS = 16;

/** As long as there are no groups. */
export const can = (g: ConvGeometry): boolean => g.groups === 1;

/** With lanes and a cache that images fill, where neither Winograd nor pixels of all images together are faster. */
export function pays(g: ConvGeometry): boolean {
  const isFull = g.n >= 0.75 * roundUp(g.n, IMAGES) && Math.min(g.c, g.o) >= LEAST_CHANNELS;
  const fits = g.h * g.w * g.n * IMAGES * 4 <= PANEL_BYTES;
  const isPointwise = g.kH * g.kW * g.strideH * g.strideW === 1;
  const isFast = winograd.can(g) && g.n * ceilDiv(g.outH, 7 - g.kH) * ceilDiv(g.outW, 7 - g.kW) > FEW_TILES;
  return can(g) && isFull && fits && !isPointwise && !isFast;
}

/** Which pixel of the input each output sees, by which tap; see the kernels. */
function pairsOf(g: ConvGeometry, fromInput: boolean): Int32Array {
  const starts = [0];
  const pairs: number[] = [];
  for (let kh = 0; kh < g.kH; kh++) {
    for (let kw = 0; kw < g.kW; kw++) {
      for (let i = 0; i < g.outH * g.outW; i++) {
        const y = Math.floor(i / g.outW) * g.strideH + kh * g.dilationH - g.padH;
        const x = (i % g.outW) * g.strideW + kw * g.dilationW - g.padW;
        if (y < 0 || y >= g.h || x < 0 || x >= g.w) continue;
        if (fromInput) pairs.push(y * g.w + x, i);
        else pairs.push(i, y * g.w + x);
      }
      starts.push(pairs.length / 2);
    }
  }
  return Int32Array.from([...starts, ...pairs]);
}

export function conv2d(rt: Runtime, pointers: ConvPointers, g: ConvGeometry, epilogue: number): void {
  const shape = [g.n, g.c, g.o, g.h * g.w, g.outH * g.outW] as const;
  const taps = g.kH * g.kW;
  multiply(rt, pairsOf(g, true), pointers, shape, taps, [g.c * taps, taps], epilogue);
}

/** The same with inputs and outputs exchanged, whatever the stride. */
export function conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, g: ConvGeometry): void {
  const shape = [g.n, g.o, g.c, g.outH * g.outW, g.h * g.w] as const;
  const taps = g.kH * g.kW;
  multiply(rt, pairsOf(g, false), [grad, w, 0, out], shape, taps, [taps, g.c * taps], 0);
}

function multiply(
  rt: Runtime,
  pairs: Int32Array,
  pointers: readonly number[],
  shape: readonly [images: number, chans: number, outs: number, sources: number, targets: number],
  taps: number,
  strides: readonly [out: number, chan: number],
  epilogue: number,
): void {
  const [images, chans, outs, sources, targets] = shape;
  const blocks = ceilDiv(images, IMAGES);
  const wanted = rt.threads === 1 ? 1 : 4 * rt.threads;
  let outsPerItem = roundUp(outs, 4);
  while (blocks * ceilDiv(outs, outsPerItem) < wanted && outsPerItem > LEAST_OUTS) {
    outsPerItem = roundUp(ceilDiv(outsPerItem, 2), 4);
  }
  const scratch = targets * 128 + taps * (chans * 16 + 64) + sources * (chans * 32 + 64);
  rt.withInts(pairs, (list) => {
    const given = [list, ...pointers, ...shape, taps, ...strides, outsPerItem, epilogue];
    rt.run("convImages", blocks * ceilDiv(outs, outsPerItem), given, scratch);
  });
}
