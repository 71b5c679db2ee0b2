/** LinearLR: the rate changes along a line, between two shares of its full value. */

import { aCount, checkOptions, numberFrom, type OptionKinds } from "../../tensor/arguments.js";
import { makeComplete } from "../../tensor/known-names.js";
import type { Optimizer } from "../optimizer.js";
import { Timed } from "./timed.js";

export interface LinearLROptions {
  /** Share of the rate at first. Default 1/3. */
  startFactor?: number;
  /** Share of the rate in the end. Default 1. */
  endFactor?: number;
  /** Calls of `step()` until then. Default 5. */
  totalIters?: number;
}

const KINDS: OptionKinds<LinearLROptions> = {
  startFactor: numberFrom(0),
  endFactor: numberFrom(0),
  totalIters: aCount,
};

/**
 * lr = lr₀ · (startFactor + (endFactor − startFactor) · min(t, totalIters) / totalIters) after t calls of `step()`; the
 * first rate is set at once. To put a warm-up in front of another schedule, use `WarmupLR`.
 * @see torch.optim.lr_scheduler.LinearLR
 */
export class LinearLR extends Timed {
  readonly #options: Required<LinearLROptions>;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: LinearLROptions = {}) {
    super(optimizer);
    checkOptions("LinearLR", options, KINDS);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    this.#options = { startFactor, endFactor, totalIters };
    this.set();
  }

  protected override rate(base: number, t: number): number {
    const { startFactor, endFactor, totalIters } = this.#options;
    return base * (startFactor + ((endFactor - startFactor) * Math.min(t, totalIters)) / totalIters);
  }
}

makeComplete(LinearLR);
