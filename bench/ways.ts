/** The ways in which the `wasm` backend convolves: which one a convolution takes, and how much is left to multiply by it. */

import type { ConvGeometry } from "../src/tensor/backend/backend.js";
import {
  type ConvUse,
  folded,
  type Pass,
  type WayName,
  wayNames,
  wayOf,
} from "../src/tensor/backend/wasm/conv-choice.js";
import { multiplications } from "../src/tensor/backend/wasm/winograd.js";

export { type WayName, wayNames };

export interface ConvCall {
  readonly geometry: ConvGeometry;
  readonly pass: Pass;
}

/** By this way wherever it can be, and by tiles elsewhere; as is fastest if none is named. */
export function onlyBy(only: WayName | undefined): ConvUse {
  if (only === undefined) return {};
  const use = wayNames.filter((name) => name !== "direct").map((name) => [name, name === only ? "always" : "never"]);
  // Eight points, which are asked before six and can do as much, are only asked where six may be.
  return { ...Object.fromEntries(use), ...(only === "eightPoints" ? { winograd: "auto" } : {}) };
}

/** Along one axis: pairs of a window's place and a tap of it that does not lie in the padding. */
function tapsOnMap(size: number, windows: number, taps: number, stride: number, pad: number, dilation: number): number {
  let count = 0;
  for (let i = 0; i < windows; i++) {
    for (let k = 0; k < taps; k++) {
      const at = i * stride + k * dilation - pad;
      if (at >= 0 && at < size) count++;
    }
  }
  return count;
}

/** Multiplications for each channel and filter. */
function workOf(g: ConvGeometry, way: WayName): number {
  if (way === "eightPoints") return multiplications(g, 8);
  if (way === "winograd") return multiplications(g, 6);
  if (way === "images") {
    const rows = tapsOnMap(g.h, g.outH, g.kH, g.strideH, g.padH, g.dilationH);
    return g.n * rows * tapsOnMap(g.w, g.outW, g.kW, g.strideW, g.padW, g.dilationW);
  }
  return g.n * g.outH * g.outW * g.kH * g.kW;
}

/** The way of a convolution, and how many times fewer multiplications it takes than the definition. */
export function wayTaken({ geometry, pass }: ConvCall, use: ConvUse): { way: WayName; saving: number } {
  const way = wayOf(folded(geometry), use, pass);
  return { way, saving: workOf(geometry, "direct") / workOf(geometry, way) };
}
