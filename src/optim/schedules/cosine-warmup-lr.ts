/** CosineWarmupLR: the rate rises along a line, then falls along half a cosine. */

import {
  aCount,
  checkArgument,
  checkOptions,
  needed,
  numberFrom,
  type OptionKinds,
  wholeFrom,
} from "../../tensor/arguments.js";
import { makeComplete } from "../../tensor/known-names.js";
import type { Optimizer } from "../optimizer.js";
import { annealed } from "./cosine-annealing-lr.js";
import { Timed } from "./timed.js";

export interface CosineWarmupOptions {
  /** Calls of `step()` until the end of the cosine, warm-up included. */
  steps: number;
  /** Calls of `step()` in which the rate rises linearly to its full value. Default 0. */
  warmupSteps?: number;
  /** Where the cosine ends. Default 0. */
  minLr?: number;
}

const COSINE: OptionKinds<CosineWarmupOptions> = {
  steps: needed(aCount),
  warmupSteps: wholeFrom(0),
  minLr: numberFrom(0),
};

/**
 * Linear warm-up, then half a cosine: lr₀·(t + 1)/warmup while t < warmup, then
 * minLr + (lr₀ − minLr)·(1 + cos(π·(t − warmup)/(steps − warmup)))/2; the first rate is set at once, for t = 0.
 * @see I. Loshchilov and F. Hutter, "SGDR", ICLR 2017, arXiv:1608.03983
 */
export class CosineWarmupLR extends Timed {
  readonly #options: Required<CosineWarmupOptions>;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: CosineWarmupOptions) {
    super(optimizer);
    checkOptions("CosineWarmupLR", options, COSINE);
    const { steps, warmupSteps = 0, minLr = 0 } = options;
    this.fallTo(minLr);
    checkArgument("CosineWarmupLR", "warmupSteps", warmupSteps, wholeFrom(0, steps - 1));
    this.#options = { steps, warmupSteps, minLr };
    this.set();
  }

  protected override rate(base: number, t: number): number {
    const { steps, warmupSteps, minLr } = this.#options;
    if (t < warmupSteps) return (base * (t + 1)) / warmupSteps;
    const part = Math.min(1, (t - warmupSteps) / (steps - warmupSteps));
    return annealed(base, minLr, part);
  }
}

makeComplete(CosineWarmupLR);
