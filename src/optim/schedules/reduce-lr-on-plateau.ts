/** ReduceLROnPlateau: the rate falls when a metric does not get better any more. */

import {
  aNumber,
  checkArgument,
  checkOptions,
  numberFrom,
  type OptionKinds,
  oneOf,
  wholeFrom,
} from "../../tensor/arguments.js";
import { fixFields, refuseOtherNames } from "../../tensor/known-names.js";
import { anOptimizer, type Optimizer } from "../optimizer.js";
import {
  checkMinLr,
  checkState,
  FOR_ONE,
  hasStepped,
  MADE_WITH_OPTIONS,
  READ_THERE,
  type Schedule,
  type ScheduleState,
} from "./schedule.js";

export interface PlateauOptions {
  /** Whether a smaller or a larger metric is better. Default "min". */
  mode?: "min" | "max";
  /** The rate is multiplied by this. Default 0.1. */
  factor?: number;
  /** Calls without improvement that are let pass. Default 10. */
  patience?: number;
  /** Relative improvement that counts as one. Default 1e-4. */
  threshold?: number;
  /** The rate goes no lower. Default 0. */
  minLr?: number;
}

const PLATEAU: OptionKinds<PlateauOptions> = {
  mode: oneOf("min", "max"),
  factor: numberFrom(0, 1),
  patience: wholeFrom(0),
  threshold: numberFrom(0),
  minLr: numberFrom(0),
};

/**
 * Multiplies the rate by `factor` when the metric has not improved for more than `patience` calls.
 * @see torch.optim.lr_scheduler.ReduceLROnPlateau (threshold_mode "rel", no cooldown)
 */
export class ReduceLROnPlateau implements Schedule {
  /** Whose rate it sets. */
  readonly optimizer: Optimizer;
  readonly #options: Required<PlateauOptions>;
  /** Before the first call there is none. */
  #best: number | undefined;
  #bad = 0;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: PlateauOptions = {}) {
    checkArgument("ReduceLROnPlateau", "optimizer", optimizer, anOptimizer);
    checkOptions("ReduceLROnPlateau", options, PLATEAU);
    const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, minLr = 0 } = options;
    const rates = optimizer.groups.map(({ lr }) => lr);
    if (!hasStepped(optimizer)) checkMinLr("ReduceLROnPlateau", rates, minLr);
    this.optimizer = optimizer;
    fixFields(this, FOR_ONE);
    this.#options = { mode, factor, patience, threshold, minLr };
  }

  /**
   * @param metric this epoch's loss, or accuracy with mode "max"
   * @throws ArgumentError when it is no number
   */
  step(metric: number): void {
    checkArgument("ReduceLROnPlateau.step", "metric", metric, aNumber);
    const { mode, factor, patience, threshold, minLr } = this.#options;
    const best = this.#best ?? (mode === "min" ? Infinity : -Infinity);
    const better = mode === "min" ? metric < best * (1 - threshold) : metric > best * (1 + threshold);
    if (better) {
      this.#best = metric;
      this.#bad = 0;
    } else if (++this.#bad > patience) {
      // A rate that is below the lowest already, as in a warm-up, stays there.
      for (const group of this.optimizer.groups) group.lr = Math.min(group.lr, Math.max(group.lr * factor, minLr));
      this.#bad = 0;
    }
  }

  /** What it has counted so far. */
  stateDict(): ScheduleState {
    return this.#best === undefined ? { bad: this.#bad } : { bad: this.#bad, best: this.#best };
  }

  /** Goes on from a state that `stateDict()` gave. */
  loadStateDict(state: ScheduleState): void {
    checkState(this, state, ["bad"], ["best"]);
    this.#bad = state.bad;
    this.#best = state.best;
  }
}

refuseOtherNames(ReduceLROnPlateau, MADE_WITH_OPTIONS, READ_THERE);
