/** Module: something with parameters, buffers and a forward pass. */

import { releaseSpent } from "../tensor/autograd.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { keep, Parameter, type Tensor } from "../tensor/tensor.js";

/** Names to tensors, as PyTorch's `state_dict`. */
export type StateDict = Record<string, Tensor>;

export interface LoadOptions {
  /** Refuse missing and unexpected names. Default true. Shapes must agree in any case. */
  strict?: boolean;
}

/** Options as a printed layer shows them, those left out excepted: "kernelSize=3, padding=1". */
export function describeOptions(options: object): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value}]` : value}`).join(", ");
}

/** Each value once, under its first name. */
function* unique<T>(named: Iterable<[string, T]>): Generator<[string, T]> {
  const seen = new Set<T>();
  for (const [name, value] of named) {
    if (!seen.has(value)) yield [name, value];
    seen.add(value);
  }
}

/**
 * Base of every layer and net. Properties that hold a `Parameter` or a `Module` are found by themselves; other tensors
 * that belong to the state are registered with `registerBuffer`. Modules in an array are found inside a `Sequential` only.
 */
export abstract class Module {
  /** True after `train()` (and at first), false after `eval()`. */
  training = true;
  readonly #buffers = new Map<string, Tensor>();

  /** What the module makes of x. Every subclass says which shapes it takes and gives. */
  abstract forward(x: Tensor): Tensor;

  /**
   * Adds a tensor that is saved with the module but not learned.
   * @param name its key in the state dict
   * @param value the tensor, which no scope frees from now on
   * @returns the tensor
   */
  protected registerBuffer(name: string, value: Tensor): Tensor {
    this.#buffers.set(name, keep(value));
    return value;
  }

  /** The modules directly inside this one, by name. */
  *children(): Generator<[name: string, child: Module]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) yield [name, value];
    }
  }

  /** Every parameter with its full name: "0.weight", "0.bias", "3.weight", …; one that is shared, under its first. */
  *namedParameters(): Generator<[name: string, parameter: Parameter]> {
    for (const [name, value] of unique(this.#state())) if (value instanceof Parameter) yield [name, value];
  }

  /** Every parameter, in a fixed order. */
  parameters(): Parameter[] {
    return Array.from(this.namedParameters(), ([, parameter]) => parameter);
  }

  /** Every buffer with its full name. */
  *namedBuffers(): Generator<[name: string, buffer: Tensor]> {
    for (const [name, value] of unique(this.#state())) if (!(value instanceof Parameter)) yield [name, value];
  }

  /** Every buffer, in a fixed order. */
  buffers(): Tensor[] {
    return Array.from(this.namedBuffers(), ([, buffer]) => buffer);
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
    this.training = mode;
    for (const [, child] of this.children()) child.train(mode);
    return this;
  }

  /** Dropout passes everything and batch norm uses its running moments. */
  eval(): this {
    return this.train(false);
  }

  /** This module and all inside it. */
  *modules(): Generator<Module> {
    for (const [, module] of this.namedModules()) yield module;
  }

  /**
   * This module and all inside it, with their full names: "", "0", "1", …, "4.conv".
   * @param prefix the full name of this one
   */
  *namedModules(prefix = ""): Generator<[name: string, module: Module]> {
    yield [prefix, this];
    for (const [name, child] of this.children()) yield* child.namedModules(prefix === "" ? name : `${prefix}.${name}`);
  }

  /** Frees every parameter's gradient, and what is left of the last step's graph. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
    releaseSpent();
  }

  /** Parameters, then buffers, then those of the children: PyTorch's order. */
  *#state(prefix = ""): Generator<[string, Tensor]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Parameter) yield [prefix + name, value];
    }
    for (const [name, buffer] of this.#buffers) yield [prefix + name, buffer];
    for (const [name, child] of this.children()) yield* child.#state(`${prefix}${name}.`);
  }

  /** Parameters and buffers under PyTorch's names and in its layouts. They share their numbers with the module. */
  stateDict(): StateDict {
    return Object.fromEntries(Array.from(this.#state(), ([name, value]) => [name, value.detach()]));
  }

  /**
   * Copies the numbers of `state` into this module.
   * @throws Error listing every missing, unexpected and misshapen name at once; nothing has been changed then.
   */
  loadStateDict(state: StateDict, { strict = true }: LoadOptions = {}): void {
    const own = new Map(this.#state());
    const missing = [...own.keys()].filter((name) => !(name in state));
    const unexpected = Object.keys(state).filter((name) => !own.has(name));
    const misshapen = [...own].filter(([name, value]) => name in state && !sameShape(state[name].shape, value.shape));
    const lines = [
      ...(strict ? missing.map((name) => `missing     ${name} ${formatShape(own.get(name)!.shape)}`) : []),
      ...(strict ? unexpected.map((name) => `unexpected  ${name} ${formatShape(state[name].shape)}`) : []),
      ...misshapen.map(
        ([name, value]) =>
          `misshapen   ${name} ${formatShape(state[name].shape)}, expected ${formatShape(value.shape)}`,
      ),
    ];
    if (lines.length > 0) {
      throw new Error(`loadStateDict: the state does not fit ${this.constructor.name}:\n  ${lines.join("\n  ")}`);
    }
    for (const [name, value] of own) if (name in state) value.copyFrom(state[name]);
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
  protected parts(): [name: string, part: Module | string][] {
    return [...this.children()];
  }

  /** The structure, with the shape of every parameter and their number. */
  toString(): string {
    return `${this.#lines().join("\n")}\n${this.parameterCount().toLocaleString("en-US")} parameters`;
  }

  #lines(): string[] {
    const parts = this.parts();
    if (parts.length === 0) {
      const shapes = Object.entries(this).filter(([, value]) => value instanceof Parameter);
      return [`${this.title}${shapes.map(([name, p]) => `  ${name} ${formatShape((p as Parameter).shape)}`).join("")}`];
    }
    const inner = parts.flatMap(([name, part]) => {
      const [first, ...rest] = typeof part === "string" ? [part] : part.#lines();
      return [`  (${name}): ${first}`, ...rest.map((line) => `  ${line}`)];
    });
    return [this.title.slice(0, -1), ...inner, ")"];
  }
}
