/** Learning-rate schedules: call `step()` once after each epoch (or step) that they count. */

import { checkNumber, type Optimizer } from "./optimizer.js";

/** What a schedule remembers from step to step; its options are the constructor's. */
export type ScheduleState = Record<string, number>;

/** Sets an optimizer's learning rate as training goes on. */
export interface Schedule {
  /** @param metric what the schedule watches, if it watches anything: `ReduceLROnPlateau` does */
  step(metric: number): void;
  /** What it has counted so far. */
  stateDict(): ScheduleState;
  /** Goes on from a state that `stateDict()` gave. The rate itself is in the optimizer's state. */
  loadStateDict(state: ScheduleState): void;
}

/** lr = lr₀ · gamma^⌊t / stepSize⌋ after t calls of `step()`. */
export class StepLR implements Schedule {
  readonly #optimizer: Optimizer;
  readonly #base: number;
  readonly #stepSize: number;
  readonly #gamma: number;
  #t = 0;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @param options `stepSize`: calls of `step()` for which the rate stays; `gamma` (0.1): what it is multiplied by then
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, { stepSize, gamma = 0.1 }: { stepSize: number; gamma?: number }) {
    this.#optimizer = optimizer;
    this.#base = optimizer.lr;
    this.#stepSize = checkNumber("StepLR", "stepSize", stepSize, 1);
    this.#gamma = checkNumber("StepLR", "gamma", gamma, 0);
  }

  /** Counts one step, and sets the rate. */
  step(): void {
    this.#t++;
    this.#optimizer.lr = this.#base * this.#gamma ** Math.floor(this.#t / this.#stepSize);
  }

  /** What it has counted so far. */
  stateDict(): ScheduleState {
    return { t: this.#t };
  }

  /** Goes on from a state that `stateDict()` gave. */
  loadStateDict({ t }: ScheduleState): void {
    this.#t = t;
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

/**
 * Linear warm-up, then half a cosine: lr₀·(t + 1)/warmup while t < warmup, then
 * minLr + (lr₀ − minLr)·(1 + cos(π·(t − warmup)/(steps − warmup)))/2; the first rate is set at once, for t = 0.
 * @see I. Loshchilov and F. Hutter, "SGDR", ICLR 2017, arXiv:1608.03983
 */
export class CosineWarmupLR implements Schedule {
  readonly #optimizer: Optimizer;
  readonly #base: number;
  readonly #options: Required<CosineWarmupOptions>;
  #t = 0;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, { steps, warmupSteps = 0, minLr = 0 }: CosineWarmupOptions) {
    checkNumber("CosineWarmupLR", "steps", steps, 1);
    checkNumber("CosineWarmupLR", "warmupSteps", warmupSteps, 0, steps);
    checkNumber("CosineWarmupLR", "minLr", minLr, 0);
    this.#optimizer = optimizer;
    this.#base = optimizer.lr;
    this.#options = { steps, warmupSteps, minLr };
    this.#set();
  }

  /** Counts one step, and sets the rate. */
  step(): void {
    this.#t++;
    this.#set();
  }

  /** What it has counted so far. */
  stateDict(): ScheduleState {
    return { t: this.#t };
  }

  /** Goes on from a state that `stateDict()` gave. */
  loadStateDict({ t }: ScheduleState): void {
    this.#t = t;
  }

  #set(): void {
    const { steps, warmupSteps, minLr } = this.#options;
    if (this.#t < warmupSteps) {
      this.#optimizer.lr = (this.#base * (this.#t + 1)) / warmupSteps;
      return;
    }
    const part = Math.min(1, (this.#t - warmupSteps) / (steps - warmupSteps));
    this.#optimizer.lr = minLr + ((this.#base - minLr) * (1 + Math.cos(Math.PI * part))) / 2;
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

/**
 * Multiplies the rate by `factor` when the metric has not improved for more than `patience` calls.
 * @see torch.optim.lr_scheduler.ReduceLROnPlateau (threshold_mode "rel", no cooldown)
 */
export class ReduceLROnPlateau implements Schedule {
  readonly #optimizer: Optimizer;
  readonly #options: Required<PlateauOptions>;
  /** Before the first call there is none. */
  #best: number | undefined;
  #bad = 0;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @throws RangeError on an option out of its range
   */
  constructor(optimizer: Optimizer, options: PlateauOptions = {}) {
    const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, minLr = 0 } = options;
    if (mode !== "min" && mode !== "max") {
      throw new RangeError(`ReduceLROnPlateau: mode must be "min" or "max", got "${mode}"`);
    }
    checkNumber("ReduceLROnPlateau", "factor", factor, 0, 1);
    checkNumber("ReduceLROnPlateau", "patience", patience, 0);
    checkNumber("ReduceLROnPlateau", "threshold", threshold, 0);
    checkNumber("ReduceLROnPlateau", "minLr", minLr, 0);
    this.#optimizer = optimizer;
    this.#options = { mode, factor, patience, threshold, minLr };
  }

  /** @param metric this epoch's loss, or accuracy with mode "max" */
  step(metric: number): void {
    const { mode, factor, patience, threshold, minLr } = this.#options;
    const best = this.#best ?? (mode === "min" ? Infinity : -Infinity);
    const better = mode === "min" ? metric < best * (1 - threshold) : metric > best * (1 + threshold);
    if (better) {
      this.#best = metric;
      this.#bad = 0;
    } else if (++this.#bad > patience) {
      this.#optimizer.lr = Math.max(this.#optimizer.lr * factor, minLr);
      this.#bad = 0;
    }
  }

  /** What it has counted so far. */
  stateDict(): ScheduleState {
    return this.#best === undefined ? { bad: this.#bad } : { bad: this.#bad, best: this.#best };
  }

  /** Goes on from a state that `stateDict()` gave. */
  loadStateDict({ bad, best }: ScheduleState): void {
    this.#bad = bad;
    this.#best = best;
  }
}
