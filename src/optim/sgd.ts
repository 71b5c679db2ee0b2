/** Stochastic gradient descent, plain or with momentum. */

import { aBoolean, numberFrom } from "../tensor/arguments.js";
import { makeComplete } from "../tensor/known-names.js";
import { Optimizer, type OptimizerKind, type OptimizerStep } from "./optimizer.js";
import type { ParametersOrGroups } from "./parameter-groups.js";

export interface SgdOptions {
  /** Learning rate. Default 0.001. */
  lr?: number;
  /** Share of the last step that is kept. Default 0. */
  momentum?: number;
  /** Takes away from the new gradient's share in the velocity. Default 0. */
  dampening?: number;
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay?: number;
  /** Looks ahead along the velocity. Needs momentum and no dampening. Default false. */
  nesterov?: boolean;
}

const SGD_KIND: OptimizerKind<SgdOptions> = {
  kinds: {
    lr: numberFrom(0),
    momentum: numberFrom(0),
    dampening: numberFrom(0),
    weightDecay: numberFrom(0),
    nesterov: aBoolean,
  },
  defaults: { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false },
  stateNames: ({ momentum }) => (momentum > 0 ? ["momentum_buffer"] : []),
};

/**
 * g ← g + weightDecay·θ;  v ← momentum·v + (1 − dampening)·g, at first v = g;  θ ← θ − lr·v,
 * or with Nesterov's look-ahead θ ← θ − lr·(g + momentum·v).
 * @see torch.optim.SGD, and I. Sutskever et al., "On the importance of initialization and momentum", ICML 2013
 */
export class SGD extends Optimizer<SgdOptions> {
  /**
   * @param parameters what to change, such as `model.parameters()`, or groups `{ params, lr, … }`
   * @throws RangeError when Nesterov's look-ahead is asked for without momentum or with dampening
   */
  constructor(parameters: ParametersOrGroups<SgdOptions>, options: SgdOptions = {}) {
    super(parameters, options, SGD_KIND);
    for (const { nesterov, momentum, dampening } of this.groups) {
      if (nesterov && (momentum === 0 || dampening !== 0)) {
        throw new RangeError(`SGD: nesterov needs momentum > 0 and dampening 0, got ${momentum} and ${dampening}`);
      }
    }
  }

  protected override update({ parameter, grad, backend, step, options, state }: OptimizerStep<SgdOptions>): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = options;
    const velocity = momentum > 0 ? state("momentum_buffer") : undefined;
    backend.sgd({ parameter, grad, velocity }, { lr, momentum, dampening, weightDecay, nesterov, first: step === 1 });
  }
}

makeComplete(SGD);
