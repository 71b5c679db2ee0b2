/** Host side of normalization: sums over each plane first, then over the planes of a channel. */

import type { Backend, ChannelGeometry, Storage } from "../backend.js";
import { reduce } from "./reduce.js";
import { by, type GpuRuntime, type Launch } from "./runtime.js";

/** What a kernel reads: planes [n · c] of pixels, then channels [c], then numbers. */
interface Operands {
  readonly planes: readonly Storage[];
  readonly channels?: readonly Storage[];
  readonly numbers?: readonly number[];
}

type Methods = "moments" | "normalize" | "normalizeParamGrads" | "normalizeInputGrad";

export const normalization = (rt: GpuRuntime): Pick<Backend, Methods> => {
  const operands = ({ planes, channels = [] }: Operands, { c, pixels }: ChannelGeometry) => [
    ...planes.map((plane) => by(pixels, plane)),
    ...channels.map((channel) => by(c, channel)),
  ];

  /** A sum for each channel, of what `kernel` makes of each plane. */
  const channelSum = (kernel: Launch["kernel"], of: Operands, geometry: ChannelGeometry) => {
    const { n, c, pixels } = geometry;
    if (pixels === 0) return rt.fill(c, 0);
    const constants = { n, c, pixels };
    const launch = { kernel, operands: operands(of, geometry), numbers: of.numbers, constants, rows: n, columns: c };
    const partial = rt.launch(n * c, launch);
    const sum = reduce(rt)("sum", partial, { outer: 1, n, inner: c });
    rt.free(partial);
    return sum;
  };

  /** A number for each number of the planes. */
  const eachPixel = (kernel: Launch["kernel"], of: Operands, geometry: ChannelGeometry) => {
    const { n, c, pixels } = geometry;
    return rt.launch(n * c * pixels, {
      kernel,
      operands: operands(of, geometry),
      numbers: of.numbers,
      constants: { c, count: n * pixels },
      rows: n * c,
      columns: pixels,
    });
  };

  return {
    moments(x, geometry) {
      const { c, pixels } = geometry;
      const shifted = channelSum("planeMeans", { planes: [x] }, geometry);
      const mean = rt.launch(c, {
        kernel: "channelMeans",
        operands: [by(pixels, x), by(c, shifted)],
        rows: 1,
        columns: c,
      });
      rt.free(shifted);
      return { mean, variance: channelSum("planeVariances", { planes: [x], channels: [mean] }, geometry) };
    },

    normalize({ x, mean, variance, weight, bias, eps }, geometry) {
      const of = { planes: [x], channels: [mean, variance, weight, bias], numbers: [eps] };
      return eachPixel("batchNorm", of, geometry);
    },

    normalizeParamGrads({ g, x, mean, variance, eps }, geometry) {
      const of = { planes: [g, x], channels: [mean, variance], numbers: [eps] };
      return {
        weight: channelSum("planeWeightGrads", of, geometry),
        bias: channelSum("planeSums", { planes: [g] }, geometry),
      };
    },

    normalizeInputGrad({ g, x, mean, variance, weight, grads, eps }, geometry) {
      const channels = [mean, variance, weight, grads.weight, grads.bias];
      return eachPixel("batchNormInputGrad", { planes: [g, x], channels, numbers: [eps] }, geometry);
    },
  };
};
