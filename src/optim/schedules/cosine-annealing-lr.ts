/** CosineAnnealingLR: the rate falls along half a cosine, once or again and again. */

import { aCount, checkOptions, needed, numberFrom, type OptionKinds } from "../../tensor/arguments.js";
import { makeComplete } from "../../tensor/known-names.js";
import type { Optimizer } from "../optimizer.js";
import { Timed } from "./timed.js";

export interface CosineAnnealingOptions {
  /** Calls of `step()` until the rate is lowest. */
  tMax: number;
  /** The lowest rate. Default 0. */
  minLr?: number;
}

const ONCE: OptionKinds<CosineAnnealingOptions> = { tMax: needed(aCount), minLr: numberFrom(0) };

/** From `base` down to `minLr` along half a cosine, `part` of the way. */
export function annealed(base: number, minLr: number, part: number): number {
  return minLr + ((base - minLr) * (1 + Math.cos(Math.PI * part))) / 2;
}

/**
 * lr = minLr + (lr₀ − minLr) · (1 + cos(π·t / tMax)) / 2 after t calls of `step()`; after tMax it rises again.
 * @see torch.optim.lr_scheduler.CosineAnnealingLR, and I. Loshchilov and F. Hutter, "SGDR", ICLR 2017, arXiv:1608.03983
 */
export class CosineAnnealingLR extends Timed {
  readonly #options: Required<CosineAnnealingOptions>;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: CosineAnnealingOptions) {
    super(optimizer);
    checkOptions("CosineAnnealingLR", options, ONCE);
    const { tMax, minLr = 0 } = options;
    this.fallTo(minLr);
    this.#options = { tMax, minLr };
  }

  protected override rate(base: number, t: number): number {
    const { tMax, minLr } = this.#options;
    return annealed(base, minLr, t / tMax);
  }
}

makeComplete(CosineAnnealingLR);

export interface WarmRestartOptions {
  /** Calls of `step()` until the first restart. */
  t0: number;
  /** How many times longer each period is than the one before. Default 1. */
  tMult?: number;
  /** The lowest rate. Default 0. */
  minLr?: number;
}

const AGAIN: OptionKinds<WarmRestartOptions> = { t0: needed(aCount), tMult: aCount, minLr: numberFrom(0) };

/**
 * lr = minLr + (lr₀ − minLr) · (1 + cos(π·i / n)) / 2, i calls of `step()` after the last restart; periods have
 * n = t0, t0·tMult, t0·tMult², … calls.
 * @see torch.optim.lr_scheduler.CosineAnnealingWarmRestarts, and I. Loshchilov and F. Hutter, "SGDR", ICLR 2017,
 * arXiv:1608.03983
 */
export class CosineAnnealingWarmRestarts extends Timed {
  readonly #options: Required<WarmRestartOptions>;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: WarmRestartOptions) {
    super(optimizer);
    checkOptions("CosineAnnealingWarmRestarts", options, AGAIN);
    const { t0, tMult = 1, minLr = 0 } = options;
    this.fallTo(minLr);
    this.#options = { t0, tMult, minLr };
  }

  protected override rate(base: number, t: number): number {
    const { t0, tMult, minLr } = this.#options;
    let [since, period] = [t, t0];
    // Periods of one length are counted at once; longer and longer ones are few.
    if (tMult === 1) since %= period;
    while (since >= period) {
      since -= period;
      period *= tMult;
    }
    return annealed(base, minLr, since / period);
  }
}

makeComplete(CosineAnnealingWarmRestarts);
