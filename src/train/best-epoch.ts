/** bestEpoch: which epoch was the best one so far, by one of its metrics. */

import { aPlainObject, checkArgument, type Kind, listOf, oneOf } from "../tensor/arguments.js";
import type { AnyMetrics, Metrics } from "./metrics.js";
import type { EpochReport } from "./reports.js";

/** What an epoch can be judged by. */
export type MetricName = keyof Metrics;

/** All of them. */
export const METRICS: readonly MetricName[] = ["loss", "accuracy", "error", "precision", "recall", "f1", "auc"];

/** Of these, less is better. */
export const COSTS: ReadonlySet<MetricName> = new Set(["loss", "error"]);

/** What is judged: a report of `fit`, or a line of a run's metrics.jsonl. */
type Epoch = Pick<EpochReport<AnyMetrics>, "epoch" | "train" | "validation" | "test">;

/** The sets of images that an epoch is measured on. */
export type Split = "train" | "validation" | "test";

/** The one by which epochs are told apart: that for validation; where there is none, the test set, or the training set. */
export function decidingSplit({ validation, test }: Pick<Epoch, "validation" | "test">): Split {
  if (validation) return "validation";
  return test ? "test" : "train";
}

/** What the epoch is judged by. */
export function deciding<M extends AnyMetrics>(
  report: Pick<EpochReport<M>, "epoch" | "train" | "validation" | "test">,
): M {
  return report[decidingSplit(report)]!;
}

export const aMetric: Kind<MetricName> = oneOf(...METRICS);

/** Larger is better: costs are negated. */
function score(report: Epoch, metric: MetricName): number {
  const value = deciding(report)[metric];
  if (value === undefined) {
    const needs = metric === "auc" ? "two classes, and examples of both of them" : "targets that are classes";
    throw new Error(`there is no ${metric} in epoch ${report.epoch}: it needs ${needs}`);
  }
  return COSTS.has(metric) ? -value : value;
}

/**
 * The one of `reports` on the best epoch by `metric` of the validation set; without one, of the test set, or of the
 * training set. The first of equals.
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
