/** The optimizers' steps, in place. */

import type { Backend } from "../backend.js";
import { values } from "./memory.js";

export const optimizers: Pick<Backend, "adam" | "sgd"> = {
  adam(tensors, { lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2 }) {
    const [parameter, grad] = [tensors.parameter, tensors.grad].map(values);
    const [mean, square] = [tensors.mean, tensors.square].map(values);
    for (let i = 0; i < parameter.length; i++) {
      const decayed = decoupled ? parameter[i] * (1 - lr * weightDecay) : parameter[i];
      const g = decoupled ? grad[i] : grad[i] + weightDecay * parameter[i];
      mean[i] = beta1 * mean[i] + (1 - beta1) * g;
      square[i] = beta2 * square[i] + (1 - beta2) * g * g;
      parameter[i] = decayed - ((lr / correction1) * mean[i]) / (Math.sqrt(square[i] / correction2) + eps);
    }
  },

  sgd(tensors, { lr, momentum, dampening, weightDecay, nesterov, first }) {
    const [parameter, grad] = [tensors.parameter, tensors.grad].map(values);
    const velocity = tensors.velocity && values(tensors.velocity);
    for (let i = 0; i < parameter.length; i++) {
      let g = grad[i] + weightDecay * parameter[i];
      if (velocity) {
        velocity[i] = first ? g : momentum * velocity[i] + (1 - dampening) * g;
        g = nesterov ? g + momentum * velocity[i] : velocity[i];
      }
      parameter[i] -= lr * g;
    }
  },
};
