/** What of a checkpoint is no tensor: the entries of the file's metadata. */

import type { OptimizerState } from "../optim/optimizer-state.js";
import type { ScheduleState } from "../optim/schedules/schedule.js";
import type { Stream } from "../tensor/random.js";
import type { AnyMetrics } from "./metrics.js";
import type { TrainingPosition } from "./position.js";
import type { EpochReport } from "./reports.js";
import type { Settings } from "./settings.js";

/** Each field is an entry of the metadata, in JSON. */
export interface TrainingState {
  epoch: number;
  done: number;
  seconds: number;
  reports: EpochReport<AnyMetrics>[];
  streams?: TrainingPosition["streams"];
  /** The loss in the tally, and the number of classes; the rest of it is tensors. */
  tally?: { loss: number; classes: number };
  generators: Partial<Record<Stream, number[]>>;
  optimizer: Pick<OptimizerState, "lr" | "steps">;
  schedule?: ScheduleState;
  settings?: Settings;
}

/** The entries of the metadata. */
export function encodeState(state: TrainingState): Record<string, string> {
  const entries = Object.entries(state).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, JSON.stringify(value)]));
}
