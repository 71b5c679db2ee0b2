/** Host side of the updates in place: each puts a new result behind its storage. */

import type { AdamStep, SgdStep } from "../backend.js";
import { flat } from "./layout.js";
import { type GpuRuntime, type Launch, whole } from "./runtime.js";
import type { GpuStorage } from "./storage.js";

function update(
  rt: GpuRuntime,
  kernel: Launch["kernel"],
  target: GpuStorage,
  others: readonly GpuStorage[],
  numbers: readonly number[],
): void {
  rt.replace(target, { kernel, operands: [target, ...others].map(whole), numbers, ...flat(target.size) });
}

export function accumulate(rt: GpuRuntime, y: GpuStorage, x: GpuStorage, alpha: number, beta: number): void {
  if (alpha === 0) rt.replace(y, { kernel: "scale", operands: [whole(x)], numbers: [beta], ...flat(y.size) });
  else update(rt, "accumulate", y, [x], [alpha, beta]);
}

export function adam(
  rt: GpuRuntime,
  parameter: GpuStorage,
  grad: GpuStorage,
  mean: GpuStorage,
  square: GpuStorage,
  { lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2 }: AdamStep,
): void {
  const decay = decoupled ? 0 : weightDecay;
  const keep = decoupled ? 1 - lr * weightDecay : 1;
  update(rt, "adamMean", mean, [grad, parameter], [beta1, 1 - beta1, decay]);
  update(rt, "adamSquare", square, [grad, parameter], [beta2, 1 - beta2, decay]);
  update(rt, "adamParameter", parameter, [mean, square], [keep, lr / correction1, correction2, eps]);
}

export function sgd(
  rt: GpuRuntime,
  parameter: GpuStorage,
  grad: GpuStorage,
  velocity: GpuStorage | undefined,
  first: boolean,
  { lr, momentum, dampening, weightDecay, nesterov }: SgdStep,
): void {
  if (!velocity) {
    update(rt, "sgdParameter", parameter, [grad, grad], [lr, 1, 0, weightDecay]);
    return;
  }
  update(
    rt,
    "sgdVelocity",
    velocity,
    [grad, parameter],
    [first ? 0 : momentum, first ? 1 : 1 - dampening, weightDecay],
  );
  const [fraction, share] = nesterov ? [1, momentum] : [0, 1];
  update(rt, "sgdParameter", parameter, [grad, velocity], [lr, fraction, share, weightDecay]);
}
