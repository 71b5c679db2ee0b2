/** Host side of the pooling kernels. */

import type { Backend, PoolGeometry, Storage } from "../backend.js";
import { assertCounted } from "./grid.js";
import { by, type GpuRuntime } from "./runtime.js";

/** The sizes that the kernels are compiled for; the number of planes is none of them. */
function constantsOf({ planes: _planes, countIncludePad, divisorOverride: _divisor, ...sizes }: PoolGeometry) {
  const { h, w, kH, kW, outH, outW, strideH, strideW, padH, padW } = sizes;
  assertCounted(h + 2 * padH, w + 2 * padW);
  return {
    ...sizes,
    rows: Math.min(kH, h),
    columns: Math.min(kW, w),
    rowWindows: Math.min(outH, Math.ceil(kH / strideH)),
    columnWindows: Math.min(outW, Math.ceil(kW / strideW)),
    marginH: countIncludePad ? padH : 0,
    marginW: countIncludePad ? padW : 0,
  };
}

/** What averages are divided by; 0 where that is how many elements each window has. */
function areaOf({ divisorOverride = 0 }: PoolGeometry): number {
  return divisorOverride;
}

type Methods = "maxPool2d" | "maxPool2dGrad" | "avgPool2d" | "avgPool2dGrad";

export const pooling = (rt: GpuRuntime): Pick<Backend, Methods> => {
  const forward = (kernel: "maxPool2d" | "avgPool2d") => (x: Storage, geometry: PoolGeometry) => {
    const { planes, w, outH, outW } = geometry;
    return rt.launch(planes * outH * outW, {
      kernel,
      operands: [by(w, x)],
      numbers: kernel === "avgPool2d" ? [areaOf(geometry)] : [],
      constants: constantsOf(geometry),
      rows: planes,
      columns: outH * outW,
    });
  };

  return {
    maxPool2d: forward("maxPool2d"),
    avgPool2d: forward("avgPool2d"),

    maxPool2dGrad(g, x, y, geometry) {
      const { planes, h, w, outW } = geometry;
      return rt.launch(x.size, {
        kernel: "maxPool2dGrad",
        operands: [by(outW, g), by(w, x), by(outW, y)],
        constants: constantsOf(geometry),
        rows: planes,
        columns: h * w,
      });
    },

    avgPool2dGrad(g, geometry) {
      const { planes, h, w, outW } = geometry;
      return rt.launch(planes * h * w, {
        kernel: "avgPool2dGrad",
        operands: [by(outW, g)],
        numbers: [areaOf(geometry)],
        constants: constantsOf(geometry),
        rows: planes,
        columns: h * w,
      });
    },
  };
};
