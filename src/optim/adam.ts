/** Adam. */

import { aBoolean, numberFrom, type OptionKinds, twoOf } from "../tensor/arguments.js";
import type { BinaryRule } from "../tensor/backend/backend.js";
import { makeComplete } from "../tensor/known-names.js";
import { Optimizer, type OptimizerKind, type OptimizerStep } from "./optimizer.js";
import type { ParametersOrGroups } from "./parameter-groups.js";

export interface AdamOptions {
  /** Learning rate. Default 0.001. */
  lr?: number;
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the root of the mean square. Default 1e-8. */
  eps?: number;
  /** L2 penalty (Adam), or decay of the weights themselves (AdamW). Default 0 for Adam, 0.01 for AdamW. */
  weightDecay?: number;
  /** Divides by the root of the largest mean square so far, which never shrinks. Default false. */
  amsgrad?: boolean;
}

/** What the options of Adam and AdamW may be. */
export const adamKinds: OptionKinds<AdamOptions> = {
  lr: numberFrom(0),
  betas: twoOf("two numbers from 0 to below 1", numberFrom(0, 1)),
  eps: numberFrom(0),
  weightDecay: numberFrom(0),
  amsgrad: aBoolean,
};

const ADAM: OptimizerKind<AdamOptions> = {
  kinds: adamKinds,
  defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false },
  stateNames: ({ amsgrad }) => ["exp_avg", "exp_avg_sq", ...(amsgrad ? ["max_exp_avg_sq"] : [])],
};

const MAXIMUM: BinaryRule = { name: "maximum", f: Math.max };

/**
 * g ← g + weightDecay·θ;  m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;
 * θ ← θ − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps).
 * With amsgrad, the largest v so far stands for v in the last line.
 * @see D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv:1412.6980;
 * S. J. Reddi et al., "On the convergence of Adam and beyond", ICLR 2018, arXiv:1904.09237 (amsgrad)
 */
export class Adam extends Optimizer<AdamOptions> {
  /**
   * @param parameters what to change, such as `model.parameters()`, or groups `{ params, lr, … }`
   * @throws RangeError on an option out of its range
   */
  constructor(parameters: ParametersOrGroups<AdamOptions>, options: AdamOptions = {}) {
    super(parameters, options, ADAM);
  }

  /** True where weights decay directly instead of through the gradient. */
  protected get decoupled(): boolean {
    return false;
  }

  protected override update({ parameter, grad, backend, step, options, state }: OptimizerStep<AdamOptions>): void {
    const { lr, eps, weightDecay, amsgrad } = options;
    const [beta1, beta2] = options.betas;
    const tensors = { parameter, grad, mean: state("exp_avg"), square: state("exp_avg_sq") };
    const numbers = {
      lr,
      beta1,
      beta2,
      eps,
      weightDecay,
      decoupled: this.decoupled,
      correction1: 1 - beta1 ** step,
      correction2: 1 - beta2 ** step,
    };
    if (!amsgrad) {
      backend.adam(tensors, numbers);
      return;
    }
    // Kernels of one pass know nothing of a largest square. So the means come first, in a step of no length; then the step,
    // in which means stay as they are.
    backend.adam(tensors, { ...numbers, lr: 0 });
    const square = state("max_exp_avg_sq");
    const pairs = { shape: [square.size], aStrides: [1], bStrides: [1] };
    const larger = backend.binary(MAXIMUM, square, tensors.square, pairs);
    backend.accumulate(square, larger, 0, 1);
    backend.free(larger);
    backend.adam({ ...tensors, square }, { ...numbers, beta1: 1, beta2: 1 });
  }
}

makeComplete(Adam);
