/** Gaussian blur of an image. */

import { clamp } from "../clamp.js";
import type { ImageShape } from "../image-shape.js";

/** Beyond so many deviations, a Gaussian is as good as 0. */
const REACH = 3;

/** exp(−t² / 2σ²) at −r … r, divided by their sum. */
function gaussian(sigma: number): Float64Array {
  const radius = Math.max(1, Math.ceil(REACH * sigma));
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Along the middle axis of a box [outer, n, inner]; beyond its ends, the last values are repeated. */
function blurAxis(values: Float32Array, outer: number, n: number, inner: number, weights: Float64Array): void {
  const radius = (weights.length - 1) / 2;
  const line = new Float64Array(n);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      const start = o * n * inner + j;
      for (let i = 0; i < n; i++) line[i] = values[start + i * inner];
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * line[clamp(i + k - radius, 0, n - 1)];
        values[start + i * inner] = sum;
      }
    }
  }
}

/**
 * Each pixel becomes the mean of those around it, weighted by a Gaussian.
 * @param values [channels, height, width], changed in place
 * @param sigma the Gaussian's deviation, in pixels
 */
export function blur(values: Float32Array, { channels, height, width }: ImageShape, sigma: number): void {
  if (sigma === 0) return;
  const weights = gaussian(sigma);
  blurAxis(values, channels * height, width, 1, weights);
  blurAxis(values, channels, height, width, weights);
}
