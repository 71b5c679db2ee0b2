/** Host side of depthwise convolution: each group has one channel, so that there is no sum over channels to tile. */

import type { ConvGeometry } from "../backend.js";
import { sumAgain } from "./conv-weight-grad.js";
import { type PaddedPlane, paddedPlane, slideOf, withWindow } from "./conv-window.js";
import { roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";

/** Larger planes leave the second-level cache between one tap and the next; tiles cut them in bands. */
const PLANE_BYTES = 512 * 1024;

/** Filters of one channel: with more, tiles of four of them are full. */
const FILTERS = 2;

/** Each group must have one channel. */
export const can = (g: ConvGeometry): boolean => g.c === g.groups;

/** With so few filters a channel that a tile would be half empty, and planes that stay in the cache. */
export const pays = (g: ConvGeometry): boolean =>
  g.o / g.groups <= FILTERS && paddedPlane(slideOf(g), g.outH).bytes <= PLANE_BYTES;

/** Bytes of a plane of results, and of g, as wide as the padded plane; whole runs of vectors. */
const flatBytes = (plane: PaddedPlane): number => roundUp(plane.rows * plane.columns, 16) * 4 + 64;

interface Layout {
  readonly plane: PaddedPlane;
  readonly filters: number;
  readonly taps: number;
  /** The last arguments of every kernel. */
  readonly shape: readonly number[];
}

function layoutOf(g: ConvGeometry): Layout {
  const plane = paddedPlane(slideOf(g), g.outH);
  const filters = g.o / g.groups;
  return { plane, filters, taps: g.kH * g.kW, shape: [g.c, filters, g.outH, g.outW, flatBytes(plane)] };
}

export function conv2d(
  rt: Runtime,
  x: number,
  w: number,
  bias: number,
  out: number,
  g: ConvGeometry,
  epilogue: number,
): void {
  const { plane, taps, shape } = layoutOf(g);
  const scratch = plane.bytes + 2 * flatBytes(plane) + taps * 4;
  withWindow(rt, slideOf(g), plane, (window) =>
    rt.run("depthwiseConv", g.n * g.c, [window, x, w, bias, out, ...shape, epilogue], scratch),
  );
}

export function conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, g: ConvGeometry): void {
  const { plane, filters, taps, shape } = layoutOf(g);
  const phases = plane.phases[0] * plane.phases[1];
  const grads = filters * (flatBytes(plane) + plane.rows * plane.columns * 4);
  const scratch = grads + plane.bytes + flatBytes(plane) + filters * taps * 12 + (phases + 1) * 4;
  withWindow(rt, slideOf(g), plane, (window) =>
    rt.run("depthwiseInputGrad", g.n * g.c, [window, grad, w, out, ...shape], scratch),
  );
}

export function conv2dWeightGrad(rt: Runtime, x: number, grad: number, out: number, g: ConvGeometry): void {
  const { plane, filters, taps, shape } = layoutOf(g);
  const scratch = plane.bytes + 2 * flatBytes(plane) + (filters * 16 + 4) * roundUp(taps, 3);
  withWindow(rt, slideOf(g), plane, (window) => {
    rt.run("depthwiseWeightGrad", g.c, [window, x, grad, out, g.n, ...shape], scratch);
    sumAgain(rt, window, x, grad, out, g);
  });
}
