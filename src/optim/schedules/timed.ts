/** Timed: a schedule that follows a formula of the steps counted so far. */

import { checkArgument } from "../../tensor/arguments.js";
import { fixFields, refuseOtherNames } from "../../tensor/known-names.js";
import { anOptimizer, type Optimizer } from "../optimizer.js";
import {
  checkMinLr,
  checkState,
  FOR_ONE,
  hasStepped,
  MADE_WITH_OPTIONS,
  numberedNames,
  READ_THERE,
  type Schedule,
  type ScheduleState,
} from "./schedule.js";

/** A schedule whose rate follows from the number of steps and the rate that each group of parameters had at first. */
export abstract class Timed implements Schedule {
  /** Whose rate it sets. */
  readonly optimizer: Optimizer;
  /** The rates before the first step. They are part of the state: a resumed optimizer has later ones. */
  readonly #bases: number[];
  #minLr = 0;
  #t = 0;

  /** @param optimizer whose rate to set, from the one that it has */
  constructor(optimizer: Optimizer) {
    checkArgument(new.target.name, "optimizer", optimizer, anOptimizer);
    this.optimizer = optimizer;
    fixFields(this, FOR_ONE);
    this.#bases = optimizer.groups.map(({ lr }) => lr);
  }

  /**
   * For schedules that fall to a rate that is given. What an optimizer that goes on began with, its schedule's state says:
   * it is looked at when that is loaded, or else at the first step.
   * @throws RangeError when the first rate is below it
   */
  protected fallTo(minLr: number): void {
    this.#minLr = minLr;
    if (!hasStepped(this.optimizer)) checkMinLr(this.constructor.name, this.#bases, minLr);
  }

  /** The rate after t steps from `base`. */
  protected abstract rate(base: number, t: number): number;

  /** Sets the rate for the steps counted so far. */
  protected set(): void {
    for (const [i, group] of this.optimizer.groups.entries()) group.lr = this.rate(this.#bases[i], this.#t);
  }

  /**
   * Counts one step, and sets the rate.
   * @throws RangeError when it would rise to what is meant to be the lowest
   */
  step(): void {
    if (this.#t === 0) checkMinLr(this.constructor.name, this.#bases, this.#minLr);
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
   * @throws RangeError when that began below what is meant to be the lowest rate
   */
  loadStateDict(state: ScheduleState): void {
    const names = numberedNames("base", this.#bases.length);
    checkState(this, state, ["t", ...names]);
    const bases = names.map((name) => state[name]);
    checkMinLr(`${this.constructor.name}.loadStateDict`, bases, this.#minLr);
    this.#t = state.t;
    this.#bases.splice(0, bases.length, ...bases);
    this.set();
  }
}

refuseOtherNames(Timed, MADE_WITH_OPTIONS, READ_THERE);
