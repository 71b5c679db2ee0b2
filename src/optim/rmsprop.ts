/** RMSprop: gradients divided by the root of their mean square. */

import { aBoolean, numberFrom } from "../tensor/arguments.js";
import { calculate } from "../tensor/backend/composed/values.js";
import { makeComplete } from "../tensor/known-names.js";
import { Optimizer, type OptimizerKind, type OptimizerStep } from "./optimizer.js";
import type { ParametersOrGroups } from "./parameter-groups.js";

export interface RmspropOptions {
  /** Learning rate. Default 0.01. */
  lr?: number;
  /** Decay of the running mean of the gradient's square. Default 0.99. */
  alpha?: number;
  /** Added to the root of the mean square. Default 1e-8. */
  eps?: number;
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay?: number;
  /** Share of the last step that is kept. Default 0. */
  momentum?: number;
  /** Divides by the deviation instead: the mean of the gradient is subtracted. Default false. */
  centered?: boolean;
}

const RMSPROP: OptimizerKind<RmspropOptions> = {
  kinds: {
    lr: numberFrom(0),
    alpha: numberFrom(0, 1),
    eps: numberFrom(0),
    weightDecay: numberFrom(0),
    momentum: numberFrom(0),
    centered: aBoolean,
  },
  defaults: { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false },
  stateNames: ({ momentum, centered }) => [
    "square_avg",
    ...(momentum > 0 ? ["momentum_buffer"] : []),
    ...(centered ? ["grad_avg"] : []),
  ],
};

/**
 * g ← g + weightDecay·θ;  v ← alpha·v + (1 − alpha)·g²;  d = g / (√v + eps);  θ ← θ − lr·d.
 * With momentum b ← momentum·b + d stands for d in the last line; centered, v − m² for v in the third, with
 * m ← alpha·m + (1 − alpha)·g.
 * @see torch.optim.RMSprop; G. Hinton, "Neural networks for machine learning", lecture 6e, 2012; A. Graves, "Generating
 * sequences with recurrent neural networks", 2013, arXiv:1308.0850 (centered)
 */
export class RMSprop extends Optimizer<RmspropOptions> {
  /**
   * @param parameters what to change, such as `model.parameters()`, or groups `{ params, lr, … }`
   * @throws RangeError on an option out of its range
   */
  constructor(parameters: ParametersOrGroups<RmspropOptions>, options: RmspropOptions = {}) {
    super(parameters, options, RMSPROP);
  }

  protected override update({ backend, options, state, ...of }: OptimizerStep<RmspropOptions>): void {
    const { lr, alpha, eps, weightDecay, momentum, centered } = options;
    calculate(backend, (sheet) => {
      const parameter = sheet.flat(of.parameter);
      const g = sheet.flat(of.grad).add(parameter.mul(weightDecay));
      const square = sheet.flat(state("square_avg"));
      square.accumulate(g.mul(g), alpha, 1 - alpha);
      let variance = square;
      if (centered) {
        const mean = sheet.flat(state("grad_avg"));
        mean.accumulate(g, alpha, 1 - alpha);
        variance = square.sub(mean.mul(mean));
      }
      let direction = g.div(variance.sqrt().add(eps));
      if (momentum > 0) {
        const velocity = sheet.flat(state("momentum_buffer"));
        velocity.accumulate(direction, momentum, 1);
        direction = velocity;
      }
      parameter.accumulate(direction, 1, -lr);
    });
  }
}

makeComplete(RMSprop);
