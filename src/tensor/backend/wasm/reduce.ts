/** Host side of reductions and softmax along the middle axis of [outer, n, inner]. */

import type { AxisGeometry, Backend, ReduceName, Storage } from "../backend.js";
import { groupOf } from "./items.js";
import type { KernelName } from "./kernels.generated.js";
import { fill } from "./move.js";
import { ceilDiv } from "./round.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";

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

/** y ← the reduction of x. */
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

export const reductions = (rt: Runtime): Pick<Backend, "reduce" | "argMax" | "softmax" | "softmaxGrad"> => {
  /** Kernels whose unit is a row, or a vector of columns. */
  const runColumns = (
    kernel: KernelName,
    inputs: readonly Storage[],
    size: number,
    geometry: AxisGeometry,
    ...options: readonly number[]
  ) => {
    const { outer, n, inner } = geometry;
    const group = groupOf(n * Math.min(inner, VECTOR));
    const items = ceilDiv(outer * ceilDiv(inner, VECTOR), group);
    return rt.make(size, (out) => rt.run(kernel, items, [...inputs.map(at), out, outer, n, inner, group, ...options]));
  };

  return {
    reduce: (name, x, geometry) =>
      rt.make(geometry.outer * geometry.inner, (out) => reduce(rt, name, at(x), out, geometry)),
    argMax: (x, geometry) => runColumns("argMax", [x], geometry.outer * geometry.inner, geometry),
    softmax: (x, geometry, log) => runColumns("softmax", [x], x.size, geometry, Number(log)),
    softmaxGrad: (g, y, geometry, log) => runColumns("softmaxGrad", [g, y], g.size, geometry, Number(log)),
  };
};
