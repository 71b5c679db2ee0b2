/** Module: something with parameters, buffers and a forward pass. */

import {
  ArgumentError,
  aBoolean,
  aPlainObject,
  aString,
  checkArgument,
  checkOptions,
  instanceOf,
  type Kind,
  type OptionKinds,
  refuseMore,
} from "../tensor/arguments.js";
import { freeWalked } from "../tensor/autograd.js";
import type { Backend, ConstantNorm } from "../tensor/backend/backend.js";
import { prepareCopies } from "../tensor/copies.js";
import { INSPECT } from "../tensor/inspect.js";
import { guardMembers, isComplete, refuseNames, refuseSpellings } from "../tensor/known-names.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { slipOf } from "../tensor/nearest-name.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { aTensor, checkTensor, Parameter, Tensor } from "../tensor/tensor.js";

/** Names to tensors, as PyTorch's `state_dict`. */
export type StateDict = Record<string, Tensor>;

export interface LoadOptions {
  /** Refuse missing and unexpected names. Default true. Shapes must agree in any case. */
  strict?: boolean;
}

/** Names that a state dict and a module do not have in common. */
export interface LoadResult {
  /** The module has them, and keeps its own numbers. */
  missing: string[];
  /** The state has them, and nothing became of them. */
  unexpected: string[];
}

/** A module of any kind, whatever it takes and gives. */
export type AnyModule = Module<never, unknown>;

const loadKinds: OptionKinds<LoadOptions> = { strict: aBoolean };

/** Names to tensors. */
export const aStateDict: Kind<StateDict> = {
  expected: "an object of tensors by name",
  accepts: (value): value is StateDict => aPlainObject.accepts(value) && Object.values(value).every(aTensor.accepts),
  hint: (value) => {
    if (value instanceof Module) return "its stateDict() is one";
    const isFile = aPlainObject.accepts(value) && Object.hasOwn(value, "tensors") && Object.hasOwn(value, "metadata");
    return isFile ? "its tensors are one: what loadSafetensors returns has both" : undefined;
  },
};

const aParameter: Kind<Parameter> = instanceOf("a Parameter", Parameter, (value) =>
  value instanceof Tensor ? "new Parameter(x) makes one of it; copyFrom(x) takes over its numbers" : undefined,
);

/** Options as a printed layer shows them, those left out excepted: "kernelSize=3, padding=1". */
export function describeOptions(options: object): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value}]` : value}`).join(", ");
}

/** Each value once, under its first name. */
function unique<T>(named: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return named.filter(([, value]) => !seen.has(value) && seen.add(value));
}

/** What a list, a map or a plain object holds, by index or key; nothing for any other value. */
function entriesOf(value: unknown): [name: string, item: unknown][] {
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item, i) => [String(i), item]);
  if (value instanceof Map) return Array.from(value, ([key, item]) => [String(key), item]);
  return aPlainObject.accepts(value) ? Object.entries(value) : [];
}

/**
 * The parameters and modules in a list, a map or a plain object, however nested, by their place in it: "0", "left.1".
 * @param around what this one is nested in: it may be part of itself
 */
function contents(value: unknown, around: readonly unknown[] = []): [name: string, part: Parameter | AnyModule][] {
  if (around.includes(value)) return [];
  return entriesOf(value).flatMap(([name, item]): [name: string, part: Parameter | AnyModule][] => {
    if (item instanceof Parameter || item instanceof Module) return [[name, item]];
    return contents(item, [...around, value]).map(([rest, part]) => [`${name}.${rest}`, part]);
  });
}

/**
 * Base of every layer and net, by what its `forward` takes (a tensor) and gives (a tensor). Properties that hold a
 * `Parameter` or a `Module`, or arrays, maps or plain objects of them, are found by themselves; other tensors that
 * belong to the state are registered with `registerBuffer`. What is in a `#private` field cannot be found.
 */
export abstract class Module<Inputs extends readonly unknown[] = [Tensor], Output = Tensor> {
  #training = true;
  readonly #buffers = new Map<string, Tensor>();
  /** While its mode is being set: a child may point back to it. */
  #switching = false;
  /** Whether this class's own `train` has been reached: that of a subclass may do something else. */
  #switched = false;

  /** True after `train()` (and at first), false after `eval()`. */
  get training(): boolean {
    return this.#training;
  }

  /** Does what `train(mode)` does. */
  set training(mode: boolean) {
    checkArgument(this.constructor.name, "training", mode, aBoolean);
    this.train(mode);
  }

  /** What the module makes of its inputs. Every subclass says which shapes it takes and gives. */
  abstract forward(...inputs: Inputs): Output;

