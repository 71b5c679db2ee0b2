/** Host side of batch normalization: sums over each plane first, then over the planes of a channel. */

import type { ChannelGeometry } from "../backend.js";
import { reduce } from "./reduce.js";
import { by, type GpuRuntime, type Launch } from "./runtime.js";
import type { GpuStorage } from "./storage.js";

/** A sum for each channel, of what `kernel` makes of each plane. */
function channelSum(
  rt: GpuRuntime,
  kernel: Launch["kernel"],
  planes: readonly GpuStorage[],
  channels: readonly GpuStorage[],
  { n, c, pixels }: ChannelGeometry,
  numbers: readonly number[] = [],
): GpuStorage {
  if (pixels === 0) return rt.fill(c, 0);
  const operands = [...planes.map((plane) => by(pixels, plane)), ...channels.map((channel) => by(c, channel))];
  const partial = rt.launch(n * c, { kernel, operands, constants: { n, c, pixels }, numbers, rows: n, columns: c });
  const sum = reduce(rt, "sum", partial, { outer: 1, n, inner: c });
  rt.free(partial);
  return sum;
}

export function channelMoments(
  rt: GpuRuntime,
  x: GpuStorage,
  geometry: ChannelGeometry,
): [mean: GpuStorage, variance: GpuStorage] {
  const { c, pixels } = geometry;
  const shifted = channelSum(rt, "planeMeans", [x], [], geometry);
  const operands = [by(pixels, x), by(c, shifted)];
  const mean = rt.launch(c, { kernel: "channelMeans", operands, rows: 1, columns: c });
  rt.free(shifted);
  return [mean, channelSum(rt, "planeVariances", [x], [mean], geometry)];
}

export function batchNorm(
  rt: GpuRuntime,
  x: GpuStorage,
  channels: readonly GpuStorage[],
  eps: number,
  { n, c, pixels }: ChannelGeometry,
): GpuStorage {
  return rt.launch(x.size, {
    kernel: "batchNorm",
    operands: [by(pixels, x), ...channels.map((channel) => by(c, channel))],
    numbers: [eps],
    constants: { c },
    rows: n * c,
    columns: pixels,
  });
}

export function batchNormParamGrads(
  rt: GpuRuntime,
  g: GpuStorage,
  x: GpuStorage,
  mean: GpuStorage,
  variance: GpuStorage,
  eps: number,
  geometry: ChannelGeometry,
): [weightGrad: GpuStorage, biasGrad: GpuStorage] {
  return [
    channelSum(rt, "planeWeightGrads", [g, x], [mean, variance], geometry, [eps]),
    channelSum(rt, "planeSums", [g], [], geometry),
  ];
}

export function batchNormInputGrad(
  rt: GpuRuntime,
  g: GpuStorage,
  x: GpuStorage,
  channels: readonly GpuStorage[],
  eps: number,
  { n, c, pixels }: ChannelGeometry,
): GpuStorage {
  return rt.launch(x.size, {
    kernel: "batchNormInputGrad",
    operands: [by(pixels, g), by(pixels, x), ...channels.map((channel) => by(c, channel))],
    numbers: [eps],
    constants: { c, count: n * pixels },
    rows: n * c,
    columns: pixels,
  });
}
