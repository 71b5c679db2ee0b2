/** Pooling, composed: windows become the last axis of a view of the padded planes. */

import type { Composed, PoolGeometry, Primitives, Storage } from "../backend.js";
import { nansOf, placesOf } from "./arg-max.js";
import { calculate, type Sheet, type Values } from "./values.js";

/** As large as the last windows need, too, which may reach beyond the padding. */
const paddedShape = ({ planes, h, w, kH, kW, outH, outW, strideH, strideW, padH, padW }: PoolGeometry) => [
  planes,
  Math.max(h + 2 * padH, (outH - 1) * strideH + kH),
  Math.max(w + 2 * padW, (outW - 1) * strideW + kW),
];

/** The windows [planes, outH, outW, kH · kW] of planes x, with `padding` around them. */
function windowsOf(x: Values, geometry: PoolGeometry, padding: number): Values {
  const { planes, outH, outW, kH, kW, strideH, strideW, padH, padW } = geometry;
  const [, height, width] = paddedShape(geometry);
  const padded = x.pad([planes, height, width], [0, padH, padW], [1, 1, 1], padding);
  const strides = [height * width, strideH * width, strideW, width, 1];
  return padded.view([planes, outH, outW, kH, kW], strides).reshape([planes, outH, outW, kH * kW]);
}

/** Where in a padded plane each element of its windows [outH, outW, kH, kW] lies. */
function positionsOf(geometry: PoolGeometry): Int32Array {
  const { outH, outW, kH, kW, strideH, strideW } = geometry;
  const [, , width] = paddedShape(geometry);
  const positions = new Int32Array(outH * outW * kH * kW);
  let at = 0;
  for (let i = 0; i < outH; i++) {
    for (let j = 0; j < outW; j++) {
      for (let u = 0; u < kH; u++) {
        for (let v = 0; v < kW; v++) positions[at++] = (i * strideH + u) * width + j * strideW + v;
      }
    }
  }
  return positions;
}

/** The adjoint of `windowsOf`: every element of a window is added to the pixel that it was read from. */
function sumOfWindows(windows: Values, geometry: PoolGeometry): Storage {
  const { planes, h, w, padH, padW } = geometry;
  const [, height, width] = paddedShape(geometry);
  const padded = windows.indexAdd(positionsOf(geometry), { outer: planes, n: height * width, inner: 1 });
  return padded.view([planes, h, w], [height * width, width, 1], padH * width + padW).keep();
}

const planesOf = (sheet: Sheet, x: Storage, { planes, h, w }: PoolGeometry) => sheet.given(x, [planes, h, w]);

const outputsOf = (sheet: Sheet, y: Storage, { planes, outH, outW }: PoolGeometry) =>
  sheet.given(y, [planes, outH, outW, 1]);

/** 1 for each element of a window that lies in the plane, 0 for padding. */
function insideOf(sheet: Sheet, geometry: PoolGeometry): Values {
  const { h, w } = geometry;
  return windowsOf(sheet.fill([1, h, w], 1), { ...geometry, planes: 1 }, 0);
}

/**
 * A number for each element of a window, of which the lowest is that of the winner: its place in the window, behind all
 * places where it is not the maximum, and before them where it is NaN, the last NaN first.
 */
function ranksOf(sheet: Sheet, windows: Values, maxima: Values, geometry: PoolGeometry): Values {
  const taps = geometry.kH * geometry.kW;
  // Padding loses against an element of −Infinity, too.
  const places = placesOf(sheet, windows.eq(maxima).mul(insideOf(sheet, geometry)));
  const nansFirst = sheet.counts(taps).add(taps).mul(-2);
  return places.add(nansOf(windows).mul(nansFirst));
}

/** What the sum of each window is divided by. */
function divisors(sheet: Sheet, geometry: PoolGeometry): Values | number {
  const { h, w, padH, padW, countIncludePad, divisorOverride } = geometry;
  if (divisorOverride) return divisorOverride;
  const counted = countIncludePad ? { h: h + 2 * padH, w: w + 2 * padW, padH: 0, padW: 0 } : {};
  return insideOf(sheet, { ...geometry, ...counted }).sum(3);
}

type Pooling = "maxPool2d" | "maxPool2dGrad" | "avgPool2d" | "avgPool2dGrad";

export const pool2d = (backend: Primitives): Pick<Composed, Pooling> => ({
  maxPool2d: (x, geometry) =>
    calculate(backend, (sheet) =>
      windowsOf(planesOf(sheet, x, geometry), geometry, -Infinity)
        .max(3)
        .keep(),
    ),

  maxPool2dGrad: (g, x, y, geometry) =>
    calculate(backend, (sheet) => {
      const windows = windowsOf(planesOf(sheet, x, geometry), geometry, -Infinity);
      const ranks = ranksOf(sheet, windows, outputsOf(sheet, y, geometry), geometry);
      const winners = ranks.eq(ranks.min(3));
      return sumOfWindows(winners.mul(outputsOf(sheet, g, geometry)), geometry);
    }),

  avgPool2d: (x, geometry) =>
    calculate(backend, (sheet) => {
      const sums = windowsOf(planesOf(sheet, x, geometry), geometry, 0).sum(3);
      return sums.div(divisors(sheet, geometry)).keep();
    }),

  avgPool2dGrad: (g, geometry) =>
    calculate(backend, (sheet) => {
      const shares = outputsOf(sheet, g, geometry).div(divisors(sheet, geometry));
      const { planes, outH, outW, kH, kW } = geometry;
      const spread = shares.view([planes, outH, outW, kH * kW], [outH * outW, outW, 1, 0]);
      return sumOfWindows(spread, geometry);
    }),
});
