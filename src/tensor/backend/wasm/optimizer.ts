/** Host side of the updates in place: what can be computed once for all elements. */

import type { AdamStep, SgdStep } from "../backend.js";
import { blocks } from "./items.js";
import type { Runtime } from "./runtime.js";

export function accumulate(rt: Runtime, y: number, x: number, size: number, alpha: number, beta: number): void {
  rt.run("accumulate", blocks(size), [y, x, size, alpha, beta]);
}

/** `tensors`: parameter, gradient, mean, square. */
export function adam(rt: Runtime, tensors: readonly number[], size: number, step: AdamStep): void {
  const { lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2 } = step;
  const keep = decoupled ? 1 - lr * weightDecay : 1;
  const l2 = decoupled ? 0 : weightDecay;
  const betas = [beta1, 1 - beta1, beta2, 1 - beta2];
  rt.run("adam", blocks(size), [
    ...tensors,
    size,
    ...[keep, l2, ...betas],
    ...[lr / correction1, 1 / Math.sqrt(correction2), eps],
  ]);
}

/** `velocity` is 0 where there is none. */
export function sgd(
  rt: Runtime,
  parameter: number,
  grad: number,
  velocity: number,
  size: number,
  first: boolean,
  { lr, momentum, dampening, weightDecay, nesterov }: SgdStep,
): void {
  if (velocity === 0) {
    rt.run("sgd", blocks(size), [parameter, grad, size, lr, weightDecay]);
    return;
  }
  const [keep, take] = first ? [0, 1] : [momentum, 1 - dampening];
  const [alongGrad, alongVelocity] = nesterov ? [1, momentum] : [0, 1];
  const numbers = [lr, weightDecay, keep, take, alongGrad, alongVelocity];
  rt.run("sgdMomentum", blocks(size), [parameter, grad, velocity, size, ...numbers]);
}
