/** Host side of batch norm: sums go channel by channel, the rest plane by plane. */

import type { ChannelGeometry } from "../backend.js";
import { groupOf } from "./items.js";
import { ceilDiv } from "./round.js";
import type { Runtime } from "./runtime.js";

/** Runs a kernel over the planes [n, c], several to a work item where they are small. */
function runPlanes(
  rt: Runtime,
  kernel: "batchNorm" | "batchNormInputGrad",
  pointers: readonly number[],
  { n, c, pixels }: ChannelGeometry,
  eps: number,
): void {
  const planes = n * c;
  const group = groupOf(pixels);
  rt.run(kernel, ceilDiv(planes, group), [...pointers, planes, c, pixels, group, eps]);
}

/** `pointers`: x, then the mean and the variance that are written. */
export function channelMoments(rt: Runtime, pointers: readonly number[], { n, c, pixels }: ChannelGeometry): void {
  rt.run("channelMoments", c, [...pointers, n, c, pixels]);
}

/** `pointers`: x, mean, variance, weight, bias, then y that is written. */
export function batchNorm(rt: Runtime, pointers: readonly number[], geometry: ChannelGeometry, eps: number): void {
  runPlanes(rt, "batchNorm", pointers, geometry, eps);
}

/** `pointers`: g, x, mean, variance, then the gradients of weight and bias that are written. */
export function batchNormParamGrads(
  rt: Runtime,
  pointers: readonly number[],
  { n, c, pixels }: ChannelGeometry,
  eps: number,
): void {
  rt.run("batchNormParamGrads", c, [...pointers, n, c, pixels, eps]);
}

/** `pointers`: g, x, mean, variance, weight, and the gradients of weight and bias, then that of x that is written. */
export function batchNormInputGrad(
  rt: Runtime,
  pointers: readonly number[],
  geometry: ChannelGeometry,
  eps: number,
): void {
  runPlanes(rt, "batchNormInputGrad", pointers, geometry, eps);
}
