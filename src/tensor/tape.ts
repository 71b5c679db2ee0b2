/** recordTape: a step of training, operation by operation, with its numbers, its gradients and what it keeps. */

import { aBoolean, aFunction, checkArgument, checkOptions, type Kind, type OptionKinds } from "./arguments.js";
import { opDocs } from "./op-docs.js";
import { checkOver, type Sync } from "./scope.js";
import type { Shape } from "./shape.js";
import type { SharedStorage } from "./shared-storage.js";
import { Tensor } from "./tensor.js";
import { type Operation, observe, type WayBack } from "./trace.js";

/** A tensor that a tape has met. */
export interface TapeTensor {
  /** Its place among the tape's tensors. */
  readonly id: number;
  /** What `names` calls it. */
  readonly name: string | undefined;
  /** The operation or the factory that made it: "conv2d", "tensor", "Parameter". */
  readonly origin: string;
  /** The size along each axis. */
  readonly shape: Shape;
  /** True where gradients are to reach it. */
  readonly requiresGrad: boolean;
  /** Its numbers when it was met; undefined where they were gone by then, or `values` is false. */
  readonly values: Float32Array | undefined;
  /** ∂L/∂this, L being what `backward` was called on: the sum over the ways back; undefined where none led here. */
  readonly gradient: Float32Array | undefined;
  /** Its numbers in the end, where they were changed in place: by an optimizer, or batch norm's running statistics. */
  readonly updated: Float32Array | undefined;
}

/** Numbers that an operation keeps for the way back. */
export interface Kept {
  /** The tensor whose numbers they are; undefined for those that only the operation knows. */
  readonly tensor: number | undefined;
  /** What they take. Kept by several operations, they take it once. */
  readonly bytes: number;
  /**
   * The step of the tape after which their memory was given back: nobody else held them then. Undefined where somebody still
   * does in the end: a parameter, a variable of the program, or a value that goes when the next step begins.
   */
  readonly freedAfter: number | undefined;
}

/** An operation that has computed something. */
export interface ForwardStep {
  /** The way it goes. */
  readonly way: "forward";
  /** "conv2d" */
  readonly name: string;
  /** Ids of the tensors that it read. */
  readonly inputs: readonly number[];
  /** Id of the tensor that it made. */
  readonly output: number;
  /** What it was asked for besides: the geometry of a convolution, the axis of a softmax. */
  readonly attributes: object;
  /** What it computes, in the words of its documentation. */
  readonly formula: string | undefined;
  /** The file that it is written in, from the root of torchlet's repository. */
  readonly source: string | undefined;
  /** What it keeps until `backward` has gone through it. */
  readonly kept: readonly Kept[];
}

/** A gradient that was sent back through an operation, to one of its inputs. */
export interface BackwardStep {
  /** The way it goes. */
  readonly way: "backward";
  /** "backward of conv2d" */
  readonly name: string;
  /** The step of the tape that it goes back through; undefined where that ran before the tape began. */
  readonly through: number | undefined;
  /** Id of the operation's result, whose gradient it starts from. */
  readonly from: number;
  /** Id of the input that it leads to. */
  readonly to: number;
  /** What it adds to the gradient of `to`. */
  readonly values: Float32Array | undefined;
}

/** What happened, in its order: one operation forward, or one way back. */
export type TapeStep = ForwardStep | BackwardStep;

/** Numbers as a summary has them. */
export interface NumbersSummary {
  /** The smallest. */
  least: number;
  /** The largest. */
  most: number;
  /** Their mean. */
  mean: number;
  /** The root of the sum of their squares. */
  norm: number;
}

/** A tape without its numbers, as JSON has it. */
export interface TapeSummary {
  /** By id. */
  tensors: (Omit<TapeTensor, "values" | "gradient" | "updated"> & {
    values?: NumbersSummary;
    gradient?: NumbersSummary;
    updated?: NumbersSummary;
  })[];
  /** In their order. */
  steps: (ForwardStep | (Omit<BackwardStep, "values"> & { values?: NumbersSummary }))[];
}

