/** KeptWeights: a copy of a model's numbers, to put back later. */

import type { Module } from "../layers/module.js";
import type { StateDict } from "../layers/state-dict.js";
import { clone } from "../tensor/ops/movement/clone.js";
import { noGrad } from "../tensor/scope.js";

/** Parameters and buffers as they were when they were last taken. */
export class KeptWeights {
  readonly #model: Module;
  #state: StateDict = {};

  constructor(model: Module) {
    this.#model = model;
  }

  /** Copies the model's numbers. */
  take(): void {
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
