/** WarmupLR: a linear warm-up in front of any schedule. */

import {
  aCount,
  aPlainObject,
  checkArgument,
  checkOptions,
  needed,
  numberFrom,
  type OptionKinds,
} from "../../tensor/arguments.js";
import { fixFields, refuseOtherNames } from "../../tensor/known-names.js";
import { anOptimizer, type Optimizer } from "../optimizer.js";
import {
  aSchedule,
  checkState,
  FOR_ONE,
  MADE_WITH_OPTIONS,
  numberedNames,
  READ_THERE,
  type Schedule,
  type ScheduleState,
} from "./schedule.js";

export interface WarmupOptions {
  /** Calls of `step()` until the rate has its full value. */
  steps: number;
  /** Share of the rate at first. Default 0.01. */
  startFactor?: number;
}

const KINDS: OptionKinds<WarmupOptions> = { steps: needed(aCount), startFactor: numberFrom(0, 1) };

/** What the wrapped schedule's part of the state begins with. */
const THEN = "then.";

/**
 * lr = lr₀ · (startFactor + (1 − startFactor) · t / steps) for the first `steps` calls of `step()`, lr₀ being the rate
 * that the other schedule has set at its beginning; every call after these is the other's. The first rate is set at once.
 *
 * `new WarmupLR(new StepLR(optimizer, { stepSize: 30 }), { steps: 5 })`
 * @see torch.optim.lr_scheduler.SequentialLR of LinearLR and another
 */
export class WarmupLR implements Schedule {
  /** Whose rate it sets. */
  readonly optimizer: Optimizer;
  readonly #then: Schedule;
  readonly #options: Required<WarmupOptions>;
  readonly #full: number[];
  #t = 0;

  /**
   * @param then what follows, just made: a schedule that has not been stepped
   * @throws RangeError on an option out of its range
   */
  constructor(then: Schedule, options: WarmupOptions) {
    checkArgument("WarmupLR", "then", then, aSchedule);
    checkArgument("WarmupLR", "then.optimizer", then.optimizer, anOptimizer);
    checkOptions("WarmupLR", options, KINDS);
    const { steps, startFactor = 0.01 } = options;
    this.#then = then;
    this.optimizer = then.optimizer as Optimizer;
    fixFields(this, FOR_ONE);
    this.#options = { steps, startFactor };
    this.#full = this.optimizer.groups.map(({ lr }) => lr);
    this.#set();
  }

  #set(): void {
    const { steps, startFactor } = this.#options;
    const share = startFactor + ((1 - startFactor) * this.#t) / steps;
    for (const [i, group] of this.optimizer.groups.entries()) group.lr = this.#full[i] * share;
  }

  /** @param metric what the other schedule watches, if it watches anything */
  step(metric: number): void {
    if (this.#t === this.#options.steps) {
      this.#then.step(metric);
      return;
    }
    this.#t++;
    this.#set();
  }

  /** Steps of the warm-up, the full rates, and the state of what follows as `then.NAME`. */
  stateDict(): ScheduleState {
    const names = numberedNames("full", this.#full.length);
    const then = Object.entries(this.#then.stateDict()).map(([name, value]) => [THEN + name, value]);
    return { t: this.#t, ...Object.fromEntries([...names.map((name, i) => [name, this.#full[i]]), ...then]) };
  }

  /**
   * Goes on from a state that `stateDict()` gave, and sets the rate.
   * @throws Error when it is of another schedule
   */
  loadStateDict(state: ScheduleState): void {
    checkArgument("WarmupLR.loadStateDict", "state", state, aPlainObject);
    const names = numberedNames("full", this.#full.length);
    const inner = Object.keys(state).filter((name) => name.startsWith(THEN));
    checkState(this, state, ["t", ...names], inner);
    this.#then.loadStateDict(Object.fromEntries(inner.map((name) => [name.slice(THEN.length), state[name]])));
    this.#t = state.t;
    for (const [i, name] of names.entries()) this.#full[i] = state[name];
    if (this.#t < this.#options.steps) this.#set();
  }
}

refuseOtherNames(WarmupLR, MADE_WITH_OPTIONS, READ_THERE);
