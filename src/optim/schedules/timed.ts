/** Timed: a schedule that follows a formula of the steps counted so far. */

import { checkArgument } from "../../tensor/arguments.js";
import { fixFields, refuseOtherNames } from "../../tensor/known-names.js";
import { anOptimizer, type Optimizer } from "../optimizer.js";
import {
  checkState,
  FOR_ONE,
  MADE_WITH_OPTIONS,
  numberedNames,
  type Schedule,
  type ScheduleState,
} from "./schedule.js";

/** A schedule whose rate follows from the number of steps and the rate that each group of parameters had at first. */
export abstract class Timed implements Schedule {
  /** Whose rate it sets. */
  readonly optimizer: Optimizer;
  /** The rates before the first step. They are part of the state: a resumed optimizer has later ones. */
  readonly #bases: number[];
  #t = 0;

  /** @param optimizer whose rate to set, from the one that it has */
  constructor(optimizer: Optimizer) {
    checkArgument(new.target.name, "optimizer", optimizer, anOptimizer);
    this.optimizer = optimizer;
    fixFields(this, FOR_ONE);
    this.#bases = optimizer.groups.map(({ lr }) => lr);
  }

  /** The rate after t steps from `base`. */
  protected abstract rate(base: number, t: number): number;

  /** Sets the rate for the steps counted so far. */
  protected set(): void {
    for (const [i, group] of this.optimizer.groups.entries()) group.lr = this.rate(this.#bases[i], this.#t);
  }

  /** Counts one step, and sets the rate. */
  step(): void {
    this.#t++;
    this.set();
  }

  /** What it has counted so far, and the rate it began with: `base`, or `base.0`, `base.1`, … where there are groups. */
  stateDict(): ScheduleState {
    const names = numberedNames("base", this.#bases.length);
    return { t: this.#t, ...Object.fromEntries(names.map((name, i) => [name, this.#bases[i]])) };
  }

  /**
   * Goes on from a state that `stateDict()` gave, and sets the rate.
   * @throws Error when it is of another schedule
   */
  loadStateDict(state: ScheduleState): void {
    const names = numberedNames("base", this.#bases.length);
    checkState(this, state, ["t", ...names]);
    this.#t = state.t;
    for (const [i, name] of names.entries()) this.#bases[i] = state[name];
    this.set();
  }
}

refuseOtherNames(Timed, MADE_WITH_OPTIONS);
