/** OneCycleLR: the rate rises to a maximum, then falls far below where it began. */

import { aCount, checkOptions, needed, type OptionKinds, oneOf } from "../../tensor/arguments.js";
import { numberAbove, numberBetween } from "../../tensor/kinds.js";
import { makeComplete } from "../../tensor/known-names.js";
import type { Optimizer } from "../optimizer.js";
import { Timed } from "./timed.js";

export interface OneCycleOptions {
  /** The highest rate. */
  maxLr: number;
  /** Calls of `step()` until the end of the cycle. */
  totalSteps: number;
  /** Share of the steps in which the rate rises. Default 0.3. */
  pctStart?: number;
  /** "cos" or "linear": along what it rises and falls. Default "cos". */
  annealStrategy?: "cos" | "linear";
  /** The rate begins at maxLr / divFactor. Default 25. */
  divFactor?: number;
  /** The rate ends at its beginning / finalDivFactor. Default 1e4. */
  finalDivFactor?: number;
}

const KINDS: OptionKinds<OneCycleOptions> = {
  maxLr: needed(numberAbove(0)),
  totalSteps: needed(aCount),
  pctStart: numberBetween(0, 1),
  annealStrategy: oneOf("cos", "linear"),
  divFactor: numberAbove(0),
  finalDivFactor: numberAbove(0),
};

/**
 * From maxLr / divFactor up to maxLr in pctStart · totalSteps − 1 steps, then down to maxLr / (divFactor · finalDivFactor)
 * at step totalSteps − 1, where it stays. Every group has this rate, whatever it began with; the first is set at once.
 * Momentum stays as it is: this is PyTorch's with cycle_momentum=False.
 * @see torch.optim.lr_scheduler.OneCycleLR, and L. N. Smith and N. Topin, "Super-convergence", 2018, arXiv:1708.07120
 */
export class OneCycleLR extends Timed {
  readonly #options: Required<OneCycleOptions>;

  /**
   * @param optimizer whose rate to set
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: OneCycleOptions) {
    super(optimizer);
    checkOptions("OneCycleLR", options, KINDS);
    const { maxLr, totalSteps, pctStart = 0.3, annealStrategy = "cos", divFactor = 25, finalDivFactor = 1e4 } = options;
    this.#options = { maxLr, totalSteps, pctStart, annealStrategy, divFactor, finalDivFactor };
    this.set();
  }

  protected override rate(_base: number, t: number): number {
    const { maxLr, totalSteps, pctStart, annealStrategy, divFactor, finalDivFactor } = this.#options;
    const [top, last] = [pctStart * totalSteps - 1, totalSteps - 1];
    const first = maxLr / divFactor;
    const between = (from: number, to: number, part: number) =>
      from + (to - from) * (annealStrategy === "cos" ? (1 - Math.cos(Math.PI * part)) / 2 : part);
    if (t < top) return between(first, maxLr, t / top);
    return between(maxLr, first / finalDivFactor, (Math.min(t, last) - top) / (last - top));
  }
}

makeComplete(OneCycleLR);
