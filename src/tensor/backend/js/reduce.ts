/** Reductions along the middle axis of an [outer, n, inner] box. */

import type { AxisGeometry, FloatArray, ReduceName } from "../backend.js";

const START: Record<ReduceName, number> = { sum: 0, max: -Infinity, min: Infinity };

/** NaN wins over any number: Math.max and Math.min see to that. */
const STEP: Record<ReduceName, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
};

export function reduce(out: FloatArray, name: ReduceName, x: FloatArray, { outer, n, inner }: AxisGeometry): void {
  const step = STEP[name];
  for (let i = 0; i < outer; i++) {
    for (let k = 0; k < inner; k++) {
      let result = START[name];
      for (let j = 0; j < n; j++) result = step(result, x[(i * n + j) * inner + k]);
      out[i * inner + k] = result;
    }
  }
}

export function argMax(out: FloatArray, x: FloatArray, { outer, n, inner }: AxisGeometry): void {
  for (let i = 0; i < outer; i++) {
    for (let k = 0; k < inner; k++) {
      let best = 0;
      let largest = -Infinity;
      for (let j = 0; j < n; j++) {
        const value = x[(i * n + j) * inner + k];
        if (value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) {
          best = j;
          largest = value;
        }
      }
      out[i * inner + k] = best;
    }
  }
}
