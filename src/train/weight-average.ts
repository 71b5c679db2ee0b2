/** WeightAverage: the mean of a model's weights over the steps of its training. */

import { type AnyModule, aModule } from "../layers/module.js";
import { aStateDict, type StateDict } from "../layers/state-dict.js";
import { checkArgument, checkOptions, functions, numberFrom, type OptionKinds } from "../tensor/arguments.js";
import { prepareCopies } from "../tensor/copies.js";
import { full } from "../tensor/factories/filled.js";
import { refuseOtherNames } from "../tensor/known-names.js";
import { clone } from "../tensor/ops/movement/clone.js";
import { noGrad } from "../tensor/scope.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

export interface WeightAverageOptions {
  /**
   * What is kept of the average at each update: 0.999 looks back on about a thousand (exponential moving average, EMA).
   * Without it every update counts the same (stochastic weight averaging, SWA).
   */
  decay?: number;
}

const KINDS: OptionKinds<WeightAverageOptions> = { decay: numberFrom(0, 1) };

/** What PyTorch puts before the model's own names. */
const PREFIX = "module.";
const COUNT = "n_averaged";

/**
 * Averages of a model's parameters and buffers: after n updates a ← decay·a + (1 − decay)·θ, or without `decay`
 * a ← (n·a + θ)/(n + 1); the first update copies. The average of the last weights is often better than the last weights.
 *
 * ```ts
 * const average = new WeightAverage(model, { decay: 0.999 });
 * // after each optimizer.step():
 * average.update();
 * // then, and as often as one likes:
 * const metrics = await average.use(() => evaluate(model, test));
 * ```
 * @see torch.optim.swa_utils.AveragedModel (use_buffers=True); P. Izmailov et al., "Averaging weights leads to wider
 * optima and better generalization", UAI 2018, arXiv:1803.05407
 */
export class WeightAverage {
  readonly #model: AnyModule;
  readonly #decay: number | undefined;
  readonly #averages: StateDict;
  #updates = 0;

  /**
   * @param model whose weights to average; what is on it now does not count
   * @throws RangeError when decay is not from 0 to below 1
   */
  constructor(model: AnyModule, options: WeightAverageOptions = {}) {
    checkArgument("WeightAverage", "model", model, aModule);
    checkOptions("WeightAverage", options, KINDS);
    this.#model = model;
    this.#decay = options.decay;
    const own = Object.entries(model.stateDict());
    this.#averages = noGrad(() => Object.fromEntries(own.map(([name, value]) => [name, clone(value).keep()])));
    for (const [, value] of own) value.dispose();
  }

  /** How often it has been updated. */
  get updates(): number {
    return this.#updates;
  }

  /** Each average beside what it is of. */
  #each(change: (average: Tensor, own: Tensor) => void): void {
    for (const [name, own] of Object.entries(this.#model.stateDict())) {
      change(this.#averages[name], own);
      own.dispose();
    }
  }

  /** Takes the model's weights, as they are now, into the average. */
  update(): void {
    const first = this.#updates === 0;
    const kept = first ? 0 : (this.#decay ?? this.#updates / (this.#updates + 1));
    this.#each((average, { storage, backend }) => {
      average.numbers.update((numbers) => backend.accumulate(numbers, storage, kept, 1 - kept));
    });
    this.#updates++;
  }

  /**
   * Runs `fn` with the averages in the model, and puts the model's own weights back when it, or the promise that it
   * returns, is done. What `fn` changes in the model (batch norm's running moments, say) is changed in the average.
   * @returns what fn returns
   * @throws Error before the first update
   */
  use<T>(fn: () => T): T {
    checkArgument("WeightAverage.use", "fn", fn, functions<() => T>());
    if (this.#updates === 0)
      throw new Error("WeightAverage.use: there is no average yet; call update() after each step");
    this.#exchange();
    let result: T;
    try {
      result = fn();
    } catch (error) {
      this.#exchange();
      throw error;
    }
    if (!(result instanceof Promise)) {
      this.#exchange();
      return result;
    }
    return result.finally(() => this.#exchange()) as T;
  }

  #exchange(): void {
    this.#each((average, own) => {
      const before = noGrad(() => clone(own));
      own.copyFrom(average);
      average.copyFrom(before);
      before.dispose();
    });
  }

  /** The averages, as PyTorch names them: `module.0.weight`, …, `n_averaged`. They share their numbers with this object. */
  stateDict(): StateDict {
    const averages = Object.entries(this.#averages).map(([name, value]) => [PREFIX + name, value.detach()]);
    return { ...Object.fromEntries(averages), [COUNT]: full([], this.#updates) };
  }

  /**
   * Goes on from what `stateDict()` gave.
   * @param state averages and their number, from a file, too: `(await loadSafetensors(path)).tensors`
   * @throws Error when it is of another model; nothing has been changed then
   */
  loadStateDict(state: StateDict): void {
    const who = "WeightAverage.loadStateDict";
    checkArgument(who, "state", state, aStateDict);
    const names = Object.keys(this.#averages);
    const expected = [...names.map((name) => PREFIX + name), COUNT];
    const unknown = Object.keys(state).find((name) => !expected.includes(name));
    if (unknown !== undefined) throw new Error(`${who}: the state has "${unknown}", which is nothing of this model`);
    const missing = expected.find((name) => !Object.hasOwn(state, name));
    if (missing !== undefined) throw new Error(`${who}: the state lacks "${missing}"`);
    const copies = names.map((name) => {
      const [source, target] = [state[PREFIX + name], this.#averages[name]];
      if (!sameShape(source.shape, target.shape)) {
        const shapes = `${formatShape(source.shape)}, expected ${formatShape(target.shape)}`;
        throw new Error(`${who}: "${PREFIX + name}" has shape ${shapes}`);
      }
      return { name: PREFIX + name, source, backend: target.backend, target: () => target };
    });
    const copy = prepareCopies(copies);
    const [updates] = state[COUNT].dataSync();
    copy();
    this.#updates = updates;
  }
}

refuseOtherNames(WeightAverage, "its options are given when it is made");
