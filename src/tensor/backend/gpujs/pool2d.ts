/** Host side of the pooling kernels. */

import type { PoolGeometry } from "../backend.js";
import { assertCounted } from "./layout.js";
import { by, type GpuRuntime } from "./runtime.js";
import type { GpuStorage } from "./storage.js";

/** The sizes that the kernels are compiled for; the number of planes is none of them. */
function constantsOf({ planes: _planes, countIncludePad: _counts, ...sizes }: PoolGeometry): Record<string, number> {
  const { h, w, kH, kW, outH, outW, strideH, strideW, padH, padW } = sizes;
  assertCounted(h + 2 * padH, w + 2 * padW);
  return {
    ...sizes,
    rows: Math.min(kH, h),
    columns: Math.min(kW, w),
    rowWindows: Math.min(outH, Math.ceil(kH / strideH)),
    columnWindows: Math.min(outW, Math.ceil(kW / strideW)),
  };
}

/** What averages are divided by; 0 where that is the pixels in each window. */
function areaOf({ kH, kW, countIncludePad }: PoolGeometry): number {
  return countIncludePad ? kH * kW : 0;
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
    numbers: kernel === "avgPool2d" ? [areaOf(geometry)] : [],
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
    numbers: [areaOf(geometry)],
    constants: constantsOf(geometry),
    rows: planes,
    columns: h * w,
  });
}
