/** Host side of convolution by 1×1 filters, as a matrix product with the planes as they lie, and of its input gradient. */

import type { ConvGeometry } from "../backend.js";
import type { ConvPointers } from "./conv-way.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";

/** Bytes of an item's pixels: in the first-level cache, if these are pixels enough to share the filters that were fetched; */
const NEAR_BYTES = 16 * 1024;
const LEAST_PANELS = 16;

/** and never more than a part of the second-level cache. */
const MOST_BYTES = 256 * 1024;

/** Outputs of an item at least, so that its pixels are not gathered for few. */
const LEAST_OUTS = 16;

/** 1×1 filters that see every pixel; tiles have four rows, of channels and of outputs in the gradient. */
export function can(g: ConvGeometry): boolean {
  const isPointwise = g.kH * g.kW * g.strideH * g.strideW * g.groups === 1 && g.padH + g.padW === 0;
  return isPointwise && g.c % 4 === 0 && g.o % 4 === 0;
}

export const pays = can;

export function conv2d(rt: Runtime, pointers: ConvPointers, g: ConvGeometry, epilogue: number): void {
  multiply(rt, pointers, g, g.c, g.o, [g.c, 1], epilogue);
}

/** The same with channels and outputs exchanged. */
export function conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, g: ConvGeometry): void {
  multiply(rt, [grad, w, 0, out], g, g.o, g.c, [1, g.c], 0);
}

function multiply(
  rt: Runtime,
  pointers: readonly number[],
  g: ConvGeometry,
  chans: number,
  outs: number,
  strides: readonly [out: number, chan: number],
  epilogue: number,
): void {
  const plane = g.h * g.w;
  const panelBytes = chans * 32;
  const total = ceilDiv(g.n * plane, 8);
  const near = Math.max(LEAST_PANELS, Math.floor(NEAR_BYTES / panelBytes));
  let panels = Math.min(total, near, Math.max(1, Math.floor(MOST_BYTES / panelBytes)));
  // So many more that items end with their planes, where these are whole panels.
  while (plane % 8 === 0 && plane % (8 * panels) && plane > 8 * panels) panels++;
  let outsPerItem = outs;
  const items = () => ceilDiv(total, panels) * ceilDiv(outs, outsPerItem);
  const wanted = rt.threads === 1 ? 1 : 4 * rt.threads;
  while (items() < wanted && outsPerItem > LEAST_OUTS) outsPerItem = roundUp(ceilDiv(outsPerItem, 2), 4);
  const shape = [g.n, chans, outs, plane, ...strides, panels, outsPerItem, +rt.relaxed, epilogue];
  rt.run("convPixels", items(), [...pointers, ...shape], (panels + 1) * (panelBytes + 192));
}
