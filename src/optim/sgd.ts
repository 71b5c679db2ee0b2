/** Stochastic gradient descent, plain or with momentum. */

import { aBoolean, checkOptions, numberFrom, type OptionKinds } from "../tensor/arguments.js";
import type { Storage } from "../tensor/backend/backend.js";
import type { Parameter, Tensor } from "../tensor/tensor.js";
import { Optimizer } from "./optimizer.js";

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

/** What SGD's options may be. */
const KINDS: OptionKinds<SgdOptions> = {
  lr: numberFrom(0),
  momentum: numberFrom(0),
  dampening: numberFrom(0),
  weightDecay: numberFrom(0),
  nesterov: aBoolean,
};

/**
 * g ← g + weightDecay·θ;  v ← momentum·v + (1 − dampening)·g, at first v = g;  θ ← θ − lr·v,
 * or with Nesterov's look-ahead θ ← θ − lr·(g + momentum·v).
 * @see torch.optim.SGD, and I. Sutskever et al., "On the importance of initialization and momentum", ICML 2013
 */
export class SGD extends Optimizer {
  readonly #options: Required<Omit<SgdOptions, "lr">>;

  /**
   * @param parameters what to change, such as `model.parameters()`
   * @throws RangeError when Nesterov's look-ahead is asked for without momentum or with dampening
   */
  constructor(parameters: readonly Parameter[], options: SgdOptions = {}) {
    checkOptions(new.target.name, options, KINDS);
    const { lr = 1e-3, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
    super(parameters, lr, momentum > 0 ? ["momentum_buffer"] : []);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new RangeError(`SGD: nesterov needs momentum > 0 and dampening 0, got ${momentum} and ${dampening}`);
    }
    this.#options = { momentum, dampening, weightDecay, nesterov };
  }

  protected override update(
    parameter: Storage,
    grad: Storage,
    backend: Tensor["backend"],
    step: number,
    state: (name: string) => Storage,
  ): void {
    const velocity = this.#options.momentum > 0 ? state("momentum_buffer") : undefined;
    backend.sgd({ parameter, grad, velocity }, { lr: this.lr, first: step === 1, ...this.#options });
  }
}
