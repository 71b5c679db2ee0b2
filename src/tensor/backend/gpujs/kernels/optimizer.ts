/**
 * Optimizer steps. A thread has one result, so that Adam, which changes three storages, is three kernels. What changes
 * from step to step comes as numbers; everything else would have to be compiled again.
 */

import type { Kernel, Matrix } from "./kernel.js";

/** beta · x, whatever y held. */
export function scale(this: Kernel, x: Matrix, beta: number): number {
  return beta * x[this.thread.z * this.constants.height + this.thread.y][this.thread.x];
}

export function accumulate(this: Kernel, y: Matrix, x: Matrix, alpha: number, beta: number): number {
  return (
    alpha * y[this.thread.z * this.constants.height + this.thread.y][this.thread.x] +
    beta * x[this.thread.z * this.constants.height + this.thread.y][this.thread.x]
  );
}

/** keep · mean + take · (grad + decay · parameter): Adam's mean; SGD's velocity, whose first step keeps 0 and takes 1. */
export function gradientMean(
  this: Kernel,
  mean: Matrix,
  grad: Matrix,
  parameter: Matrix,
  keep: number,
  take: number,
  decay: number,
): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const g = grad[row][this.thread.x] + decay * parameter[row][this.thread.x];
  return keep * mean[row][this.thread.x] + take * g;
}

/** β₂ · square + (1 − β₂) · (grad + decay · parameter)². */
export function adamSquare(
  this: Kernel,
  square: Matrix,
  grad: Matrix,
  parameter: Matrix,
  beta: number,
  rest: number,
  decay: number,
): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const g = grad[row][this.thread.x] + decay * parameter[row][this.thread.x];
  return beta * square[row][this.thread.x] + rest * g * g;
}

/** keep · parameter − rate · mean / (√(square / correction) + eps). */
export function adamParameter(
  this: Kernel,
  parameter: Matrix,
  mean: Matrix,
  square: Matrix,
  keep: number,
  rate: number,
  correction: number,
  eps: number,
): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const size = Math.sqrt(square[row][this.thread.x] / correction) + eps;
  return keep * parameter[row][this.thread.x] - (rate * mean[row][this.thread.x]) / size;
}

/** parameter − lr · (fraction · (grad + decay · parameter) + momentum · velocity). */
export function sgdParameter(
  this: Kernel,
  parameter: Matrix,
  grad: Matrix,
  velocity: Matrix,
  lr: number,
  fraction: number,
  momentum: number,
  decay: number,
): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const g = grad[row][this.thread.x] + decay * parameter[row][this.thread.x];
  return parameter[row][this.thread.x] - lr * (fraction * g + momentum * velocity[row][this.thread.x]);
}