function summaryOf(numbers: Float32Array | undefined): NumbersSummary | undefined {
  if (!numbers) return undefined;
  let [least, most, sum, squares] = [Infinity, -Infinity, 0, 0];
  for (const x of numbers) {
    least = Math.min(least, x);
    most = Math.max(most, x);
    sum += x;
    squares += x * x;
  }
  return { least, most, mean: sum / numbers.length, norm: Math.sqrt(squares) };
}

/** What JSON would write as objects with a name for each place. */
function listed(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
}

/** What a computation did. Plain data: a worker can post it. */
export class Tape {
  /** By id. */
  readonly tensors: readonly TapeTensor[];
  /** In their order. */
  readonly steps: readonly TapeStep[];

  /** Internal: made by `recordTape`. */
  constructor(tensors: readonly TapeTensor[], steps: readonly TapeStep[]) {
    this.tensors = tensors;
    this.steps = steps;
  }

  /** What JSON.stringify writes: for all numbers of a tensor their least, most, mean and norm. */
  toJSON(): TapeSummary {
    const tensors = this.tensors.map(({ values, gradient, updated, ...tensor }) => ({
      ...tensor,
      ...{ values: summaryOf(values), gradient: summaryOf(gradient), updated: summaryOf(updated) },
    }));
    const steps = this.steps.map((step) => {
      if (step.way === "backward") return { ...step, values: summaryOf(step.values) };
      const entries = Object.entries(step.attributes).map(([name, value]) => [name, listed(value)]);
      return { ...step, attributes: Object.fromEntries(entries) };
    });
    return { tensors, steps };
  }
}

export interface TapeOptions {
  /** What tensors are called: `model.namedParameters()`, `[["images", images], …]`. Default: nothing. */
  names?: readonly (readonly [name: string, tensor: Tensor])[];
  /** Whether the numbers are copied, or only shapes and order are noted. Default true. */
  values?: boolean;
}

const someNames: Kind<(readonly [name: string, tensor: Tensor])[]> = {
  expected: "a list of names with their tensors, as model.namedParameters() gives it",
  accepts: (value): value is [name: string, tensor: Tensor][] =>
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && typeof pair[0] === "string" && pair[1] instanceof Tensor),
};

const KINDS: OptionKinds<TapeOptions> = { names: someNames, values: aBoolean };

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** A tensor that was met, and what is known of it so far. */
interface Met {
  readonly tensor: Tensor;
  /** As it was met: an in-place change raises it. */
  readonly version: number;
  readonly shown: Writable<TapeTensor>;
}

/** Notes what it is told. Numbers are asked for at once, while they are there, and awaited in the end. */
class Recorder {
  readonly #names: ReadonlyMap<Tensor, string>;
  readonly #copies: boolean;
  readonly #steps: TapeStep[] = [];
  readonly #met = new Map<Tensor, Met>();
  /** By the tensor that it made. */
  readonly #madeBy = new Map<Tensor, number>();
  /** Whose gradients are known. */
  readonly #led = new Set<number>();
  readonly #held: { readonly numbers: SharedStorage; readonly kept: Writable<Kept> }[] = [];
  readonly #reads: Promise<void>[] = [];

  constructor({ names = [], values = true }: TapeOptions) {
    this.#names = new Map(Array.from(names, ([name, tensor]) => [tensor, name]));
    this.#copies = values;
  }

  note({ name, inputs, output, attributes, back }: Operation): void {
    this.#noteFreed();
    if (back) this.#noteBack(name, output, back);
    else this.#noteForward(name, inputs, output, attributes);
  }

