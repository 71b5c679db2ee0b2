/** Module: something with parameters, buffers and a forward pass. */

import {
  ArgumentError,
  aBoolean,
  aString,
  checkArgument,
  instanceOf,
  type Kind,
  refuseMore,
} from "../tensor/arguments.js";
import { freeWalked } from "../tensor/autograd.js";
import type { Backend, ConstantNorm } from "../tensor/backend/backend.js";
import { contents } from "../tensor/contents.js";
import { INSPECT } from "../tensor/inspect.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { formatShape } from "../tensor/shape.js";
import { checkTensor, Parameter, strayIn, Tensor } from "../tensor/tensor.js";
import { refuseModuleNames } from "./module-names.js";
import { type LoadOptions, type LoadResult, prepareLoad, type StateDict } from "./state-dict.js";

/** A module of any kind, whatever it takes and gives. */
export type AnyModule = Module<never, unknown>;

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

export const isModule = (value: unknown): value is AnyModule => value instanceof Module;

const isParameter = (value: unknown): value is Parameter => value instanceof Parameter;

/** Looks as if it were to learn, and never will: only a Parameter does. */
const isStray = (value: unknown): value is Tensor =>
  value instanceof Tensor && !(value instanceof Parameter) && value.requiresGrad;

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
    return contents({ ...this }, isModule);
  }

  /** Internal: what `forward` and the first `count` of the layers `behind` make of x in one pass, where that can be. */
  forwardThrough(_x: Tensor, _behind: readonly unknown[]): { y: Tensor; count: number } | undefined {
    return undefined;
  }

  /** Internal: what `forward` does, if it normalizes so many channels by numbers of `backend` that stay as they are. */
  constantNorm(_backend: Backend, _channels: number): ConstantNorm | undefined {
    return undefined;
  }

  /** Internal: whether `forward` takes the largest of each two by two, `maxPool2d` with a window of 2. */
  halves(): boolean {
    return false;
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
    const own = contents({ ...this }, isParameter);
    const direct = ([name]: [string, Parameter]) => Object.hasOwn(this, name);
    return [...own.filter(direct), ...own.filter((entry) => !direct(entry))];
  }

  /**
   * Parameters, then buffers, then those of the children: PyTorch's order.
   * @param around the modules that this one is inside of: it may point back to them
   */
  #state(prefix = "", around: readonly AnyModule[] = []): [name: string, value: Tensor][] {
    this.#checkNames();
    for (const [name, tensor] of contents({ ...this }, isStray))
      strayIn.set(tensor, `${this.constructor.name}.${name}`);
    const own: [string, Tensor][] = [...this.#ownParameters(), ...this.#buffers];
    const path = [...around, this];
    const inner = this.children().filter(([, child]) => !path.includes(child));
    return [
      ...own.map(([name, value]): [string, Tensor] => [prefix + name, value]),
      ...inner.flatMap(([name, child]) => child.#state(`${prefix}${name}.`, path)),
    ];
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
    return prepareLoad(this.constructor.name, new Map(this.#state()), state, options);
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

/** The names of what a module can do. */
const METHODS = Object.entries(Object.getOwnPropertyDescriptors(Module.prototype)).flatMap(([name, { value }]) =>
  typeof value === "function" && name !== "constructor" ? [name] : [],
);

refuseModuleNames(Module);

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
