/** The optimizers' steps, composed. */

import type { Composed, Primitives } from "../backend.js";
import { calculate } from "./values.js";

export const optimizers = (backend: Primitives): Pick<Composed, "adam" | "sgd"> => ({
  adam: (tensors, { lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2 }) =>
    calculate(backend, (sheet) => {
      const parameter = sheet.flat(tensors.parameter);
      const mean = sheet.flat(tensors.mean);
      const square = sheet.flat(tensors.square);
      const grad = sheet.flat(tensors.grad);
      const g = decoupled ? grad : grad.add(parameter.mul(weightDecay));
      mean.accumulate(g, beta1, 1 - beta1);
      square.accumulate(g.mul(g), beta2, 1 - beta2);
      const direction = mean.div(square.div(correction2).sqrt().add(eps));
      parameter.accumulate(direction, decoupled ? 1 - lr * weightDecay : 1, -lr / correction1);
    }),

  sgd: (tensors, { lr, momentum, dampening, weightDecay, nesterov, first }) =>
    calculate(backend, (sheet) => {
      const parameter = sheet.flat(tensors.parameter);
      const g = sheet.flat(tensors.grad).add(parameter.mul(weightDecay));
      const velocity = tensors.velocity && sheet.flat(tensors.velocity);
      velocity?.accumulate(g, first ? 0 : momentum, first ? 1 : 1 - dampening);
      if (!velocity) parameter.accumulate(g, 1, -lr);
      else if (!nesterov) parameter.accumulate(velocity, 1, -lr);
      else parameter.accumulate(g.add(velocity.mul(momentum)), 1, -lr);
    }),
});
