/** Convolutions and their gradients. */

import { conv2dGeometry } from "../../src/tensor/ops/conv2d.js";
import { type KernelCase, takeLast } from "./case.js";

export interface ConvShape {
  n: number;
  c: number;
  o: number;
  /** Width and height of the input. */
  size: number;
  /** Width and height of the filter; it is padded to keep the size at stride 1. */
  k: number;
  stride?: number;
  groups?: number;
}

/** The forward pass and both gradients. */
export function conv2d(name: string, { n, c, o, size, k, stride = 1, groups = 1 }: ConvShape): KernelCase[] {
  const options = { stride, padding: (k - 1) / 2, groups };
  const geometry = conv2dGeometry([n, c, size, size], [o, c / groups, k, k], options);
  const image = c * size * size;
  const pixels = geometry.outH * geometry.outW;
  const filter = (c / groups) * k * k;
  const [xSize, wSize, ySize] = [n * image, o * filter, n * o * pixels];
  const suffix = `${stride > 1 ? `, stride ${stride}` : ""}${groups > 1 ? `, ${groups} groups` : ""}`;
  const common = {
    shape: `${n}×${c}×${size}² → ${o}, ${k}×${k}${suffix}`,
    flops: 2 * ySize * filter,
    bytes: 4 * (xSize + wSize + ySize),
  };
  const oneImage = { ...geometry, n: 1 };
  const oneFilter = { ...geometry, c: c / groups, o: 1, groups: 1 };
  return [
    {
      ...common,
      name: `conv2d ${name} forward`,
      convolution: { geometry, pass: "conv2d" },
      sizes: [xSize, wSize, o],
      run: (backend, [x, w, bias]) => [backend.conv2d(x, w, bias, geometry)],
      sample: {
        inputs: ([x, w, bias]) => [x.subarray(xSize - image), w, bias],
        run: (backend, [x, w, bias]) => [backend.conv2d(x, w, bias, oneImage)],
        part: (y) => y.subarray(ySize - o * pixels),
      },
    },
    {
      ...common,
      name: `conv2d ${name} input gradient`,
      convolution: { geometry, pass: "conv2dInputGrad" },
      sizes: [ySize, wSize],
      run: (backend, [g, w]) => [backend.conv2dInputGrad(g, w, geometry)],
      sample: {
        inputs: ([g, w]) => [g.subarray(ySize - o * pixels), w],
        run: (backend, [g, w]) => [backend.conv2dInputGrad(g, w, oneImage)],
        part: (xGrad) => xGrad.subarray(xSize - image),
      },
    },
    {
      ...common,
      name: `conv2d ${name} weight gradient`,
      convolution: { geometry, pass: "conv2dWeightGrad" },
      sizes: [xSize, ySize],
      run: (backend, [x, g]) => [backend.conv2dWeightGrad(x, g, geometry)],
      sample: {
        inputs: ([x, g]) => [
          takeLast(x, { outer: n, n: c, inner: size * size }, c / groups),
          takeLast(g, { outer: n, n: o, inner: pixels }, 1),
        ],
        run: (backend, [x, g]) => [backend.conv2dWeightGrad(x, g, oneFilter)],
        part: (wGrad) => wGrad.subarray(wSize - filter),
      },
    },
  ];
}
