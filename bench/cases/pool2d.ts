/** Pooling and its gradients. */

import type { PoolGeometry } from "../../src/tensor/backend/backend.js";
import { windowCount } from "../../src/tensor/ops/window.js";
import type { KernelCase, Run } from "./case.js";

/** Windows of k×k over n·c planes of size², forward and gradient. */
export function pool2d(kind: "max" | "avg", n: number, c: number, size: number, k: number): KernelCase[] {
  const out = windowCount(size, k, k, 0, 1);
  const window = { kH: k, kW: k, strideH: k, strideW: k, padH: 0, padW: 0 };
  const geometry: PoolGeometry = {
    ...{ planes: n * c, h: size, w: size, outH: out, outW: out, countIncludePad: true },
    ...window,
  };
  const [xSize, ySize] = [n * c * size * size, n * c * out * out];
  const shape = `${n}×${c}×${size}², ${k}×${k}`;
  const forward: Run = (backend, [x]) => [
    kind === "max" ? backend.maxPool2d(x, geometry) : backend.avgPool2d(x, geometry),
  ];
  const common = { shape, flops: xSize };
  const first = { ...common, name: `${kind}Pool2d forward`, bytes: 4 * (xSize + ySize), sizes: [xSize], run: forward };
  if (kind === "avg") {
    const run: Run = (backend, [g]) => [backend.avgPool2dGrad(g, geometry)];
    return [first, { ...common, name: "avgPool2d gradient", bytes: 4 * (xSize + ySize), sizes: [ySize], run }];
  }
  return [
    first,
    {
      ...common,
      name: "maxPool2d gradient",
      bytes: 4 * (2 * xSize + 2 * ySize),
      sizes: [xSize, ySize],
      prepare: forward,
      run: (backend, [x, g, y]) => [backend.maxPool2dGrad(g, x, y, geometry)],
    },
  ];
}
