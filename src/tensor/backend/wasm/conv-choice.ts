/** Convolution: the ways to compute it and its gradients, and which of them a convolution takes. */

import type { Backend, ConvGeometry } from "../backend.js";
import { conv2d, conv2dInputGrad } from "./conv.js";
import * as images from "./conv-images.js";
import * as pixels from "./conv-pixels.js";
import type { ConvWay } from "./conv-way.js";
import { conv2dWeightGrad } from "./conv-weight-grad.js";
import * as depthwise from "./depthwise.js";
import { withEpilogue } from "./epilogue.js";
import { fill } from "./move.js";
import { halved } from "./pool.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";
import { winograd } from "./winograd.js";

/** When to take a way: where it is faster, wherever it can be, or never. */
export type WayUse = "auto" | "always" | "never";

/** For each way but the one that can be taken always, when to take it. */
interface WaysUse {
  /** By Winograd's algorithm, with tiles of six points. Default auto. */
  readonly winograd?: WayUse;
  /** By Winograd's algorithm, with tiles of eight points. Default auto; never where `winograd` is. */
  readonly eightPoints?: WayUse;
  /** By 1×1 filters, as a matrix product of any pixels that follow each other. Default auto. */
  readonly pixels?: WayUse;
  /** Eight images at a time, pixel by pixel. Default auto. */
  readonly images?: WayUse;
  /** Four channels at a time, where each group has one. Default auto. */
  readonly depthwise?: WayUse;
}

/** When to take what is faster. */
export interface ConvUse extends WaysUse {
  /** Norms, activations and pools in the pass of the convolution before them, where that can be: "never", or whenever. */
  readonly epilogue?: WayUse;
}

/** By tiles of four filters and eight pixels: every convolution, if no other way fits. */
const direct: ConvWay = { can: () => true, pays: () => true, conv2d, conv2dInputGrad, conv2dWeightGrad };

export type WayName = keyof WaysUse | "direct";

/** In the order in which they are asked. */
const ways: Record<WayName, ConvWay> = {
  depthwise,
  images,
  eightPoints: winograd(8),
  winograd: winograd(6),
  pixels,
  direct,
};

export const wayNames = Object.keys(ways) as WayName[];

function whenToTake(name: WayName, use: WaysUse): WayUse {
  if (name === "direct") return "always";
  if (name === "eightPoints" && use.winograd === "never") return "never";
  return use[name] ?? "auto";
}

export type Pass = "conv2d" | "conv2dInputGrad" | "conv2dWeightGrad";

/** The way that a convolution takes, or its gradient. */
export function wayOf(geometry: ConvGeometry, use: WaysUse, pass: Pass = "conv2d"): WayName {
  return wayNames.find((name) => {
    const [way, when] = [ways[name], whenToTake(name, use)];
    return way[pass] && when !== "never" && way.can(geometry) && (when === "always" || way.pays(geometry));
  })!;
}

const by = <P extends Pass>(pass: P, geometry: ConvGeometry, use: WaysUse): NonNullable<ConvWay[P]> =>
  ways[wayOf(geometry, use, pass)][pass]!;

/** Pixels of a folded row: few enough that bands of rows still fit the caches. */
const LONGEST_ROW = 256;

/** A 1×1 filter does not see where rows end: planes are folded into rows that tiles of eight pixels fill. */
export function folded(g: ConvGeometry): ConvGeometry {
  const isPointwise = g.kH * g.kW * g.strideH * g.strideW === 1 && g.padH + g.padW === 0;
  if (!isPointwise) return g;
  const pixels = g.h * g.w;
  let columns = LONGEST_ROW;
  while (columns > 0 && pixels % columns !== 0) columns -= 8;
  if (columns === 0) columns = pixels <= LONGEST_ROW ? pixels : g.w;
  const rows = pixels / columns;
  return { ...g, h: rows, w: columns, outH: rows, outW: columns };
}

export const convolution = (rt: Runtime, use: ConvUse): Pick<Backend, "hasEpilogues" | Pass> => ({
  hasEpilogues: use.epilogue !== "never",

  conv2d(x, w, bias, given, epilogue = {}) {
    const geometry = folded(given);
    const { n, o, outH, outW } = given;
    const { conv2d, conv2dHalved } = ways[wayOf(geometry, use)];
    const convolve = (compute: ConvWay["conv2d"], pixels: number) =>
      rt.make(n * o * pixels, (out) => {
        const pointers = [at(x), at(w), bias ? at(bias) : 0, out] as const;
        withEpilogue(rt, epilogue, o, (then) => compute(rt, pointers, geometry, then));
      });
    if (epilogue.halves && conv2dHalved) return convolve(conv2dHalved, (outH >> 1) * (outW >> 1));
    const y = convolve(conv2d, outH * outW);
    if (!epilogue.halves) return y;
    try {
      return halved(rt, y, n * o, outH, outW);
    } finally {
      rt.free(y);
    }
  },

  conv2dInputGrad(g, w, given) {
    const geometry = folded(given);
    const { n, c, h, w: width } = geometry;
    const conv2dInputGrad = by("conv2dInputGrad", geometry, use);
    return rt.make(n * c * h * width, (out) => conv2dInputGrad(rt, at(g), at(w), out, geometry));
  },

  conv2dWeightGrad(x, g, given) {
    const geometry = folded(given);
    const { n, o, c, groups, kH, kW } = geometry;
    const size = (o * c * kH * kW) / groups;
    const conv2dWeightGrad = by("conv2dWeightGrad", geometry, use);
    return rt.make(size, (out) => {
      // A sum over no images has nothing that could be cut into parts.
      if (n === 0) fill(rt, out, size, 0);
      else conv2dWeightGrad(rt, at(x), at(g), out, geometry);
    });
  },
});
