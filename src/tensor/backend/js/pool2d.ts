/** Pooling: each output is a window of the input, cut off at the borders. */

import type { Backend, FloatArray, PoolGeometry } from "../backend.js";
import { type Make, values } from "./memory.js";

/**
 * Calls `visit` with each output's position and, row by row, the positions of its window that lie in the input, and with
 * how many of its elements do or lie on padding.
 */
function eachWindow(geometry: PoolGeometry, visit: (y: number, window: number[], padded: number) => void): void {
  const { planes, h, w, kH, kW, outH, outW, strideH, strideW, padH, padW } = geometry;
  for (let plane = 0; plane < planes; plane++) {
    for (let i = 0; i < outH; i++) {
      for (let j = 0; j < outW; j++) {
        const window: number[] = [];
        const top = i * strideH - padH;
        const left = j * strideW - padW;
        for (let row = Math.max(top, 0); row < Math.min(top + kH, h); row++) {
          for (let column = Math.max(left, 0); column < Math.min(left + kW, w); column++) {
            window.push((plane * h + row) * w + column);
          }
        }
        const padded = (Math.min(top + kH, h + padH) - top) * (Math.min(left + kW, w + padW) - left);
        visit((plane * outH + i) * outW + j, window, padded);
      }
    }
  }
}

/** The first of the window's largest elements; where it has NaN, the last NaN. */
function winner(x: FloatArray, window: number[]): number {
  return window.reduce((best, at) => (x[at] > x[best] || Number.isNaN(x[at]) ? at : best));
}

/** What the sum of a window is divided by. */
function divisor(window: number[], padded: number, { countIncludePad, divisorOverride }: PoolGeometry): number {
  return divisorOverride ?? (countIncludePad ? padded : window.length);
}

type Methods = "maxPool2d" | "maxPool2dGrad" | "avgPool2d" | "avgPool2dGrad";

export const pooling = (make: Make): Pick<Backend, Methods> => ({
  maxPool2d(xStorage, geometry) {
    const x = values(xStorage);
    return make(geometry.planes * geometry.outH * geometry.outW, (out) => {
      eachWindow(geometry, (y, window) => {
        out[y] = window.reduce((largest, at) => Math.max(largest, x[at]), -Infinity);
      });
    });
  },

  maxPool2dGrad(gStorage, xStorage, _y, geometry) {
    const [g, x] = [gStorage, xStorage].map(values);
    return make(x.length, (out) => {
      eachWindow(geometry, (y, window) => {
        out[winner(x, window)] += g[y];
      });
    });
  },

  avgPool2d(xStorage, geometry) {
    const x = values(xStorage);
    return make(geometry.planes * geometry.outH * geometry.outW, (out) => {
      eachWindow(geometry, (y, window, padded) => {
        out[y] = window.reduce((sum, at) => sum + x[at], 0) / divisor(window, padded, geometry);
      });
    });
  },

  avgPool2dGrad(gStorage, geometry) {
    const g = values(gStorage);
    return make(geometry.planes * geometry.h * geometry.w, (out) => {
      eachWindow(geometry, (y, window, padded) => {
        for (const at of window) out[at] += g[y] / divisor(window, padded, geometry);
      });
    });
  },
});
