/** Learning-rate schedules: call `step()` once after each epoch (or step) that they count. */

import {
  aCount,
  aNumber,
  aPlainObject,
  checkArgument,
  checkOptions,
  type Kind,
  needed,
  numberFrom,
  type OptionKinds,
  oneOf,
} from "../tensor/arguments.js";
import { anOptimizer, type Optimizer } from "./optimizer.js";

/** What a schedule remembers from step to step, the rate it began with included; its options are the constructor's. */
export type ScheduleState = Record<string, number>;

/** Sets an optimizer's learning rate as training goes on. */
export interface Schedule {
  /** Whose rate it sets, where it says. */
  readonly optimizer?: Optimizer;
  /** @param metric what the schedule watches, if it watches anything: `ReduceLROnPlateau` does */
  step(metric: number): void;
  /** What it has counted so far. */
  stateDict(): ScheduleState;
  /** Goes on from a state that `stateDict()` gave. */
  loadStateDict(state: ScheduleState): void;
}

export const aSchedule: Kind<Schedule> = {
  expected: "a schedule",
  accepts: (value): value is Schedule => typeof (value as Schedule | null | undefined)?.step === "function",
};

/** @throws Error unless the state has these numbers and no others: it would be of another schedule */
function checkState(schedule: Schedule, state: ScheduleState, names: readonly string[], optional: string[] = []): void {
  checkArgument(`${schedule.constructor.name}.loadStateDict`, "state", state, aPlainObject);
  const given = Object.keys(state);
  const fits = names.every((name) => typeof state[name] === "number");
  if (fits && given.every((name) => names.includes(name) || optional.includes(name))) return;
  const { name } = schedule.constructor;
  throw new Error(
    `${name}.loadStateDict: expected a state of ${names.join(" and ")}, got ${given.join(" and ") || "none"}`,
  );
}

/** A schedule whose rate follows from the number of steps and the rate that the optimizer had at first. */
abstract class Timed implements Schedule {
  /** Whose rate it sets. */
  readonly optimizer: Optimizer;
  /** The rate before the first step. It is part of the state: a resumed optimizer has a later one. */
  #base: number;
  #t = 0;

  /** @param optimizer whose rate to set, from the one that it has */
  constructor(optimizer: Optimizer) {
    checkArgument(new.target.name, "optimizer", optimizer, anOptimizer);
    this.optimizer = optimizer;
    this.#base = optimizer.lr;
  }

  /** The rate after t steps from `base`. */
  protected abstract rate(base: number, t: number): number;

  /** Sets the rate for the steps counted so far. */
  protected set(): void {
    this.optimizer.lr = this.rate(this.#base, this.#t);
  }

  /** Counts one step, and sets the rate. */
  step(): void {
    this.#t++;
    this.set();
  }

  /** What it has counted so far, and the rate it began with. */
  stateDict(): ScheduleState {
    return { t: this.#t, base: this.#base };
  }

  /**
   * Goes on from a state that `stateDict()` gave, and sets the rate.
   * @throws Error when it is of another schedule
   */
  loadStateDict(state: ScheduleState): void {
    checkState(this, state, ["t", "base"]);
    this.#t = state.t;
    this.#base = state.base;
    this.set();
  }
}

export interface StepOptions {
  /** Calls of `step()` for which the rate stays. */
  stepSize: number;
  /** What it is multiplied by then. Default 0.1. */
  gamma?: number;
}

const STEP: OptionKinds<StepOptions> = { stepSize: needed(aCount), gamma: numberFrom(0) };

/**
 * lr = lr₀ · gamma^⌊t / stepSize⌋ after t calls of `step()`.
 * @see torch.optim.lr_scheduler.StepLR
 */
export class StepLR extends Timed {
  readonly #stepSize: number;
  readonly #gamma: number;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: StepOptions) {
    super(optimizer);
    checkOptions("StepLR", options, STEP);
    const { stepSize, gamma = 0.1 } = options;
    this.#stepSize = stepSize;
    this.#gamma = gamma;
  }

  protected override rate(base: number, t: number): number {
    return base * this.#gamma ** Math.floor(t / this.#stepSize);
  }
}

export interface CosineWarmupOptions {
  /** Calls of `step()` until the end of the cosine, warm-up included. */
  steps: number;
  /** Calls of `step()` in which the rate rises linearly to its full value. Default 0. */
  warmupSteps?: number;
  /** Where the cosine ends. Default 0. */
  minLr?: number;
}

const COSINE: OptionKinds<CosineWarmupOptions> = {
  steps: needed(numberFrom(1)),
  warmupSteps: numberFrom(0),
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
    checkArgument("CosineWarmupLR", "warmupSteps", warmupSteps, numberFrom(0, steps));
    this.#options = { steps, warmupSteps, minLr };
    this.set();
  }

  protected override rate(base: number, t: number): number {
    const { steps, warmupSteps, minLr } = this.#options;
    if (t < warmupSteps) return (base * (t + 1)) / warmupSteps;
    const part = Math.min(1, (t - warmupSteps) / (steps - warmupSteps));
    return minLr + ((base - minLr) * (1 + Math.cos(Math.PI * part))) / 2;
  }
}

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
  patience: numberFrom(0),
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
    this.optimizer = optimizer;
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
      this.optimizer.lr = Math.max(this.optimizer.lr * factor, minLr);
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
