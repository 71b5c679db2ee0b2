/** Host side of reductions and softmax along the middle axis of [outer, n, inner]. */

import type { AxisGeometry, ReduceName } from "../backend.js";
import { groupOf } from "./items.js";
import type { KernelName } from "./kernels.generated.js";
import { fill } from "./move.js";
import { ceilDiv } from "./round.js";
import type { Runtime } from "./runtime.js";

const kernels: Record<ReduceName, readonly [kernel: KernelName, ofNothing: number]> = {
  sum: ["reduceSum", 0],
  max: ["reduceMax", -Infinity],
  min: ["reduceMin", Infinity],
};

/** Columns that the kernels take side by side: a line of the cache in reductions, one vector elsewhere. */
const STRIP = 16;
const VECTOR = 4;

/** Elements reduced in one go; a longer axis is cut, so that threads can share it. */
const SEGMENT = 65_536;

export function reduce(rt: Runtime, name: ReduceName, x: number, y: number, geometry: AxisGeometry): void {
  const { outer, n, inner } = geometry;
  const [kernel, ofNothing] = kernels[name];
  if (n === 0) {
    fill(rt, y, outer * inner, ofNothing);
    return;
  }
  const width = Math.min(inner, STRIP);
  const length = Math.min(n, ceilDiv(SEGMENT, width));
  const segments = ceilDiv(n, length);
  const group = groupOf(length * width);
  const items = ceilDiv(outer * segments * ceilDiv(inner, STRIP), group);
  const run = (to: number) => rt.run(kernel, items, [x, to, outer, n, inner, length, group]);
  if (segments === 1) {
    run(y);
    return;
  }
  rt.withBytes([outer * segments * inner * 4], (partial) => {
    run(partial);
    reduce(rt, name, partial, y, { outer, n: segments, inner });
  });
}

export function argMax(rt: Runtime, x: number, y: number, geometry: AxisGeometry): void {
  runColumns(rt, "argMax", [x, y], geometry);
}

export function softmax(rt: Runtime, x: number, y: number, geometry: AxisGeometry, log: boolean): void {
  runColumns(rt, log ? "logSoftmax" : "softmax", [x, y], geometry);
}

export function softmaxGrad(rt: Runtime, g: number, y: number, gx: number, geometry: AxisGeometry, log: boolean): void {
  runColumns(rt, log ? "logSoftmaxGrad" : "softmaxGrad", [g, y, gx], geometry);
}

/** Kernels whose unit is a row, or a vector of columns. */
function runColumns(rt: Runtime, kernel: KernelName, pointers: readonly number[], geometry: AxisGeometry): void {
  const { outer, n, inner } = geometry;
  const group = groupOf(n * Math.min(inner, VECTOR));
  const items = ceilDiv(outer * ceilDiv(inner, VECTOR), group);
  rt.run(kernel, items, [...pointers, outer, n, inner, group]);
}
