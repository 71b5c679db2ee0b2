/** bestEpoch: which epoch was the best one so far, by one of its metrics. */

import { aPlainObject, checkArgument, type Kind, listOf, oneOf } from "../tensor/arguments.js";
import type { Metrics } from "./evaluate.js";
import type { EpochReport } from "./reports.js";

/** What an epoch can be judged by. */
export type MetricName = keyof Metrics;

/** All of them. */
export const METRICS: readonly MetricName[] = ["loss", "accuracy", "error", "precision", "recall", "f1", "auc"];

/** Of these, less is better. */
const COSTS: ReadonlySet<MetricName> = new Set(["loss", "error"]);

/** What is judged: a report of `fit`, or a line of a run's metrics.jsonl. */
type Epoch = Pick<EpochReport, "epoch" | "train" | "test">;

export const aMetric: Kind<MetricName> = oneOf(...METRICS);

/** The metric on the test set, or, without one, on the training set. Larger is better: costs are negated. */
function score({ epoch, train, test }: Epoch, metric: MetricName): number {
  const value = (test ?? train)[metric];
  if (value === undefined) {
    throw new Error(`there is no ${metric} in epoch ${epoch}: it needs two classes, and images of both of them`);
  }
  return COSTS.has(metric) ? -value : value;
}

/**
 * The one of `reports` on the best epoch by `metric`, the first of equals.
 * @throws RangeError when there is no metric of this name
 * @throws Error when there is no epoch, or the metric was not to be had
 */
export function bestEpoch<E extends Epoch>(reports: readonly E[], metric: MetricName): E {
  checkArgument("bestEpoch", "reports", reports, listOf("a list of reports", aPlainObject));
  checkArgument("bestEpoch", "metric", metric, aMetric);
  if (reports.length === 0) throw new Error("bestEpoch: no epoch is over");
  const scores = reports.map((report) => score(report, metric));
  return reports[scores.indexOf(Math.max(...scores))];
}

/** Whether the best of `reports` is less than `patience` epochs ago: where it is not, an early stop ends the training. */
export function keepsImproving(
  reports: readonly Epoch[],
  { metric, patience }: { metric: MetricName; patience: number },
): boolean {
  return reports.length === 0 || reports.length - bestEpoch(reports, metric).epoch < patience;
}
