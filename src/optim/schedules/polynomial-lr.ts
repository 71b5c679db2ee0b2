/** PolynomialLR: the rate falls to 0 along a power of what is left of the steps. */

import { aCount, checkOptions, needed, numberFrom, type OptionKinds } from "../../tensor/arguments.js";
import { makeComplete } from "../../tensor/known-names.js";
import type { Optimizer } from "../optimizer.js";
import { Timed } from "./timed.js";

export interface PolynomialOptions {
  /** Calls of `step()` until the rate is 0. */
  totalIters: number;
  /** 1 is a line. Default 1. */
  power?: number;
}

const KINDS: OptionKinds<PolynomialOptions> = { totalIters: needed(aCount), power: numberFrom(0) };

/**
 * lr = lr₀ · (1 − min(t, totalIters) / totalIters)^power after t calls of `step()`.
 * @see torch.optim.lr_scheduler.PolynomialLR
 */
export class PolynomialLR extends Timed {
  readonly #totalIters: number;
  readonly #power: number;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: PolynomialOptions) {
    super(optimizer);
    checkOptions("PolynomialLR", options, KINDS);
    const { totalIters, power = 1 } = options;
    this.#totalIters = totalIters;
    this.#power = power;
  }

  protected override rate(base: number, t: number): number {
    return base * (1 - Math.min(t, this.#totalIters) / this.#totalIters) ** this.#power;
  }
}

makeComplete(PolynomialLR);
