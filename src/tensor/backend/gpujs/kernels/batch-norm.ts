/** Batch normalization. x and g have a row for each plane (n, c); `mean`, `variance` and their like are one row. */

import type { Kernel, Matrix } from "./kernel.js";
import { quotient } from "./math.js";

type Planes = Kernel<"c" | "pixels">;
type Pixels = Kernel<"c">;

/**
 * Row n, column c: Σ (x − pivot) over a plane, divided by the numbers of the channel. Numbers far from 0 lose their
 * differences in a sum; so the channel's first number, where it is finite, is taken off each, and `channelMeans` puts it back.
 */
export function planeMeans(this: Kernel<"c" | "n" | "pixels">, x: Matrix): number {
  const plane = (this.thread.z * this.constants.height + this.thread.y) * this.constants.c + this.thread.x;
  let pivot = x[this.thread.x][0];
  if (Math.abs(pivot) > 3.4e38) pivot = 0;
  let sum = 0;
  for (let i = 0; i < this.constants.pixels; i++) sum += x[plane][i] - pivot;
  return sum / (this.constants.pixels * this.constants.n);
}

export function channelMeans(this: Kernel, x: Matrix, shifted: Matrix): number {
  let pivot = x[this.thread.x][0];
  if (Math.abs(pivot) > 3.4e38) pivot = 0;
  return pivot + shifted[0][this.thread.x];
}

/** Row n, column c: the mean of (x − mean)² over a plane, divided by the number of planes. */
export function planeVariances(this: Kernel<"c" | "n" | "pixels">, x: Matrix, mean: Matrix): number {
  const plane = (this.thread.z * this.constants.height + this.thread.y) * this.constants.c + this.thread.x;
  const center = mean[0][this.thread.x];
  let sum = 0;
  for (let i = 0; i < this.constants.pixels; i++) {
    const deviation = x[plane][i] - center;
    sum += deviation * deviation;
  }
  return sum / (this.constants.pixels * this.constants.n);
}

export function batchNorm(
  this: Pixels,
  x: Matrix,
  mean: Matrix,
  variance: Matrix,
  weight: Matrix,
  bias: Matrix,
  eps: number,
): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const c = plane - quotient(plane, this.constants.c) * this.constants.c;
  const normalized = (x[plane][this.thread.x] - mean[0][c]) / Math.sqrt(variance[0][c] + eps);
  return normalized * weight[0][c] + bias[0][c];
}

/** Row n, column c: Σ g · x̂ over a plane. */
export function planeWeightGrads(
  this: Planes,
  g: Matrix,
  x: Matrix,
  mean: Matrix,
  variance: Matrix,
  eps: number,
): number {
  const plane = (this.thread.z * this.constants.height + this.thread.y) * this.constants.c + this.thread.x;
  const center = mean[0][this.thread.x];
  let sum = 0;
  for (let i = 0; i < this.constants.pixels; i++) sum += g[plane][i] * (x[plane][i] - center);
  return sum / Math.sqrt(variance[0][this.thread.x] + eps);
}

/** Row n, column c: Σ g over a plane. */
export function planeSums(this: Planes, g: Matrix): number {
  const plane = (this.thread.z * this.constants.height + this.thread.y) * this.constants.c + this.thread.x;
  let sum = 0;
  for (let i = 0; i < this.constants.pixels; i++) sum += g[plane][i];
  return sum;
}

export function batchNormInputGrad(
  this: Kernel<"c" | "count">,
  g: Matrix,
  x: Matrix,
  mean: Matrix,
  variance: Matrix,
  weight: Matrix,
  weightGrad: Matrix,
  biasGrad: Matrix,
  eps: number,
): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const c = plane - quotient(plane, this.constants.c) * this.constants.c;
  const inverse = 1 / Math.sqrt(variance[0][c] + eps);
  const normalized = (x[plane][this.thread.x] - mean[0][c]) * inverse;
  const shared = (biasGrad[0][c] + normalized * weightGrad[0][c]) / this.constants.count;
  return weight[0][c] * inverse * (g[plane][this.thread.x] - shared);
}
