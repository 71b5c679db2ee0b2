/** Host side of the updates in place: what can be computed once for all elements. */

import type { Backend } from "../backend.js";
import { blocks } from "./items.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";

export const updates = (rt: Runtime): Pick<Backend, "accumulate" | "adam" | "sgd"> => ({
  accumulate(y, x, alpha, beta) {
    rt.run("accumulate", blocks(y.size), [at(y), at(x), y.size, alpha, beta]);
  },

  adam({ parameter, grad, mean, square }, step) {
    const { lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2 } = step;
    const { size } = parameter;
    const keep = decoupled ? 1 - lr * weightDecay : 1;
    const l2 = decoupled ? 0 : weightDecay;
    const betas = [beta1, 1 - beta1, beta2, 1 - beta2];
    const numbers = [keep, l2, ...betas, lr / correction1, 1 / Math.sqrt(correction2), eps];
    rt.run("adam", blocks(size), [at(parameter), at(grad), at(mean), at(square), size, ...numbers]);
  },

  sgd({ parameter, grad, velocity }, { lr, momentum, dampening, weightDecay, nesterov, first }) {
    const { size } = parameter;
    if (!velocity) {
      rt.run("sgd", blocks(size), [at(parameter), at(grad), size, lr, weightDecay]);
      return;
    }
    const [keep, take] = first ? [0, 1] : [momentum, 1 - dampening];
    const [alongGrad, alongVelocity] = nesterov ? [1, momentum] : [0, 1];
    const numbers = [lr, weightDecay, keep, take, alongGrad, alongVelocity];
    rt.run("sgdMomentum", blocks(size), [at(parameter), at(grad), at(velocity), size, ...numbers]);
  },
});
