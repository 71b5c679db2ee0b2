/** Lion: steps of one length, along the sign of a momentum. */

import { numberFrom, twoOf } from "../tensor/arguments.js";
import { calculate } from "../tensor/backend/composed/values.js";
import { makeComplete } from "../tensor/known-names.js";
import { Optimizer, type OptimizerKind, type OptimizerStep } from "./optimizer.js";
import type { ParametersOrGroups } from "./parameter-groups.js";

export interface LionOptions {
  /** Learning rate: three to ten times smaller than Adam's. Default 1e-4. */
  lr?: number;
  /** Share of the momentum in the step's direction, and its decay. Default [0.9, 0.99]. */
  betas?: readonly [number, number];
  /** Decay of the weights themselves: three to ten times larger than AdamW's. Default 0. */
  weightDecay?: number;
}

const LION: OptimizerKind<LionOptions> = {
  kinds: {
    lr: numberFrom(0),
    betas: twoOf("two numbers from 0 to below 1", numberFrom(0, 1)),
    weightDecay: numberFrom(0),
  },
  defaults: { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0 },
  stateNames: () => ["exp_avg"],
};

/** The smallest normal float32: what is divided by it, or by its own magnitude where that is more, comes out as its sign. */
const SMALLEST = 2 ** -126;

/**
 * c = β₁m + (1 − β₁)g;  θ ← (1 − lr·weightDecay)·θ − lr·sign(c);  m ← β₂m + (1 − β₂)g.
 * @see X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, arXiv:2302.06675
 */
export class Lion extends Optimizer<LionOptions> {
  /**
   * @param parameters what to change, such as `model.parameters()`, or groups `{ params, lr, … }`
   * @throws RangeError on an option out of its range
   */
  constructor(parameters: ParametersOrGroups<LionOptions>, options: LionOptions = {}) {
    super(parameters, options, LION);
  }

  protected override update({ backend, options, state, ...of }: OptimizerStep<LionOptions>): void {
    const { lr, weightDecay } = options;
    const [beta1, beta2] = options.betas;
    calculate(backend, (sheet) => {
      const [parameter, grad, mean] = [of.parameter, of.grad, state("exp_avg")].map((of) => sheet.flat(of));
      const direction = mean.mul(beta1).add(grad.mul(1 - beta1));
      const magnitude = direction.maximum(direction.mul(-1)).maximum(SMALLEST);
      parameter.accumulate(direction.div(magnitude), 1 - lr * weightDecay, -lr);
      mean.accumulate(grad, beta2, 1 - beta2);
    });
  }
}

makeComplete(Lion);
