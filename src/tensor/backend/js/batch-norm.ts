/** Batch normalization, one channel at a time. */

import type { ChannelGeometry, FloatArray } from "../backend.js";

/** Calls `visit` with the position and the channel of every element, channel by channel. */
function elements({ n, c, pixels }: ChannelGeometry, visit: (at: number, channel: number) => void): void {
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
  elements(geometry, (at, channel) => {
    sums[channel] += f(at, channel);
  });
  return sums;
}

export function channelMoments(mean: FloatArray, variance: FloatArray, x: FloatArray, geometry: ChannelGeometry): void {
  const count = geometry.n * geometry.pixels;
  const means = channelSums(geometry, (at) => x[at]).map((sum) => sum / count);
  mean.set(means);
  variance.set(channelSums(geometry, (at, channel) => (x[at] - means[channel]) ** 2).map((sum) => sum / count));
}

export function batchNorm(
  out: FloatArray,
  x: FloatArray,
  mean: FloatArray,
  variance: FloatArray,
  weight: FloatArray,
  bias: FloatArray,
  eps: number,
  geometry: ChannelGeometry,
): void {
  elements(geometry, (at, channel) => {
    const normalized = (x[at] - mean[channel]) / Math.sqrt(variance[channel] + eps);
    out[at] = normalized * weight[channel] + bias[channel];
  });
}

export function batchNormParamGrads(
  weightGrad: FloatArray,
  biasGrad: FloatArray,
  g: FloatArray,
  x: FloatArray,
  mean: FloatArray,
  variance: FloatArray,
  eps: number,
  geometry: ChannelGeometry,
): void {
  const normalized = (at: number, channel: number) => (x[at] - mean[channel]) / Math.sqrt(variance[channel] + eps);
  weightGrad.set(channelSums(geometry, (at, channel) => g[at] * normalized(at, channel)));
  biasGrad.set(channelSums(geometry, (at) => g[at]));
}

export function batchNormInputGrad(
  out: FloatArray,
  g: FloatArray,
  x: FloatArray,
  mean: FloatArray,
  variance: FloatArray,
  weight: FloatArray,
  weightGrad: FloatArray,
  biasGrad: FloatArray,
  eps: number,
  geometry: ChannelGeometry,
): void {
  const count = geometry.n * geometry.pixels;
  elements(geometry, (at, channel) => {
    const inverse = 1 / Math.sqrt(variance[channel] + eps);
    const normalized = (x[at] - mean[channel]) * inverse;
    out[at] = weight[channel] * inverse * (g[at] - (biasGrad[channel] + normalized * weightGrad[channel]) / count);
  });
}
