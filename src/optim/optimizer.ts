/** Optimizer: what all of them share. */

import { instanceOf, type Kind, type OptionKinds, refuseMore } from "../tensor/arguments.js";
import { freeWalked, reachedLeaves } from "../tensor/autograd.js";
import type { Backend, Storage } from "../tensor/backend/backend.js";
import { fixFields, refuseOtherNames } from "../tensor/known-names.js";
import { soFar } from "../tensor/lifetime.js";
import { formatShape } from "../tensor/shape.js";
import { Parameter, strayIn, type Tensor } from "../tensor/tensor.js";
import { type Memory, namesIn, recall } from "./memories.js";
import { type OptimizerState, prepareState, stateOf } from "./optimizer-state.js";
import {
  changeable,
  type ParameterGroup,
  type ParametersOrGroups,
  parameterGroups,
  type RateOptions,
} from "./parameter-groups.js";

/** What a kind of optimizer says of itself. */
export interface OptimizerKind<O> {
  /** What its options may be. */
  readonly kinds: OptionKinds<O>;
  /** What they are where they are not given. */
  readonly defaults: Required<O>;
  /** What it remembers of a parameter with these options: a tensor of the parameter's shape for each name. */
  readonly stateNames: (options: Required<O>) => readonly string[];
}

/** One step of one parameter: what `update` is given. */
export interface OptimizerStep<O> {
  /** What to change, in place. */
  readonly parameter: Storage;
  /** Of the loss with respect to it. */
  readonly grad: Storage;
  /** Where all of these are. */
  readonly backend: Backend;
  /** Steps of this parameter, this one included. */
  readonly step: number;
  /** The options of its group; `lr` is what it is now. */
  readonly options: Required<O>;
  /** What is remembered by this name. It is zero at first. */
  readonly state: (name: string) => Storage;
}

/** What to do instead of setting what an optimizer does not have, or has from the beginning. */
const SET_THERE = "its rate is optimizer.lr, other options are those of optimizer.groups[0]";

/** What some optimizer changes: a parameter that a loss reaches belongs to one, or is frozen. */
const held = new WeakSet<Tensor>();

/** Changes parameters along their gradients. Subclasses say how, for one parameter. */
export abstract class Optimizer<O extends RateOptions = RateOptions> {
  /** What it changes, by groups with the same options: one, where parameters were given and no groups. */
  readonly groups: readonly ParameterGroup<O>[];
  /** All that it changes. */
  readonly parameters: readonly Parameter[];
  /** In the same order. */
  readonly #memories: readonly (Memory & { readonly group: ParameterGroup<O> })[];
  #begun = false;
  readonly #madeAt = soFar.tensors;

