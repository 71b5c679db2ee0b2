/** Host side of pooling. */

import type { Backend, PoolGeometry, Storage } from "../backend.js";
import { groupOf } from "./items.js";
import { ceilDiv } from "./round.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";

/** Bytes of one sum. */
const DOUBLE = 8;

/** In the order of the kernels' `Pool`. */
function poolTable(g: PoolGeometry): number[] {
  const { planes, h, w, kH, kW, outH, outW, strideH, strideW, padH, padW, countIncludePad, divisorOverride = 0 } = g;
  const margins = countIncludePad ? [padH, padW] : [0, 0];
  const isHalving =
    [kH, kW, strideH, strideW].every((n) => n === 2) && padH + padW === 0 && 2 * outH <= h && 2 * outW <= w;
  const window = [kH, kW, outH, outW, strideH, strideW, padH, padW];
  return [planes, h, w, ...window, ...margins, divisorOverride, Number(isHalving)];
}

/** One work item is as many rows of the output as read some `BLOCK` elements. */
function forward(rt: Runtime, kernel: "maxPool2d" | "avgPool2d", x: Storage, g: PoolGeometry, scratchBytes = 0) {
  const group = groupOf(g.w * Math.min(g.kH, g.h));
  const items = ceilDiv(g.planes * g.outH, group);
  return rt.make(g.planes * g.outH * g.outW, (out) =>
    rt.withInts(poolTable(g), (table) => rt.run(kernel, items, [at(x), out, table, group], scratchBytes)),
  );
}

/** The largest of each two by two of planes of h × w. */
export function halved(rt: Runtime, x: Storage, planes: number, h: number, w: number): Storage {
  const window = { kH: 2, kW: 2, strideH: 2, strideW: 2, padH: 0, padW: 0, outH: h >> 1, outW: w >> 1 };
  return forward(rt, "maxPool2d", x, { planes, h, w, ...window, countIncludePad: false });
}

type Methods = "maxPool2d" | "maxPool2dGrad" | "avgPool2d" | "avgPool2dGrad";

export const pooling = (rt: Runtime): Pick<Backend, Methods> => {
  /** One work item is as many planes as hold some `BLOCK` elements: windows that overlap stay in one thread. */
  const backward = (kernel: "maxPool2dGrad" | "avgPool2dGrad", inputs: readonly Storage[], g: PoolGeometry) => {
    const group = groupOf(g.h * g.w);
    return rt.make(g.planes * g.h * g.w, (out) =>
      rt.withInts(poolTable(g), (table) =>
        rt.run(kernel, ceilDiv(g.planes, group), [...inputs.map(at), out, table, group]),
      ),
    );
  };

  return {
    maxPool2d: (x, geometry) => forward(rt, "maxPool2d", x, geometry),
    maxPool2dGrad: (g, x, y, geometry) => backward("maxPool2dGrad", [g, x, y], geometry),
    avgPool2d: (x, geometry) => forward(rt, "avgPool2d", x, geometry, geometry.w * DOUBLE),
    avgPool2dGrad: (g, geometry) => backward("avgPool2dGrad", [g], geometry),
  };
};
