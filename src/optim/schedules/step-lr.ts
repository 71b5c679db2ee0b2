/** StepLR: the rate falls every so many steps. */

import { aCount, checkOptions, needed, numberFrom, type OptionKinds } from "../../tensor/arguments.js";
import { makeComplete } from "../../tensor/known-names.js";
import type { Optimizer } from "../optimizer.js";
import { Timed } from "./timed.js";

export interface StepOptions {
  /** Calls of `step()` for which the rate stays. */
  stepSize: number;
  /** What it is multiplied by then. Default 0.1. */
  gamma?: number;
}

const STEP: OptionKinds<StepOptions> = { stepSize: needed(aCount), gamma: numberFrom(0) };

/**
 * lr = lr₀ · gamma^⌊t / stepSize⌋ after t calls of `step()`.
 * @see torch.optim.lr_scheduler.StepLR
 */
export class StepLR extends Timed {
  readonly #stepSize: number;
  readonly #gamma: number;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: StepOptions) {
    super(optimizer);
    checkOptions("StepLR", options, STEP);
    const { stepSize, gamma = 0.1 } = options;
    this.#stepSize = stepSize;
    this.#gamma = gamma;
  }

  protected override rate(base: number, t: number): number {
    return base * this.#gamma ** Math.floor(t / this.#stepSize);
  }
}

makeComplete(StepLR);
