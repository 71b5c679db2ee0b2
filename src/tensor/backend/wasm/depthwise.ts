/** Host side of depthwise convolution: each group has one channel, so that there is no sum over channels to tile. */

import type { ConvGeometry } from "../backend.js";
import type { ConvPointers } from "./conv-way.js";
import { paddedPlane, slideOf, withWindow } from "./conv-window.js";
import { ceilDiv } from "./round.js";
import type { Runtime } from "./runtime.js";

const VECTOR = 16;

/** Bytes of a band of rows of four planes, before and after: most of a first-level cache. */
const BAND_BYTES = 24 * 1024;

/** Strides and reaches of filters at most: the room that rows take grows with them. */
const FARTHEST = 256;

const reachOf = (kernel: number, dilation: number): number => Math.max(0, kernel - 1) * dilation;

/** Each group must have one channel and one filter, which sees pixels that lie together. */
export function can(g: ConvGeometry): boolean {
  const reach = Math.max(reachOf(g.kH, g.dilationH), reachOf(g.kW, g.dilationW));
  return g.c === g.groups && g.o === g.groups && Math.max(reach, g.strideH, g.strideW) <= FARTHEST;
}

/** With channels to fill some lanes. */
export const pays = (g: ConvGeometry): boolean => g.c > 1;

/** Rows that are worked on together: as many as fit, if each takes so many vectors, and in bands of the same height. */
function bandOf(rows: number, vectors: number): number {
  const most = Math.max(1, Math.floor(BAND_BYTES / (vectors * VECTOR)));
  return ceilDiv(rows, ceilDiv(rows, most));
}

function run(
  rt: Runtime,
  kernel: "depthwiseConv" | "depthwiseInputGrad" | "depthwiseWeightGrad",
  items: number,
  pointers: readonly number[],
  g: ConvGeometry,
  [columns, band, vectors]: readonly number[],
  more: readonly number[] = [],
): void {
  const plane = paddedPlane(slideOf(g), g.outH);
  const shape = [g.n, g.c, g.outH, g.outW, columns, band];
  withWindow(rt, slideOf(g), plane, (window) =>
    rt.run(kernel, items, [window, ...pointers, ...shape, ...more], vectors * VECTOR),
  );
}

/** Columns of the padded planes, rows of a band of windows, and the vectors of scratch that these take with results. */
function windowsOf(g: ConvGeometry): [columns: number, band: number, vectors: number] {
  const columns = (g.outW - 1) * g.strideW + reachOf(g.kW, g.dilationW) + 1;
  const band = bandOf(g.outH, g.strideH * columns + g.outW);
  const seen = (band - 1) * g.strideH + reachOf(g.kH, g.dilationH) + 1;
  const taps = 3 * (g.kH * g.kW + 3);
  return [columns, band, seen * columns + band * g.outW + taps + 4 * g.strideW + 16];
}

export function conv2d(rt: Runtime, pointers: ConvPointers, g: ConvGeometry, epilogue: number): void {
  run(rt, "depthwiseConv", g.n * ceilDiv(g.c, 4), pointers, g, windowsOf(g), [epilogue]);
}

export function conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, g: ConvGeometry): void {
  const reachH = Math.floor(reachOf(g.kH, g.dilationH) / g.strideH);
  const reachW = Math.floor(reachOf(g.kW, g.dilationW) / g.strideW);
  const columns = reachW + Math.floor((g.w - 1 + g.padW) / g.strideW) + 1;
  const band = bandOf(g.h, g.w + columns / g.strideH);
  const seen = Math.floor((band - 1) / g.strideH) + reachH + 2;
  const taps = 4 * g.kH * g.kW + g.strideH * g.strideW;
  const vectors = band * g.w + seen * columns + 4 + taps + 4 * g.strideW + 16;
  run(rt, "depthwiseInputGrad", g.n * ceilDiv(g.c, 4), [grad, w, out], g, [columns, band, vectors]);
}

export function conv2dWeightGrad(rt: Runtime, x: number, grad: number, out: number, g: ConvGeometry): void {
  run(rt, "depthwiseWeightGrad", ceilDiv(g.c, 4), [x, grad, out], g, windowsOf(g));
}
