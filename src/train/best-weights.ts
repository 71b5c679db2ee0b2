/** BestWeights: a model's numbers as they were at the end of its best epoch so far. */

import type { Module } from "../layers/module.js";
import { bestEpoch, type MetricName } from "./best-epoch.js";
import { KeptWeights } from "./kept-weights.js";
import type { AnyMetrics } from "./metrics.js";
import type { EpochReport } from "./reports.js";

export class BestWeights extends KeptWeights {
  readonly #metric: MetricName;

  /** @param metric what the best epoch is the best by */
  constructor(model: Module, metric: MetricName) {
    super(model);
    this.#metric = metric;
  }

  /** Copies the model's numbers if the last of `reports` is the best one. */
  look(reports: readonly EpochReport<AnyMetrics>[]): void {
    if (bestEpoch(reports, this.#metric) === reports.at(-1)) this.take();
  }
}
