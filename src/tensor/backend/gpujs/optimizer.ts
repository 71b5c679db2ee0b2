/** Host side of the updates in place: each puts a new result behind its storage. */

import type { Backend, Storage } from "../backend.js";
import { flat } from "./grid.js";
import { type GpuRuntime, type Launch, whole } from "./runtime.js";

export const updates = (rt: GpuRuntime): Pick<Backend, "accumulate" | "adam" | "sgd"> => {
  const update = (
    kernel: Launch["kernel"],
    target: Storage,
    operands: readonly Storage[],
    numbers: readonly number[],
  ) => {
    rt.replace(target, { kernel, operands: operands.map(whole), numbers, ...flat(target.size) });
  };

  return {
    accumulate(y, x, alpha, beta) {
      if (alpha === 0) update("scale", y, [x], [beta]);
      else update("accumulate", y, [y, x], [alpha, beta]);
    },

    adam({ parameter, grad, mean, square }, step) {
      const { lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2 } = step;
      const decay = decoupled ? 0 : weightDecay;
      const keep = decoupled ? 1 - lr * weightDecay : 1;
      update("gradientMean", mean, [mean, grad, parameter], [beta1, 1 - beta1, decay]);
      update("adamSquare", square, [square, grad, parameter], [beta2, 1 - beta2, decay]);
      update("adamParameter", parameter, [parameter, mean, square], [keep, lr / correction1, correction2, eps]);
    },

    sgd({ parameter, grad, velocity }, { lr, momentum, dampening, weightDecay, nesterov, first }) {
      if (!velocity) {
        update("sgdParameter", parameter, [parameter, grad, grad], [lr, 1, 0, weightDecay]);
        return;
      }
      const [keep, take] = first ? [0, 1] : [momentum, 1 - dampening];
      update("gradientMean", velocity, [velocity, grad, parameter], [keep, take, weightDecay]);
      const [fraction, share] = nesterov ? [1, momentum] : [0, 1];
      update("sgdParameter", parameter, [parameter, grad, velocity], [lr, fraction, share, weightDecay]);
    },
  };
};
