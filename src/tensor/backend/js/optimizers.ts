/** Updates in place: gradient accumulation and the optimizers' steps. */

import type { AdamStep, FloatArray, SgdStep } from "../backend.js";

export function accumulate(y: FloatArray, x: FloatArray, alpha: number, beta: number): void {
  for (let i = 0; i < y.length; i++) y[i] = (alpha === 0 ? 0 : alpha * y[i]) + beta * x[i];
}

export function adam(
  parameter: FloatArray,
  grad: FloatArray,
  mean: FloatArray,
  square: FloatArray,
  { lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2 }: AdamStep,
): void {
  for (let i = 0; i < parameter.length; i++) {
    const decayed = decoupled ? parameter[i] * (1 - lr * weightDecay) : parameter[i];
    const g = decoupled ? grad[i] : grad[i] + weightDecay * parameter[i];
    mean[i] = beta1 * mean[i] + (1 - beta1) * g;
    square[i] = beta2 * square[i] + (1 - beta2) * g * g;
    parameter[i] = decayed - ((lr / correction1) * mean[i]) / (Math.sqrt(square[i] / correction2) + eps);
  }
}

export function sgd(
  parameter: FloatArray,
  grad: FloatArray,
  velocity: FloatArray | undefined,
  first: boolean,
  { lr, momentum, dampening, weightDecay, nesterov }: SgdStep,
): void {
  for (let i = 0; i < parameter.length; i++) {
    let g = grad[i] + weightDecay * parameter[i];
    if (velocity) {
      velocity[i] = first ? g : momentum * velocity[i] + (1 - dampening) * g;
      g = nesterov ? g + momentum * velocity[i] : velocity[i];
    }
    parameter[i] -= lr * g;
  }
}
