/** Normalization, one channel at a time. */

import type { Backend, ChannelGeometry, Normalized } from "../backend.js";
import { type Make, values } from "./memory.js";

/** Calls `visit` with the position and the channel of every element, channel by channel. */
function eachElement({ n, c, pixels }: ChannelGeometry, visit: (at: number, channel: number) => void): void {
  for (let channel = 0; channel < c; channel++) {
    for (let image = 0; image < n; image++) {
      const start = (image * c + channel) * pixels;
      for (let at = start; at < start + pixels; at++) visit(at, channel);
    }
  }
}

/** Sums of f over each channel, in float64. */
function channelSums(geometry: ChannelGeometry, f: (at: number, channel: number) => number): Float64Array {
  const sums = new Float64Array(geometry.c);
  eachElement(geometry, (at, channel) => {
    sums[channel] += f(at, channel);
  });
  return sums;
}

/** x̂ of the element at a position: (x − mean) / √(variance + eps). */
function normalized(of: Normalized): (at: number, channel: number) => number {
  const [x, mean, variance] = [of.x, of.mean, of.variance].map(values);
  return (at, channel) => (x[at] - mean[channel]) / Math.sqrt(variance[channel] + of.eps);
}

type Methods = "moments" | "normalize" | "normalizeParamGrads" | "normalizeInputGrad";

export const normalization = (make: Make): Pick<Backend, Methods> => ({
  moments(x, geometry) {
    const source = values(x);
    const count = geometry.n * geometry.pixels;
    const means = channelSums(geometry, (at) => source[at]).map((sum) => sum / count);
    const squares = channelSums(geometry, (at, channel) => (source[at] - means[channel]) ** 2);
    return {
      mean: make(geometry.c, (out) => out.set(means)),
      variance: make(geometry.c, (out) => out.set(squares.map((sum) => sum / count))),
    };
  },

  normalize(of, geometry) {
    const [weight, bias] = [of.weight, of.bias].map(values);
    const xHat = normalized(of);
    return make(of.x.size, (out) => {
      eachElement(geometry, (at, channel) => {
        out[at] = xHat(at, channel) * weight[channel] + bias[channel];
      });
    });
  },

  normalizeParamGrads(of, geometry) {
    const g = values(of.g);
    const xHat = normalized(of);
    return {
      weight: make(geometry.c, (out) => out.set(channelSums(geometry, (at, channel) => g[at] * xHat(at, channel)))),
      bias: make(geometry.c, (out) => out.set(channelSums(geometry, (at) => g[at]))),
    };
  },

  normalizeInputGrad(of, geometry) {
    const count = geometry.n * geometry.pixels;
    const [g, x, mean, variance] = [of.g, of.x, of.mean, of.variance].map(values);
    const [weight, weightGrad, biasGrad] = [of.weight, of.grads.weight, of.grads.bias].map(values);
    return make(x.length, (out) => {
      eachElement(geometry, (at, channel) => {
        const inverse = 1 / Math.sqrt(variance[channel] + of.eps);
        const xHat = (x[at] - mean[channel]) * inverse;
        out[at] = weight[channel] * inverse * (g[at] - (biasGrad[channel] + xHat * weightGrad[channel]) / count);
      });
    });
  },
});
