/** What runs along the middle axis of an [outer, n, inner] box: reductions and softmax. */

import type { AxisGeometry, Backend, ReduceName } from "../backend.js";
import { type Make, values } from "./memory.js";

/** Calls `visit` for each line along the middle axis: the elements at first, first + inner, … before `end`. */
function eachLine({ outer, n, inner }: AxisGeometry, visit: (line: number, first: number, end: number) => void): void {
  for (let i = 0; i < outer; i++) {
    for (let k = 0; k < inner; k++) {
      const first = i * n * inner + k;
      visit(i * inner + k, first, first + n * inner);
    }
  }
}

const START: Record<ReduceName, number> = { sum: 0, max: -Infinity, min: Infinity };

/** NaN wins over any number: Math.max and Math.min see to that. */
const COMBINE: Record<ReduceName, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
};

export const reductions = (make: Make): Pick<Backend, "reduce" | "argMax" | "softmax" | "softmaxGrad"> => ({
  reduce(name, xStorage, geometry) {
    const x = values(xStorage);
    const combine = COMBINE[name];
    const { outer, inner } = geometry;
    return make(outer * inner, (out) => {
      eachLine(geometry, (line, first, end) => {
        let result = START[name];
        for (let at = first; at < end; at += inner) result = combine(result, x[at]);
        out[line] = result;
      });
    });
  },

  argMax(xStorage, geometry) {
    const x = values(xStorage);
    const { outer, inner } = geometry;
    return make(outer * inner, (out) => {
      eachLine(geometry, (line, first, end) => {
        let best = first;
        for (let at = first; at < end && !Number.isNaN(x[best]); at += inner) {
          if (x[at] > x[best] || Number.isNaN(x[at])) best = at;
        }
        out[line] = (best - first) / inner;
      });
    });
  },

  softmax(xStorage, geometry, log) {
    const x = values(xStorage);
    const { inner } = geometry;
    return make(x.length, (out) => {
      eachLine(geometry, (_, first, end) => {
        let largest = -Infinity;
        for (let at = first; at < end; at += inner) largest = Math.max(largest, x[at]);
        let sum = 0;
        for (let at = first; at < end; at += inner) sum += Math.exp(x[at] - largest);
        for (let at = first; at < end; at += inner) {
          out[at] = log ? x[at] - largest - Math.log(sum) : Math.exp(x[at] - largest) / sum;
        }
      });
    });
  },

  softmaxGrad(gStorage, yStorage, geometry, log) {
    const [g, y] = [gStorage, yStorage].map(values);
    const { inner } = geometry;
    return make(g.length, (out) => {
      eachLine(geometry, (_, first, end) => {
        let sum = 0;
        for (let at = first; at < end; at += inner) sum += log ? g[at] : g[at] * y[at];
        for (let at = first; at < end; at += inner) {
          out[at] = log ? g[at] - Math.exp(y[at]) * sum : y[at] * (g[at] - sum);
        }
      });
    });
  },
});
