/** Softmax along the middle axis of an [outer, n, inner] box. */

import type { AxisGeometry, FloatArray } from "../backend.js";

/** Calls `visit` with the positions of every line along the middle axis. */
function lines({ outer, n, inner }: AxisGeometry, visit: (positions: number[]) => void): void {
  for (let i = 0; i < outer; i++) {
    for (let k = 0; k < inner; k++) visit(Array.from({ length: n }, (_, j) => (i * n + j) * inner + k));
  }
}

export function softmax(out: FloatArray, x: FloatArray, geometry: AxisGeometry, log: boolean): void {
  lines(geometry, (positions) => {
    const largest = positions.reduce((max, at) => Math.max(max, x[at]), -Infinity);
    const sum = positions.reduce((total, at) => total + Math.exp(x[at] - largest), 0);
    for (const at of positions) {
      out[at] = log ? x[at] - largest - Math.log(sum) : Math.exp(x[at] - largest) / sum;
    }
  });
}

export function softmaxGrad(out: FloatArray, g: FloatArray, y: FloatArray, geometry: AxisGeometry, log: boolean): void {
  lines(geometry, (positions) => {
    const sum = positions.reduce((total, at) => total + (log ? g[at] : g[at] * y[at]), 0);
    for (const at of positions) out[at] = log ? g[at] - Math.exp(y[at]) * sum : y[at] * (g[at] - sum);
  });
}
