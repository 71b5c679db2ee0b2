/** Host side of the pooling kernels. */

import type { PoolGeometry } from "../backend.js";
import { by, type GpuRuntime } from "./runtime.js";
import type { GpuStorage } from "./storage.js";

/** The sizes that the kernels are compiled for; the number of planes is none of them. */
function constantsOf({ planes: _planes, countIncludePad, ...sizes }: PoolGeometry): Record<string, number> {
  return { ...sizes, countIncludePad: countIncludePad ? 1 : 0 };
}

export function pool2d(
  rt: GpuRuntime,
  kernel: "maxPool2d" | "avgPool2d",
  x: GpuStorage,
  geometry: PoolGeometry,
): GpuStorage {
  const { planes, w, outH, outW } = geometry;
  return rt.launch(planes * outH * outW, {
    kernel,
    operands: [by(w, x)],
    constants: constantsOf(geometry),
    rows: planes,
    columns: outH * outW,
  });
}

export function maxPool2dGrad(
  rt: GpuRuntime,
  g: GpuStorage,
  x: GpuStorage,
  y: GpuStorage,
  geometry: PoolGeometry,
): GpuStorage {
  const { planes, h, w, outW } = geometry;
  return rt.launch(x.size, {
    kernel: "maxPool2dGrad",
    operands: [by(outW, g), by(w, x), by(outW, y)],
    constants: constantsOf(geometry),
    rows: planes,
    columns: h * w,
  });
}

export function avgPool2dGrad(rt: GpuRuntime, g: GpuStorage, geometry: PoolGeometry): GpuStorage {
  const { planes, h, w, outW } = geometry;
  return rt.launch(planes * h * w, {
    kernel: "avgPool2dGrad",
    operands: [by(outW, g)],
    constants: constantsOf(geometry),
    rows: planes,
    columns: h * w,
  });
}
