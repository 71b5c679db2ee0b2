/** nextJobs: what a sweep has to do next, by what its trials have come to: synchronous successive halving. */

import { bestEpoch, COSTS, deciding, type MetricName } from "../train/best-epoch.js";
import { rungsOf, type Sweep } from "./sweep-file.js";
import type { SettingState, TrialState } from "./sweep-folder.js";
import type { Trial } from "./trial.js";

/** A trial, to be trained up to the end of this epoch. */
export interface Job {
  trial: Trial;
  until: number;
}

/** Whether nothing is left to do of a trial up to this epoch; at the end there is its result to be written. */
export function hasReached({ trial, lines, result }: TrialState, epochs: number): boolean {
  return result !== undefined || (epochs < trial.config.epochs && lines.length >= epochs);
}

/** The best value of the metric up to this epoch; undefined where training has broken off. */
export function valueAt({ lines, result }: TrialState, epochs: number, metric: MetricName): number | undefined {
  if (result?.broken !== undefined) return undefined;
  return deciding(bestEpoch(lines.slice(0, epochs), metric))[metric];
}

/** Larger is better: the mean over the seeds. A setting of which a trial has broken off is worse than any other. */
export function scoreAt({ trials }: SettingState, epochs: number, metric: MetricName): number {
  const values = trials.map((trial) => valueAt(trial, epochs, metric));
  if (values.includes(undefined)) return -Infinity;
  const mean = values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
  return COSTS.has(metric) ? -mean : mean;
}

/** The settings from the best to the worst; of equals, in their order. */
export function ranked(settings: readonly SettingState[], epochs: number, metric: MetricName): SettingState[] {
  const scores = new Map(settings.map((setting) => [setting, scoreAt(setting, epochs, metric)]));
  // Of two that have broken off, the difference of two infinities is not a number, which sort takes for equal.
  return [...settings].sort((a, b) => scores.get(b)! - scores.get(a)!);
}

/** The jobs that take these settings to the end of an epoch. */
export function jobsUntil(settings: readonly SettingState[], until: number): Job[] {
  return settings.flatMap(({ trials }) =>
    trials.filter((trial) => !hasReached(trial, until)).map(({ trial }) => ({ trial, until })),
  );
}

/**
 * The jobs that can be done now, in any order; none when the sweep is over. What goes on is decided when all of a rung have
 * reached its epoch, so it does not depend on the number of workers or on who is faster.
 */
export function nextJobs(sweep: Sweep, settings: readonly SettingState[]): Job[] {
  let left = settings;
  for (const epochs of rungsOf(sweep)) {
    const jobs = jobsUntil(left, epochs);
    if (jobs.length > 0) return jobs;
    left = ranked(left, epochs, sweep.metric).slice(0, Math.ceil(left.length / sweep.factor));
  }
  return [];
}