  #noteForward(name: string, inputs: readonly Tensor[], output: Tensor, attributes: object): void {
    const ids = inputs.map((input) => this.#meet(input));
    this.#madeBy.set(output, this.#steps.length);
    const { formula, source } = opDocs(name);
    const made = this.#meet(output);
    const kept = (output.node?.saved ?? []).map(({ numbers }) => this.#hold(numbers, [...inputs, output]));
    this.#steps.push({ way: "forward", name, inputs: ids, output: made, attributes, formula, source, kept });
  }

  #noteBack(name: string, output: Tensor, { from, gradient, to }: WayBack): void {
    const [fromId, toId] = [this.#meet(from), this.#meet(to)];
    const start = this.#met.get(from)!.shown;
    // Where a walk begins, no way has led to.
    if (!this.#led.has(fromId)) {
      this.#read(gradient, (values) => {
        start.gradient = values;
      });
    }
    this.#led.add(fromId).add(toId);
    const through = this.#madeBy.get(from);
    const step: Writable<BackwardStep> = { way: "backward", name, through, from: fromId, to: toId, values: undefined };
    this.#steps.push(step);
    this.#read(output, (values) => {
      step.values = values;
    });
  }

  /** @returns the id of a tensor that is known from now on */
  #meet(tensor: Tensor): number {
    const met = this.#met.get(tensor);
    if (met) return met.shown.id;
    const { origin, shape, requiresGrad } = tensor;
    const known = { id: this.#met.size, name: this.#names.get(tensor), origin, shape, requiresGrad };
    const shown: Met["shown"] = { ...known, values: undefined, gradient: undefined, updated: undefined };
    this.#met.set(tensor, { tensor, version: tensor.numbers.version, shown });
    this.#read(tensor, (values) => {
      shown.values = values;
    });
    return shown.id;
  }

  /** @param among whose numbers they may be */
  #hold(numbers: SharedStorage, among: readonly Tensor[]): Kept {
    const owner = among.find((tensor) => tensor.numbers === numbers);
    const bytes = numbers.storage.size * (numbers.backend.dtype === "float64" ? 8 : 4);
    const kept: Writable<Kept> = { tensor: owner && this.#met.get(owner)!.shown.id, bytes, freedAfter: undefined };
    this.#held.push({ numbers, kept });
    return kept;
  }

  /** What is gone went after the last step that was noted. */
  #noteFreed(): void {
    for (const { numbers, kept } of this.#held) {
      if (kept.freedAfter === undefined && numbers.released) kept.freedAfter = this.#steps.length - 1;
    }
  }

  #read(tensor: Tensor, use: (values: Float32Array) => void): void {
    if (!this.#copies || tensor.freed) return;
    // Not by data(): reads of a program's own end steps.
    const read = tensor.backend.read(tensor.storage).then((values) => use(values as Float32Array));
    // Whoever waits for them hears of a failure; a callback that throws leaves nobody waiting.
    read.catch(() => {});
    this.#reads.push(read);
  }

  async tape(): Promise<Tape> {
    this.#noteFreed();
    for (const { tensor, version, shown } of this.#met.values()) {
      if (tensor.numbers.version === version) continue;
      this.#read(tensor, (values) => {
        shown.updated = values;
      });
    }
    await Promise.all(this.#reads);
    const tensors = Array.from(this.#met.values(), ({ shown }) => shown);
    for (const step of this.#steps) {
      if (step.way === "backward" && step.values) addGradient(tensors[step.to], step.values);
    }
    return new Tape(tensors, this.#steps);
  }
}

function addGradient(tensor: Writable<TapeTensor>, values: Float32Array): void {
  const { gradient } = tensor;
  tensor.gradient = gradient ? gradient.map((sum, i) => sum + values[i]) : values;
}

/**
 * Runs `fn`, a step of training say, and notes each operation in it, forward and back: what it read and made, what it keeps
 * for the way back and until when, and which gradients were sent where, in the order of the walk. That is what the engine
 * itself records, of any model; what is composed of operations (a layer, a loss, `mean`) appears as those. All numbers are
 * copied, so it is for a few examples, not for every step; without it, nothing is noted or copied.
 * @param fn what to follow; it may call `backward` and step an optimizer, and must not be asynchronous
 * @returns what `fn` returned, and the tape
 * @throws ArgumentError when `fn` returns a promise or a generator: a tape cannot wait
 */
export async function recordTape<T>(fn: () => Sync<T>, options: TapeOptions = {}): Promise<{ result: T; tape: Tape }> {
  checkArgument("recordTape", "fn", fn, aFunction);
  checkOptions("recordTape", options, KINDS);
  const recorder = new Recorder(options);
  const result = observe<T>((operation) => recorder.note(operation), fn);
  checkOver("recordTape", "tape", result);
  return { result, tape: await recorder.tape() };
}
