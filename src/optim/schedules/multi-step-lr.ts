/** MultiStepLR: the rate falls at given steps. */

import { aCount, checkOptions, listOf, needed, numberFrom, type OptionKinds } from "../../tensor/arguments.js";
import { makeComplete } from "../../tensor/known-names.js";
import type { Optimizer } from "../optimizer.js";
import { Timed } from "./timed.js";

export interface MultiStepOptions {
  /** Calls of `step()` after which the rate falls, in any order. */
  milestones: readonly number[];
  /** What it is multiplied by each time. Default 0.1. */
  gamma?: number;
}

const KINDS: OptionKinds<MultiStepOptions> = {
  milestones: needed(listOf("a list of whole numbers of at least 1", aCount)),
  gamma: numberFrom(0),
};

/**
 * lr = lr₀ · gamma^m after t calls of `step()`, m being the number of milestones up to t.
 * @see torch.optim.lr_scheduler.MultiStepLR
 */
export class MultiStepLR extends Timed {
  readonly #milestones: readonly number[];
  readonly #gamma: number;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: MultiStepOptions) {
    super(optimizer);
    checkOptions("MultiStepLR", options, KINDS);
    const { milestones, gamma = 0.1 } = options;
    this.#milestones = [...milestones];
    this.#gamma = gamma;
  }

  protected override rate(base: number, t: number): number {
    return base * this.#gamma ** this.#milestones.filter((milestone) => milestone <= t).length;
  }
}

makeComplete(MultiStepLR);
