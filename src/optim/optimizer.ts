/** Optimizer: what all of them share. */

import {
  aPlainObject,
  checkArgument,
  checkOptions,
  instanceOf,
  type Kind,
  listOf,
  needed,
  numberFrom,
  type OptionKinds,
  wholeFrom,
} from "../tensor/arguments.js";
import { freeWalked, reachedLeaves } from "../tensor/autograd.js";
import type { Storage } from "../tensor/backend/backend.js";
import { type Copy, prepareCopies } from "../tensor/copies.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { aTensor, Parameter, type Tensor, wrap } from "../tensor/tensor.js";
import { parameterList } from "./parameter-list.js";

/** What an optimizer remembers: plain numbers and tensors, by parameter index. */
export interface OptimizerState {
  /** The learning rate. */
  lr: number;
  /** Steps that each parameter has taken. */
  steps: number[];
  /** Tensors by name, one for each parameter; `null` where there is none yet. */
  tensors: Record<string, (Tensor | null)[]>;
}

const STATE: OptionKinds<OptimizerState> = {
  lr: needed(numberFrom(0)),
  steps: needed(listOf("a list of integers", wholeFrom(0))),
  tensors: needed({
    expected: "an object of lists of tensors",
    accepts: (value): value is OptimizerState["tensors"] =>
      aPlainObject.accepts(value) &&
      Object.values(value).every((list) => Array.isArray(list) && list.every((t) => t === null || aTensor.accepts(t))),
  }),
};

/** What some optimizer changes: a parameter that a loss reaches belongs to one, or is frozen. */
const held = new WeakSet<Tensor>();

/** Changes parameters along their gradients. Subclasses say how, for one parameter. */
export abstract class Optimizer {
  /** The learning rate; schedules change it. */
  lr: number;
  /** What it changes. */
  readonly parameters: readonly Parameter[];
  readonly #steps: number[];
  readonly #tensors: Record<string, (Tensor | null)[]>;
  #begun = false;

  /**
   * @param parameters what to change
   * @param lr the learning rate
   * @param stateNames what is remembered of each parameter: a tensor of its shape for each name
   * @throws Error when there are no parameters, one occurs twice, or one is no leaf
   */
  constructor(parameters: readonly Parameter[], lr: number, stateNames: readonly string[]) {
    const who = new.target.name;
    this.parameters = parameterList(who, parameters);
    if (this.parameters.length === 0) throw new Error(`${who}: there are no parameters to optimize`);
    for (const parameter of this.parameters) held.add(parameter);
    checkArgument(who, "lr", lr, numberFrom(0));
    this.lr = lr;
    this.#steps = this.parameters.map(() => 0);
    this.#tensors = Object.fromEntries(stateNames.map((name) => [name, this.parameters.map(() => null)]));
  }

  /** Internal: what is remembered of each parameter, by the names that the state has. */
  get stateNames(): string[] {
    return Object.keys(this.#tensors);
  }

  /** Changes one parameter in place; `step` counts from 1, and `state` gives a tensor that is zero at first. */
  protected abstract update(
    parameter: Storage,
    grad: Storage,
    backend: Tensor["backend"],
    step: number,
    state: (name: string) => Storage,
  ): void;

  /**
   * Takes one step on every parameter that has a gradient.
   * @throws Error at the first step, when the loss has reached parameters that no optimizer holds and that are not frozen,
   * or none of this one's
   * @throws ArgumentError or RangeError when `lr` has been set to what is no learning rate
   */
  step(): void {
    checkArgument(`${this.constructor.name}.step`, "lr", this.lr, numberFrom(0));
    if (!this.#begun) this.#checkBeginning();
    this.#begun = true;
    this.parameters.forEach((parameter, i) => {
      const { grad, numbers, backend } = parameter;
      if (!grad) return;
      const step = ++this.#steps[i];
      numbers.update((storage) => {
        this.update(storage, grad.storage, backend, step, (name) => this.#state(name, i).storage);
      });
    });
  }

  /** What is wrong from the beginning, and would show in nothing but a model that does not learn. */
  #checkBeginning(): void {
    const who = `${this.constructor.name}.step`;
    const strays = reachedLeaves().filter((leaf) => leaf instanceof Parameter && !held.has(leaf));
    if (strays.length > 0) {
      const shapes = strays.map(({ shape }) => `Parameter ${formatShape(shape)}`).join(", ");
      throw new Error(
        `${who}: the loss depends on parameters that no optimizer holds: ${shapes}. If parameters() does not list them, ` +
          "they are where no module looks: in a #private field, a closure, or a layer that was made after the optimizer. " +
          "Make them properties of the model before the optimizer is made; freeze (requiresGrad = false) what is not to learn",
      );
    }
    if (this.parameters.every(({ grad }) => !grad)) {
      throw new Error(
        `${who}: no parameter has a gradient. Call loss.backward() before step(), and zeroGrad() before backward(); or ` +
          "the loss depends on other parameters",
      );
    }
  }

  #state(name: string, i: number): Tensor {
    const { shape, size, backend } = this.parameters[i];
    this.#tensors[name][i] ??= wrap(shape, backend.fill(size, 0), backend).keep();
    return this.#tensors[name][i];
  }

  /** Frees every gradient, and what is left of the last step's graph. Call it before each `backward()`. */
  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.zeroGrad();
    freeWalked();
  }

