/** huberLoss and smoothL1Loss: squared error where it is small, absolute error where it is large. */

import { checkOptions, numberFrom, type OptionKinds } from "../../tensor/arguments.js";
import { numberAbove } from "../../tensor/kinds.js";
import { div, mul, sub } from "../../tensor/ops/pointwise/arithmetic.js";
import { abs, clamp } from "../../tensor/ops/pointwise/magnitude.js";
import { scope } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkSameShape, type LossOptions, lossKinds, reducedElements } from "./element-loss.js";
import { l1Loss } from "./l1-loss.js";

export interface HuberOptions extends LossOptions {
  /** Where squares end and straight lines begin. Default 1. */
  delta?: number;
}

const huberKinds: OptionKinds<HuberOptions> = { ...lossKinds, delta: numberAbove(0) };

/** With d = |input − target|: d²/2 where d < delta, delta · (d − delta/2) elsewhere. */
function huber(input: Tensor, target: Tensor, delta: number): Tensor {
  const distance = abs(sub(input, target));
  const near = clamp(distance, 0, delta);
  // near · (d − near/2) is d²/2 where d is near, and the line elsewhere.
  return mul(near, sub(distance, div(near, 2)));
}

/**
 * Huber's loss: with d = |input − target|, d²/2 where d < delta, delta · (d − delta/2) elsewhere.
 * @throws ShapeError unless both have the same shape
 * @see P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35, 1964
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  checkOptions("huberLoss", options, huberKinds);
  const { delta = 1, reduction = "mean" } = options;
  checkSameShape("huberLoss", input, target);
  return scope(() => reducedElements(huber(input, target, delta), reduction));
}

export interface SmoothL1Options extends LossOptions {
  /** Where squares end and straight lines begin; 0 makes it `l1Loss`. Default 1. */
  beta?: number;
}

const smoothKinds: OptionKinds<SmoothL1Options> = { ...lossKinds, beta: numberFrom(0) };

/**
 * `huberLoss` divided by its delta, here called beta: with d = |input − target|, d²/(2·beta) where d < beta, d − beta/2
 * elsewhere.
 * @throws ShapeError unless both have the same shape
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  checkOptions("smoothL1Loss", options, smoothKinds);
  const { beta = 1, reduction = "mean" } = options;
  checkSameShape("smoothL1Loss", input, target);
  if (beta === 0) return l1Loss(input, target, { reduction });
  return scope(() => reducedElements(div(huber(input, target, beta), beta), reduction));
}
