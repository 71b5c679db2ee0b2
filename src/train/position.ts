/** TrainingPosition: where training stands between two steps. */

import { instanceOf, type Kind } from "../tensor/arguments.js";
import type { AnyMetrics } from "./metrics.js";
import type { EpochReport } from "./reports.js";
import type { Tally } from "./tally.js";

/**
 * What decides the rest of a training run, besides the data, the model, the optimizer, its schedule and the default
 * generators. `fit` moves it on; handed to `fit` again, in this process or another (see `saveCheckpoint`), it makes
 * training go on with the numbers that it would have had.
 */
export class TrainingPosition {
  /** The running epoch, from 1. */
  epoch = 1;
  /** Examples of it that have been trained on. */
  done = 0;
  /** Spent on training on them, without callbacks. */
  seconds = 0;
  /** What the model said to them, once there are some. */
  tally: Tally | undefined;
  /** The streams that a pass over the training set draws from, as they were before this epoch's, once it has begun. */
  streams: { shuffle: number[]; augmentation: number[]; sample?: number[] } | undefined;
  /** One for each epoch that is over. */
  reports: EpochReport<AnyMetrics>[] = [];

  /** Notes the report of an epoch that is over, and stands before the next. */
  finishEpoch(report: EpochReport<AnyMetrics>): void {
    this.reports.push(report);
    this.epoch++;
    this.done = 0;
    this.seconds = 0;
    this.tally = undefined;
    this.streams = undefined;
  }
}

export const aPosition: Kind<TrainingPosition> = instanceOf("a TrainingPosition", TrainingPosition);