  /**
   * Adds a tensor that is saved with the module but not learned.
   * @param name its key in the state dict
   * @param value the tensor, which no scope frees from now on
   * @returns the tensor
   * @throws ArgumentError when it is none
   */
  protected registerBuffer(name: string, value: Tensor): Tensor {
    checkArgument("registerBuffer", "name", name, aString);
    checkTensor("registerBuffer", "value", value);
    this.#buffers.set(name, value.keep());
    return value;
  }

  /** The modules directly inside this one, by name; those in arrays, maps and objects as "layers.0", as PyTorch does. */
  children(): [name: string, child: AnyModule][] {
    return contents({ ...this }).filter((entry): entry is [string, AnyModule] => entry[1] instanceof Module);
  }

  /** Internal: what `forward` and the first `count` of the layers `behind` make of x in one pass, where that can be. */
  forwardThrough(_x: Tensor, _behind: readonly unknown[]): { y: Tensor; count: number } | undefined {
    return undefined;
  }

  /** Internal: what `forward` does, if it normalizes so many channels by numbers of `backend` that stay as they are. */
  constantNorm(_backend: Backend, _channels: number): ConstantNorm | undefined {
    return undefined;
  }

  /** Every parameter with its full name: "0.weight", "0.bias", "3.weight", …; one that is shared, under its first. */
  namedParameters(): [name: string, parameter: Parameter][] {
    const named = unique(this.#state()).filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter);
    for (const [, parameter] of named) {
      parameter.listed = true;
      parameter.fromPlainModule ||= this.isPlain;
    }
    return named;
  }

  /** Internal: whether it is of this library's making, so that it has no parameters but those it lists. */
  get isPlain(): boolean {
    return keepsNothing.has(this.forward);
  }

  /**
   * Makes the properties that are modules take only modules, and those that are parameters, or null, only parameters:
   * nothing else is learned.
   */
  protected guardParts(): void {
    for (const [name, value] of Object.entries(this)) {
      const kind = value instanceof Module ? aModule : aParameter;
      if (!kind.accepts(value) && value !== null) continue;
      let part: unknown = value;
      Object.defineProperty(this, name, {
        enumerable: true,
        get: () => part,
        set: (next: unknown) => {
          if (next !== null || value !== null) checkArgument(this.constructor.name, name, next, kind);
          part = next;
        },
      });
    }
  }

  /** Every parameter, in a fixed order. */
  parameters(...more: never[]): Parameter[] {
    refuseMore("parameters()", more);
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** Every buffer with its full name. */
  namedBuffers(): [name: string, buffer: Tensor][] {
    return unique(this.#state()).filter(([, value]) => !(value instanceof Parameter));
  }

  /** Every buffer, in a fixed order. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Number of learned numbers. */
  parameterCount(): number {
    return this.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  }

  /**
   * Dropout drops and batch norm uses the batch's moments.
   * @param mode false for `eval()`
   */
  train(mode = true): this {
    checkArgument("train", "mode", mode, aBoolean);
    if (this.#switching) return this;
    this.#switching = true;
    this.#switched = true;
    this.#training = mode;
    try {
      for (const [, child] of this.children()) child.switchTo(mode);
    } finally {
      this.#switching = false;
    }
    return this;
  }

  /** Dropout passes everything and batch norm uses its running moments. */
  eval(): this {
    this.switchTo(false);
    return this;
  }

  /**
   * Internal: calls `train(mode)`, which may be a subclass's own.
   * @throws ArgumentError when that sets no mode: it has nothing but the name in common
   */
  switchTo(mode: boolean): void {
    if (this.#switching) return;
    this.#switched = false;
    const returned: unknown = this.train(mode);
    if (this.#switched) return;
    // An asynchronous one fails later, for want of its own arguments: Node would end without a word of the cause.
    if (returned instanceof Promise) returned.catch(() => {});
    throw new ArgumentError(
      `${this.constructor.name}.train stands in the place of the train(mode) that eval(), fit and predict call: ` +
        "call super.train(mode) in it, or give it another name",
    );
  }

  /** Internal: what puts this module and all inside it back into the modes that they are in now. */
  modes(): () => void {
    const modes = this.modules().map((module) => ({ module, training: module.#training }));
    return () => {
      for (const { module, training } of modes) module.#training = training;
    };
  }

  /** This module and all inside it, each once. */
  modules(): AnyModule[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** This module and all inside it, each once, with their full names: "", "0", "1", …, "4.conv". */
  namedModules(): [name: string, module: AnyModule][] {
    const found = new Map<AnyModule, string>();
    const visit = (name: string, module: AnyModule): void => {
      if (found.has(module)) return;
      found.set(module, name);
      for (const [own, child] of module.children()) visit(name === "" ? own : `${name}.${own}`, child);
    };
    visit("", this);
    return Array.from(found, ([module, name]) => [name, module]);
  }

  /** Frees every parameter's gradient, and what is left of the last step's graph. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
    freeWalked();
  }

  /** The parameters that are this module's own, by name; those in arrays, maps and objects last. */
  #ownParameters(): [name: string, parameter: Parameter][] {
    const own = contents({ ...this }).filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter);
    const direct = ([name]: [string, Parameter]) => Object.hasOwn(this, name);
    return [...own.filter(direct), ...own.filter((entry) => !direct(entry))];
  }

  /**
   * Parameters, then buffers, then those of the children: PyTorch's order.
   * @param around the modules that this one is inside of: it may point back to them
   */
  #state(prefix = "", around: readonly AnyModule[] = []): [name: string, value: Tensor][] {
    this.#checkNames();
    const own = [...this.#ownParameters(), ...this.#buffers].map(([name, value]): [string, Tensor] => [
      prefix + name,
      value,
    ]);
    const path = [...around, this];
    const inner = this.children().filter(([, child]) => !path.includes(child));
    return [...own, ...inner.flatMap(([name, child]) => child.#state(`${prefix}${name}.`, path))];
  }

  /** @throws ArgumentError where a class's own field, which is defined and not set, hides a method or the mode */
  #checkNames(): void {
    const isHidden = (name: string) => typeof this[name as keyof this] !== "function";
    const hidden = Object.hasOwn(this, "training") ? "training" : METHODS.find(isHidden);
    if (hidden === undefined) return;
    const who = this.constructor.name;
    throw new ArgumentError(`${who}.${hidden} hides what every module has by that name: give yours another one`);
  }

  /** Parameters and buffers under PyTorch's names and in its layouts. They share their numbers with the module. */
  stateDict(): StateDict {
    return Object.fromEntries(this.#state().map(([name, value]) => [name, value.detach()]));
  }

  /**
   * Copies the numbers of `state` into this module, from other backends, too, where they can be read at once.
   * @returns the names that only one of the two has: none, unless with `strict: false`
   * @throws Error listing every missing, unexpected and misshapen name at once, or saying that no name at all agrees;
   * nothing has been changed then
   */
  loadStateDict(state: StateDict, options: LoadOptions = {}): LoadResult {
    return this.prepareLoad(state, options)();
  }

  /** Internal: `loadStateDict` in two halves. This one checks and fetches everything; what it returns copies it. */
  prepareLoad(state: StateDict, options: LoadOptions = {}): () => LoadResult {
    checkArgument("loadStateDict", "state", state, aStateDict);
    checkOptions("loadStateDict", options, loadKinds);
    const { strict = true } = options;
    const own = new Map(this.#state());
    const missing = [...own.keys()].filter((name) => !Object.hasOwn(state, name));
    const unexpected = Object.keys(state).filter((name) => !own.has(name));
    const shared = [...own].filter(([name]) => Object.hasOwn(state, name));
    const misshapen = shared.filter(([name, value]) => !sameShape(state[name].shape, value.shape));
    const lines = [
      ...(strict ? missing.map((name) => `missing     ${name} ${formatShape(own.get(name)!.shape)}`) : []),
      ...(strict ? unexpected.map((name) => `unexpected  ${name} ${formatShape(state[name].shape)}`) : []),
      ...misshapen.map(
        ([name, value]) =>
          `misshapen   ${name} ${formatShape(state[name].shape)}, expected ${formatShape(value.shape)}`,
      ),
    ];
    const who = this.constructor.name;
    const prefix = shared.length > 0 ? undefined : prefixOf(own.keys(), state);
    if (prefix !== undefined) {
      const all = `the state has every name of ${who}, with ${JSON.stringify(prefix)} in front`;
      throw new Error(`loadStateDict: ${all}: ${withoutIt(prefix)}`);
    }
    if (lines.length > 0) {
      const hint = strict
        ? ""
        : `\nTo keep the model's own (a new head), take them out of the state first: ${misshapen
            .map(([name]) => `delete state[${JSON.stringify(name)}]`)
            .join("; ")}`;
      throw new Error(`loadStateDict: the state does not fit ${who}:\n  ${lines.join("\n  ")}${hint}`);
    }
    if (shared.length === 0 && own.size > 0) {
      throw new Error(
        `loadStateDict: the state has nothing of ${who}: its names are ${someOf(unexpected)}; expected ${someOf(missing)}`,
      );
    }
    const copy = prepareCopies(
      shared.map(([name, value]) => ({ name, source: state[name], backend: value.backend, target: () => value })),
    );
    return () => {
      copy();
      return { missing, unexpected };
    };
  }

  /** Class and options: "Conv2d(3, 8, kernelSize=5, padding=2)". */
  get title(): string {
    return `${this.constructor.name}(${this.describe()})`;
  }

  /** What a printed model says of this layer besides its class: "3, 8, kernelSize=5". */
  protected describe(): string {
    return "";
  }

  /** The layers of this module as printed lines; `Sequential` also lists its functions. */
  protected parts(): [name: string, part: AnyModule | string][] {
    return this.children();
  }

  /** Internal: what `console.log` shows in Node. */
  [INSPECT](): string {
    return this.toString();
  }

  /** The structure, with the shape of every parameter and their number. */
  toString(): string {
    return `${this.#lines([]).join("\n")}\n${this.parameterCount().toLocaleString("en-US")} parameters`;
  }

  #lines(around: readonly AnyModule[]): string[] {
    const path = [...around, this];
    const parts = this.parts().filter(([, part]) => typeof part === "string" || !path.includes(part));
    const shapes = this.#ownParameters().map(([name, { shape }]) => `${name} ${formatShape(shape)}`);
    if (parts.length === 0) return [[this.title, ...shapes].join("  ")];
    const inner = parts.flatMap(([name, part]) => {
      const [first, ...rest] = typeof part === "string" ? [part] : part.#lines(path);
      return [`  (${name}): ${first}`, ...rest.map((line) => `  ${line}`)];
    });
    return [[this.title.slice(0, -1), ...shapes].join("  "), ...inner, ")"];
  }
}

/** Stands before the names of a model in a checkpoint, which has others besides. */
const CHECKPOINT = "model.";

/** What stands before each of `names` in a state that has nothing else: "module." of a model that was wrapped. */
function prefixOf(names: Iterable<string>, state: StateDict): string | undefined {
  const [first, ...rest] = names;
  if (first === undefined || Object.hasOwn(state, first)) return undefined;
  const prefixes = Object.keys(state).flatMap((name) =>
    name.endsWith(`.${first}`) ? [name.slice(0, -first.length)] : [],
  );
  const hasNoOther = (prefix: string) => Object.keys(state).every((name) => name.startsWith(prefix));
  const hasAll = (prefix: string) => rest.every((name) => Object.hasOwn(state, prefix + name));
  return prefixes.find((prefix) => (prefix === CHECKPOINT || hasNoOther(prefix)) && hasAll(prefix));
}

/** What to do with names that have `prefix` in front. */
function withoutIt(prefix: string): string {
  if (prefix === CHECKPOINT) return "a checkpoint has such names, and loadWeights(path, model) reads it";
  const renamed = `([name, value]) => [name.replace(${JSON.stringify(prefix)}, ""), value]`;
  return `take that off first, Object.fromEntries(Object.entries(state).map(${renamed}))`;
}

/** Whether its class is this library's own, so that it has all of its properties from the beginning. */
function isLayerOfOurs(module: AnyModule): boolean {
  const type = Object.getPrototypeOf(module);
  return Object.hasOwn(type, "forward") && keepsNothing.has(type.forward);
}

/** The names of what a module can do. */
const METHODS = Object.entries(Object.getOwnPropertyDescriptors(Module.prototype)).flatMap(([name, { value }]) =>
  typeof value === "function" && name !== "constructor" ? [name] : [],
);

const GIVEN = "its options or layers are given when it is made";

const WHERE_IT_RUNS = "useBackend(name), before the model is made";

const FREEZE = "for (const p of model.parameters()) p.requiresGrad = false";

/** What other libraries have of a model. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...{ to: WHERE_IT_RUNS, cuda: WHERE_IT_RUNS, cpu: WHERE_IT_RUNS, device: WHERE_IT_RUNS },
  ...{ requiresGrad: FREEZE, requiresGrad_: FREEZE },
};

refuseNames(
  Module,
  (module, name) => {
    const who = module.constructor.name;
    if (slipOf(name, ["training"])) return `${who} has no property ${name}: write model.train() or model.eval()`;
    if (/^requires_?grad$/i.test(name)) return `${who} has no property ${name}: write ${FREEZE}`;
    if (!isComplete(module) && !isLayerOfOurs(module)) return undefined;
    return `${who} has no property ${name}: ${GIVEN}`;
  },
  refuseSpellings(ELSEWHERE),
);
guardMembers(Module, GIVEN);

/** The first few of a list of names. */
function someOf(names: readonly string[]): string {
  const some = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${some}, … (${names.length})` : some || "none";
}

/** Of what it takes and gives, nothing is known. */
export const aModule: Kind<Module> = {
  expected: "a module",
  accepts: (value): value is Module => value instanceof Module && typeof value.forward === "function",
  hint: (value) => {
    if (value instanceof Module) return "it has no method forward(x)";
    if (typeof value !== "function") return undefined;
    return value.prototype instanceof Module
      ? `new ${value.name}(…) makes one`
      : "new Sequential(…) makes one of a function";
  },
};
