/** BestWeights: a model's numbers as they were at the end of its best epoch so far. */

import type { Module, StateDict } from "../layers/module.js";
import { noGrad } from "../tensor/autograd.js";
import { clone } from "../tensor/ops/movement/clone.js";
import { bestEpoch, type MetricName } from "./best-epoch.js";
import type { AnyMetrics } from "./metrics.js";
import type { EpochReport } from "./reports.js";

export class BestWeights {
  readonly #model: Module;
  readonly #metric: MetricName;
  #state: StateDict = {};

  /** @param metric what the best epoch is the best by */
  constructor(model: Module, metric: MetricName) {
    this.#model = model;
    this.#metric = metric;
  }

  /** Copies the model's numbers if the last of `reports` is the best one. */
  look(reports: readonly EpochReport<AnyMetrics>[]): void {
    if (bestEpoch(reports, this.#metric) !== reports.at(-1)) return;
    this.dispose();
    noGrad(() => {
      for (const [name, value] of Object.entries(this.#model.stateDict())) this.#state[name] = clone(value).keep();
    });
  }

  /** Copies them back. */
  restore(): void {
    this.#model.loadStateDict(this.#state);
  }

  dispose(): void {
    for (const value of Object.values(this.#state)) value.dispose();
    this.#state = {};
  }
}
