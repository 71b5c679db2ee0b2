/** Schedule: what sets an optimizer's learning rate as training goes on, by a `step()` after each epoch or batch. */

import { aNumber, aPlainObject, checkArgument, type Kind, numberFrom, wholeFrom } from "../../tensor/arguments.js";
import type { Optimizer } from "../optimizer.js";

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

/** What is counted in a state. What else it must have are rates; what it may have is a metric, or another schedule's. */
const COUNTS = ["t", "bad"];

/**
 * @throws Error unless the state has these names and no others: it would be of another schedule
 * @throws ArgumentError or RangeError on what is no number, or no count
 */
export function checkState(
  schedule: Schedule,
  state: ScheduleState,
  names: readonly string[],
  optional: string[] = [],
): void {
  const who = `${schedule.constructor.name}.loadStateDict`;
  checkArgument(who, "state", state, aPlainObject);
  const given = Object.keys(state);
  const fits = names.every((name) => given.includes(name));
  if (!fits || !given.every((name) => names.includes(name) || optional.includes(name))) {
    throw new Error(`${who}: expected a state of ${names.join(" and ")}, got ${given.join(" and ") || "none"}`);
  }
  for (const name of given) {
    const kind = COUNTS.includes(name) ? wholeFrom(0) : names.includes(name) ? numberFrom(0) : aNumber;
    checkArgument(who, name, state[name], kind);
  }
}

/** What to do instead of giving a schedule another optimizer. */
export const FOR_ONE = "another optimizer needs a schedule of its own";

/** Whether an optimizer has taken steps: the rate of one that goes on is not the one that its schedule began with. */
export function hasStepped(optimizer: Optimizer): boolean {
  return optimizer.stateDict().steps.some((steps) => steps > 0);
}

/** @throws RangeError when one of the rates that a schedule begins with would rise to what is meant to be the lowest */
export function checkMinLr(who: string, rates: readonly number[], minLr: number): void {
  const lr = Math.min(...rates);
  if (minLr <= lr) return;
  throw new RangeError(`${who}: minLr ${minLr} is above the rate that it begins with, ${lr}; write minLr: ${lr / 100}`);
}

/** What to do instead of setting what a schedule does not have. */
export const MADE_WITH_OPTIONS = "its options are given when it is made, and the rate is optimizer.lr";

/** What PyTorch's schedules have, and where that is here. */
export const READ_THERE = { lr: "optimizer.lr", getLastLr: "optimizer.lr", lastEpoch: "stateDict().t" };

/** What a number of each group is called in a state: by its name alone where there is one group. */
export function numberedNames(name: string, groups: number): string[] {
  return groups === 1 ? [name] : Array.from({ length: groups }, (_, i) => `${name}.${i}`);
}
