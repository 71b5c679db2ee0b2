/** ExponentialLR: the rate falls by the same factor at every step. */

import { checkOptions, needed, numberFrom, type OptionKinds } from "../../tensor/arguments.js";
import { makeComplete } from "../../tensor/known-names.js";
import type { Optimizer } from "../optimizer.js";
import { Timed } from "./timed.js";

export interface ExponentialOptions {
  /** What the rate is multiplied by at each call of `step()`. */
  gamma: number;
}

const KINDS: OptionKinds<ExponentialOptions> = { gamma: needed(numberFrom(0)) };

/**
 * lr = lr₀ · gamma^t after t calls of `step()`.
 * @see torch.optim.lr_scheduler.ExponentialLR
 */
export class ExponentialLR extends Timed {
  readonly #gamma: number;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: ExponentialOptions) {
    super(optimizer);
    checkOptions("ExponentialLR", options, KINDS);
    this.#gamma = options.gamma;
  }

  protected override rate(base: number, t: number): number {
    return base * this.#gamma ** t;
  }
}

makeComplete(ExponentialLR);
