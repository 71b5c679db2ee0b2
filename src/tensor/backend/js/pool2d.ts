/** Pooling: each output is a window of the input, cut off at the borders. */

import type { FloatArray, PoolGeometry } from "../backend.js";

/** Calls `visit` with each output's position and, row by row, the positions of its window that lie in the input. */
function windows(geometry: PoolGeometry, visit: (y: number, window: number[]) => void): void {
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
        visit((plane * outH + i) * outW + j, window);
      }
    }
  }
}

export function maxPool2d(out: FloatArray, x: FloatArray, geometry: PoolGeometry): void {
  windows(geometry, (y, window) => {
    out[y] = window.reduce((largest, at) => Math.max(largest, x[at]), -Infinity);
  });
}

/** The first of the window's largest elements; where it has NaN, the last NaN. */
function winner(x: FloatArray, window: number[]): number {
  return window.reduce((best, at) => (x[at] > x[best] || Number.isNaN(x[at]) ? at : best));
}

export function maxPool2dGrad(out: FloatArray, g: FloatArray, x: FloatArray, geometry: PoolGeometry): void {
  windows(geometry, (y, window) => {
    out[winner(x, window)] += g[y];
  });
}

/** How many elements a window's mean is taken over. */
function divisor(window: number[], { kH, kW, countIncludePad }: PoolGeometry): number {
  return countIncludePad ? kH * kW : window.length;
}

export function avgPool2d(out: FloatArray, x: FloatArray, geometry: PoolGeometry): void {
  windows(geometry, (y, window) => {
    out[y] = window.reduce((sum, at) => sum + x[at], 0) / divisor(window, geometry);
  });
}

export function avgPool2dGrad(out: FloatArray, g: FloatArray, geometry: PoolGeometry): void {
  windows(geometry, (y, window) => {
    for (const at of window) out[at] += g[y] / divisor(window, geometry);
  });
}
