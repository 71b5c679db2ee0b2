/** What pools have in common: their options, and how their windows lie. */

import { aBoolean, type OptionKinds } from "../../arguments.js";
import type { PoolGeometry } from "../../backend/backend.js";
import { formatShape, type Shape, ShapeError } from "../../shape.js";
import { aPair, type Pair, pairOf, stepsOf, windowCount } from "../window.js";

export interface Pool2dOptions {
  /** Step of the window. Default: the window's own size. */
  stride?: Pair;
  /** Added on every side, at most half the window. Default 0. */
  padding?: Pair;
  /** The last windows may reach beyond the padding, so that no pixel is left out. Default false. */
  ceilMode?: boolean;
}

export const poolKinds: OptionKinds<Pool2dOptions> = { stride: aPair, padding: aPair, ceilMode: aBoolean };

/** What only the largest elements have. */
interface Dilation {
  dilation?: Pair;
}

/** What only averages have. */
type Divisors = Partial<Pick<PoolGeometry, "countIncludePad" | "divisorOverride">>;

/**
 * The window of `who` and how it moves, along both axes.
 * @throws ShapeError when one of its numbers is no size, or more than half of it would lie on padding
 */
export function poolWindow(
  who: string,
  kernelSize: Pair,
  { stride = kernelSize, padding, dilation }: Pool2dOptions & Dilation,
) {
  const [kH, kW] = pairOf(kernelSize, 1, `${who}: kernelSize`);
  const steps = stepsOf(who, { stride, padding, dilation });
  const { padH, padW } = steps;
  if (2 * padH > kH || 2 * padW > kW) {
    throw new ShapeError(`${who}: padding [${padH}, ${padW}] is more than half the window [${kH}, ${kW}]`);
  }
  return { kH, kW, ...steps };
}

export function poolGeometry(
  name: string,
  x: Shape,
  kernelSize: Pair,
  options: Pool2dOptions & Dilation & Divisors,
): PoolGeometry {
  if (x.length !== 4) {
    throw new ShapeError(`${name}: expected an input of 4 axes (N, C, H, W), got ${formatShape(x)}`);
  }
  const [n, c, h, w] = x;
  if (h === 0 || w === 0) throw new ShapeError(`${name}: the input ${formatShape(x)} has no pixels`);
  const { ceilMode, countIncludePad = true, divisorOverride } = options;
  const { dilationH, dilationW, ...window } = poolWindow(name, kernelSize, options);
  const { kH, kW, strideH, strideW, padH, padW } = window;
  const outH = windowCount(h, kH, strideH, padH, dilationH, ceilMode);
  const outW = windowCount(w, kW, strideW, padW, dilationW, ceilMode);
  if (outH < 1 || outW < 1) {
    const spans = [dilationH * (kH - 1) + 1, dilationW * (kW - 1) + 1];
    const [axis, k, size] = outH < 1 ? ["H", spans[0], h + 2 * padH] : ["W", spans[1], w + 2 * padW];
    throw new ShapeError(
      `${name}: the window spans ${k} along ${axis}, the padded input ${formatShape(x)} has ${size}`,
    );
  }
  return { planes: n * c, h, w, outH, outW, ...window, countIncludePad, divisorOverride };
}

export function pooledShape(x: Shape, { outH, outW }: PoolGeometry): Shape {
  return [x[0], x[1], outH, outW];
}
