/** Adam and AdamW. */

import { checkOptions, numberFrom, type OptionKinds, twoOf } from "../tensor/arguments.js";
import type { Storage } from "../tensor/backend/backend.js";
import type { Parameter, Tensor } from "../tensor/tensor.js";
import { Optimizer } from "./optimizer.js";

export interface AdamOptions {
  /** Learning rate. Default 0.001. */
  lr?: number;
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the root of the mean square. Default 1e-8. */
  eps?: number;
  /** L2 penalty (Adam), or decay of the weights themselves (AdamW). Default 0 for Adam, 0.01 for AdamW. */
  weightDecay?: number;
}

/** What Adam's options may be. */
const KINDS: OptionKinds<AdamOptions> = {
  lr: numberFrom(0),
  betas: twoOf("two numbers from 0 to below 1", numberFrom(0, 1)),
  eps: numberFrom(0),
  weightDecay: numberFrom(0),
};

/**
 * g ← g + weightDecay·θ;  m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;
 * θ ← θ − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps).
 * @see D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv:1412.6980
 */
export class Adam extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #weightDecay: number;

  /**
   * @param parameters what to change, such as `model.parameters()`
   * @throws RangeError on an option out of its range
   */
  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    checkOptions(new.target.name, options, KINDS);
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = options;
    super(parameters, lr, ["exp_avg", "exp_avg_sq"]);
    this.#betas = betas;
    this.#eps = eps;
    this.#weightDecay = weightDecay;
  }

  /** True where weights decay directly instead of through the gradient. */
  protected get decoupled(): boolean {
    return false;
  }

  protected override update(
    parameter: Storage,
    grad: Storage,
    backend: Tensor["backend"],
    step: number,
    state: (name: string) => Storage,
  ): void {
    const [beta1, beta2] = this.#betas;
    const tensors = { parameter, grad, mean: state("exp_avg"), square: state("exp_avg_sq") };
    backend.adam(tensors, {
      lr: this.lr,
      beta1,
      beta2,
      eps: this.#eps,
      weightDecay: this.#weightDecay,
      decoupled: this.decoupled,
      correction1: 1 - beta1 ** step,
      correction2: 1 - beta2 ** step,
    });
  }
}

/**
 * Adam with θ ← (1 − lr·weightDecay)·θ in place of the penalty on the gradient.
 * @see I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR 2019, arXiv:1711.05101
 */
export class AdamW extends Adam {
  /** @param parameters what to change, such as `model.parameters()` */
  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    checkOptions(new.target.name, options, KINDS);
    const { weightDecay = 0.01 } = options;
    super(parameters, { ...options, weightDecay });
  }

  protected override get decoupled(): boolean {
    return true;
  }
}
