/** Schedule: what sets an optimizer's learning rate as training goes on. Call `step()` once after each epoch (or step) that it counts. */

import { aPlainObject, checkArgument, type Kind } from "../../tensor/arguments.js";
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

/** @throws Error unless the state has these numbers and no others: it would be of another schedule */
export function checkState(
  schedule: Schedule,
  state: ScheduleState,
  names: readonly string[],
  optional: string[] = [],
): void {
  checkArgument(`${schedule.constructor.name}.loadStateDict`, "state", state, aPlainObject);
  const given = Object.keys(state);
  const fits = names.every((name) => typeof state[name] === "number");
  if (fits && given.every((name) => names.includes(name) || optional.includes(name))) return;
  const { name } = schedule.constructor;
  throw new Error(
    `${name}.loadStateDict: expected a state of ${names.join(" and ")}, got ${given.join(" and ") || "none"}`,
  );
}

/** What a number of each group is called in a state: by its name alone where there is one group. */
export function numberedNames(name: string, groups: number): string[] {
  return groups === 1 ? [name] : Array.from({ length: groups }, (_, i) => `${name}.${i}`);
}
