/** Host side of pooling. */

import type { PoolGeometry } from "../backend.js";
import { groupOf } from "./items.js";
import { ceilDiv } from "./round.js";
import type { Runtime } from "./runtime.js";

/** Bytes of one sum. */
const DOUBLE = 8;

/** In the order of the kernels' `Pool`. */
function poolTable(g: PoolGeometry): number[] {
  const sizes = [g.planes, g.h, g.w, g.kH, g.kW, g.outH, g.outW];
  return [...sizes, g.strideH, g.strideW, g.padH, g.padW, Number(g.countIncludePad)];
}

/** One work item is as many rows of the output as read some `BLOCK` elements. */
function forward(
  rt: Runtime,
  kernel: "maxPool2d" | "avgPool2d",
  x: number,
  y: number,
  g: PoolGeometry,
  scratchBytes = 0,
): void {
  const group = groupOf(g.w * Math.min(g.kH, g.h));
  rt.withInts(poolTable(g), (table) => {
    rt.run(kernel, ceilDiv(g.planes * g.outH, group), [x, y, table, group], scratchBytes);
  });
}

/** One work item is as many planes as hold some `BLOCK` elements: windows that overlap stay in one thread. */
function backward(
  rt: Runtime,
  kernel: "maxPool2dGrad" | "avgPool2dGrad",
  pointers: readonly number[],
  g: PoolGeometry,
): void {
  const group = groupOf(g.h * g.w);
  rt.withInts(poolTable(g), (table) => {
    rt.run(kernel, ceilDiv(g.planes, group), [...pointers, table, group]);
  });
}

export function maxPool2d(rt: Runtime, x: number, y: number, geometry: PoolGeometry): void {
  forward(rt, "maxPool2d", x, y, geometry);
}

export function maxPool2dGrad(rt: Runtime, g: number, x: number, y: number, gx: number, geometry: PoolGeometry): void {
  backward(rt, "maxPool2dGrad", [g, x, y, gx], geometry);
}

export function avgPool2d(rt: Runtime, x: number, y: number, geometry: PoolGeometry): void {
  forward(rt, "avgPool2d", x, y, geometry, geometry.w * DOUBLE);
}

export function avgPool2dGrad(rt: Runtime, g: number, gx: number, geometry: PoolGeometry): void {
  backward(rt, "avgPool2dGrad", [g, gx], geometry);
}