  /** What this optimizer has learned, and its rate; the other options are the constructor's. Shares its numbers. */
  stateDict(): OptimizerState {
    const tensors = Object.entries(this.#tensors).map(([name, list]) => [name, list.map((t) => t?.detach() ?? null)]);
    return { lr: this.lr, steps: [...this.#steps], tensors: Object.fromEntries(tensors) };
  }

  /**
   * Goes on from a state that `stateDict()` gave.
   * @throws Error when it was made for other parameters or another optimizer; nothing has been changed then
   */
  loadStateDict(state: OptimizerState): void {
    this.prepareLoad(state)();
  }

  /** Internal: `loadStateDict` in two halves. This one checks and fetches everything; what it returns copies it. */
  prepareLoad(state: OptimizerState): () => void {
    const who = `${this.constructor.name}.loadStateDict`;
    checkOptions(who, state, STATE);
    const { lr, steps, tensors } = state;
    this.#checkState(who, steps, tensors);
    const copies = this.stateNames.flatMap((name) =>
      tensors[name].flatMap((source, i): Copy[] =>
        source
          ? [{ name: `${name}.${i}`, source, backend: this.parameters[i].backend, target: () => this.#state(name, i) }]
          : [],
      ),
    );
    const copy = prepareCopies(copies);
    return () => {
      copy();
      this.lr = lr;
      this.#steps.splice(0, steps.length, ...steps);
      for (const name of this.stateNames) {
        tensors[name].forEach((source, i) => {
          if (source) return;
          this.#tensors[name][i]?.dispose();
          this.#tensors[name][i] = null;
        });
      }
    };
  }

  #checkState(who: string, steps: OptimizerState["steps"], tensors: OptimizerState["tensors"]): void {
    const count = this.parameters.length;
    if (steps.length !== count)
      throw new Error(`${who}: the state is of ${steps.length} parameters, there are ${count}`);
    const names = this.stateNames;
    const unknown = Object.keys(tensors).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new Error(`${who}: the state has "${unknown}", which this optimizer does not know`);
    }
    for (const name of names) {
      if (tensors[name]?.length !== count) throw new Error(`${who}: the state has no "${name}" for each parameter`);
      tensors[name].forEach((value, i) => {
        const { shape } = this.parameters[i];
        if (value && !sameShape(value.shape, shape)) {
          const shapes = `${formatShape(value.shape)}, the parameter ${formatShape(shape)}`;
          throw new Error(`${who}: "${name}" of parameter ${i} has shape ${shapes}`);
        }
        if ((value === null) !== (steps[i] === 0)) {
          throw new Error(`${who}: parameter ${i} has taken ${steps[i]} steps, with ${value ? "a" : "no"} "${name}"`);
        }
      });
    }
  }
}

export const anOptimizer: Kind<Optimizer> = instanceOf("an optimizer", Optimizer);