  /**
   * @param parameters what to change: parameters, or groups `{ params, lr, … }` of them
   * @param options for all groups that do not say otherwise
   * @param kind what this optimizer's options are, and what it remembers
   * @throws ArgumentError or RangeError on an option that is unknown or out of its range
   * @throws Error when there are no parameters, one occurs twice, or one is no leaf
   */
  constructor(parameters: ParametersOrGroups<O>, options: O, { kinds, defaults, stateNames }: OptimizerKind<O>) {
    const who = new.target.name;
    const groups = parameterGroups(who, parameters, options, kinds, defaults);
    for (const { params } of groups) Object.freeze(params);
    this.groups = Object.freeze(groups.map((group) => changeable(who, group, kinds, stateNames)));
    this.parameters = Object.freeze(groups.flatMap(({ params }) => params));
    fixFields(this, SET_THERE);
    for (const parameter of this.parameters) held.add(parameter);
    this.#memories = groups.flatMap((group) => {
      const tensors = () => Object.fromEntries(stateNames(group).map((name) => [name, null]));
      return group.params.map((parameter) => ({ parameter, group, steps: 0, tensors: tensors() }));
    });
  }

  /**
   * The learning rate; schedules change it. Where there are several groups it is that of the first, and each is changed
   * by its own: `optimizer.groups[1].lr = 1e-4`.
   */
  get lr(): number {
    return this.groups[0].lr;
  }

  /**
   * @throws ArgumentError or RangeError on what is no learning rate
   * @throws Error when there are several groups
   */
  set lr(rate: number) {
    if (this.groups.length > 1) {
      throw new Error(
        `${this.constructor.name}: there are ${this.groups.length} groups, each with a rate of its own: set ` +
          "optimizer.groups[i].lr",
      );
    }
    this.groups[0].lr = rate;
  }

  /** Internal: what is remembered of each parameter, by the names that the state has. */
  get stateNames(): string[] {
    return namesIn(this.#memories);
  }

  /** Changes one parameter in place. */
  protected abstract update(step: OptimizerStep<O>): void;

  /**
   * Takes one step on every parameter that has a gradient.
   * @throws Error when the loss has reached parameters that no optimizer holds and that are not frozen, or at the first
   * step none of this one's
   */
  step(...more: never[]): void {
    refuseMore("step()", more);
    this.#checkStrays();
    this.#checkGradients();
    this.#begun = true;
    for (const memory of this.#memories) {
      const { parameter, group: options } = memory;
      const { grad, numbers, backend } = parameter;
      if (!grad) continue;
      parameter.use();
      const step = ++memory.steps;
      const state = (name: string) => recall(memory, name).storage;
      numbers.update((storage) =>
        this.update({ parameter: storage, grad: grad.storage, backend, step, options, state }),
      );
    }
  }

  /**
   * What would show in nothing but a model that does not learn, or not all of it. Who trains a head alone leaves out
   * parameters on purpose. Not so one that was made later, or that no module lists, unless all of this optimizer's come from
   * modules that can hide none.
   */
  #checkStrays(): void {
    const plain = reachedLeaves().find((leaf) => strayIn.has(leaf) && !held.has(leaf));
    if (plain) {
      throw new Error(
        `${this.constructor.name}.step: ${strayIn.get(plain)} requires a gradient and is no Parameter, so that nothing trains or ` +
          "saves it: make it new Parameter(x), or freeze it (requiresGrad = false)",
      );
    }
    const mayHide = () => !this.parameters.every((parameter) => parameter.fromPlainModule);
    const strays = reachedLeaves().filter(
      (leaf) =>
        leaf instanceof Parameter &&
        !held.has(leaf) &&
        (leaf.life.madeAt > this.#madeAt || (!leaf.listed && mayHide())),
    );
    if (strays.length === 0) return;
    const shapes = strays.map(({ shape }) => `Parameter ${formatShape(shape)}`).join(", ");
    throw new Error(
      `${this.constructor.name}.step: the loss depends on parameters that no optimizer holds: ${shapes}. If parameters() ` +
        "does not list them, they are where no module looks: in a #private field, a closure, or a layer that was made " +
        "after the optimizer. Make them properties of the model before the optimizer is made; freeze " +
        "(requiresGrad = false) what is not to learn",
    );
  }

  /** Later a step without gradients may be what is left of a loop that accumulates them. */
  #checkGradients(): void {
    if (this.#begun || this.parameters.some(({ grad }) => grad)) return;
    throw new Error(
      `${this.constructor.name}.step: no parameter has a gradient. Call loss.backward() before step(), and zeroGrad() ` +
        "before backward(); or the loss depends on other parameters",
    );
  }

  /** Frees every gradient, and what is left of the last step's graph. Call it before each `backward()`. */
  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.zeroGrad();
    freeWalked();
  }

  /** What this optimizer has learned, and its rate; the other options are the constructor's. Shares its numbers. */
  stateDict(): OptimizerState {
    return stateOf(this.#memories, this.groups);
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
    return prepareState(`${this.constructor.name}.loadStateDict`, state, this.#memories, this.groups);
  }
}

refuseOtherNames(Optimizer, SET_THERE, { paramGroups: "groups", learningRate: "lr" });

export const anOptimizer: Kind<Optimizer> = instanceOf("an optimizer", Optimizer);
