/** Adagrad: gradients divided by the root of the sum of all their squares. */

import { numberFrom } from "../tensor/arguments.js";
import { calculate } from "../tensor/backend/composed/values.js";
import { makeComplete } from "../tensor/known-names.js";
import { Optimizer, type OptimizerKind, type OptimizerStep } from "./optimizer.js";
import type { ParametersOrGroups } from "./parameter-groups.js";

export interface AdagradOptions {
  /** Learning rate. Default 0.01. */
  lr?: number;
  /** The rate falls as 1 / (1 + (t − 1)·lrDecay). Default 0. */
  lrDecay?: number;
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay?: number;
  /** What the sum of squares begins with. Default 0. */
  initialAccumulatorValue?: number;
  /** Added to the root of the sum. Default 1e-10. */
  eps?: number;
}

const ADAGRAD: OptimizerKind<AdagradOptions> = {
  kinds: {
    lr: numberFrom(0),
    lrDecay: numberFrom(0),
    weightDecay: numberFrom(0),
    initialAccumulatorValue: numberFrom(0),
    eps: numberFrom(0),
  },
  defaults: { lr: 0.01, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 },
  stateNames: () => ["sum"],
};

/**
 * g ← g + weightDecay·θ;  s ← s + g², at first s = initialAccumulatorValue;
 * θ ← θ − lr / (1 + (t − 1)·lrDecay) · g / (√s + eps).
 * @see torch.optim.Adagrad; J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and
 * stochastic optimization", JMLR 12, 2011
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  /**
   * @param parameters what to change, such as `model.parameters()`, or groups `{ params, lr, … }`
   * @throws RangeError on an option out of its range
   */
  constructor(parameters: ParametersOrGroups<AdagradOptions>, options: AdagradOptions = {}) {
    super(parameters, options, ADAGRAD);
  }

  protected override update({ backend, step, options, state, ...of }: OptimizerStep<AdagradOptions>): void {
    const { lr, lrDecay, weightDecay, initialAccumulatorValue, eps } = options;
    calculate(backend, (sheet) => {
      const parameter = sheet.flat(of.parameter);
      const g = sheet.flat(of.grad).add(parameter.mul(weightDecay));
      const squares = sheet.flat(state("sum"));
      const more = step === 1 ? g.mul(g).add(initialAccumulatorValue) : g.mul(g);
      squares.accumulate(more, 1, 1);
      parameter.accumulate(g.div(squares.sqrt().add(eps)), 1, -lr / (1 + (step - 1) * lrDecay));
    });
  }
}

makeComplete(Adagrad);
