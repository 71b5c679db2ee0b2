/** A model's forward pass as a list of steps: what runs with several batches have in common. */

import { backendOf } from "../../layers/backend-of.js";
import { frozen } from "../../layers/look-inside.js";
import type { Module } from "../../layers/module.js";
import { withBackend } from "../../tensor/backend/current-backend.js";
import { rand } from "../../tensor/factories/drawn.js";
import { Generator } from "../../tensor/random.js";
import { noGrad } from "../../tensor/scope.js";
import { formatShape, type Shape, sameShape } from "../../tensor/shape.js";
import type { SharedStorage } from "../../tensor/shared-storage.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Operation, observe } from "../../tensor/trace.js";
import { type Merged, merge, type Size } from "./size.js";

/** Numbers that are the same in every run: a parameter, a buffer, or a tensor that `forward` made from nothing. */
export interface Constant {
  /** From the state dict, or "constant". */
  readonly name: string;
  /** Where it depends on the batch's size, all of the numbers are equal. */
  readonly shape: readonly Size[];
  readonly values: Float32Array;
}

/** What a step reads: the model's input, the result of an earlier step by its number, or a constant. */
export type Source = "input" | number | Constant;

/** One operation. */
export interface Step {
  readonly name: string;
  readonly inputs: readonly Source[];
  readonly inputShapes: readonly (readonly Size[])[];
  readonly outputShape: readonly Size[];
  readonly attributes: Merged<object>;
}

/** What a model does: one operation after the other. */
export interface Computation {
  readonly steps: readonly Step[];
  readonly inputShape: readonly Size[];
  readonly output: Source;
  readonly outputShape: readonly Size[];
}

/** As `Source`, in one run: a constant is the tensor itself. */
type Operand = "input" | number | Tensor;

/** Operands by their numbers: a tensor with the same buffer and shape holds the same ones (`detach` makes such). */
class Operands {
  readonly #found = new Map<SharedStorage, Map<string, Operand>>();
  readonly #kept: Tensor[];

  /** @param kept where constants go, for the caller to release */
  constructor(kept: Tensor[]) {
    this.#kept = kept;
  }

  set({ numbers, shape }: Tensor, operand: Operand): void {
    const shapes = this.#found.get(numbers) ?? new Map<string, Operand>();
    this.#found.set(numbers, shapes.set(formatShape(shape), operand));
  }

  /** A tensor that nothing made is a constant. Its numbers are kept: they may be read once the run is over. */
  get(tensor: Tensor): Operand {
    const known = this.#found.get(tensor.numbers)?.get(formatShape(tensor.shape));
    if (known !== undefined) return known;
    const constant = tensor.detach().keep();
    this.#kept.push(constant);
    this.set(constant, constant);
    return constant;
  }
}

interface Run {
  readonly input: Shape;
  readonly operations: readonly { readonly operation: Operation; readonly operands: readonly Operand[] }[];
  readonly output: Tensor;
  readonly result: Operand;
}

function runOnce(model: Module, shape: Shape, generator: Generator, kept: Tensor[]): Run {
  const operands = new Operands(kept);
  const operations: Run["operations"][number][] = [];
  let output!: Tensor;
  let result!: Operand;
  const note = (operation: Operation) => {
    operations.push({ operation, operands: operation.inputs.map((input) => operands.get(input)) });
    operands.set(operation.output, operations.length - 1);
  };
  noGrad(() => {
    const input = rand(shape, { generator });
    operands.set(input, "input");
    output = observe(note, () => model.forward(input));
    result = operands.get(output);
  });
  return { input: shape, operations, output, result };
}

/** Reads constants and finds what they are called. */
class Constants {
  readonly #batches: readonly number[];
  readonly #names = new Map<SharedStorage, string>();
  readonly #read = new Map<Tensor, Constant>();
  /** All are asked for at once, before anything is waited for: somebody may go on training the model. */
  readonly #values = new Map<SharedStorage, Promise<Float32Array>>();

  constructor(batches: readonly number[], model: Module, constants: readonly Tensor[]) {
    this.#batches = batches;
    for (const constant of constants) {
      if (this.#values.has(constant.numbers)) continue;
      const values = constant.data();
      values.catch(() => {}); // whoever reads it hears of a failure
      this.#values.set(constant.numbers, values);
    }
    for (const [name, value] of [...model.namedParameters(), ...model.namedBuffers()]) {
      this.#names.set(value.numbers, name);
    }
  }

  /** @param tensors what stood in one place in each of the runs */
  async read(tensors: readonly Tensor[], reader: string): Promise<Constant> {
    const [first] = tensors;
    const known = this.#read.get(first);
    if (known) return known;
    const shape = merge(
      this.#batches,
      tensors.map((tensor) => tensor.shape),
    );
    const same = tensors.every(({ numbers }) => numbers === first.numbers);
    const values = await Promise.all((same ? [first] : tensors).map(({ numbers }) => this.#values.get(numbers)!));
    const fixed = tensors.every((tensor) => sameShape(tensor.shape, first.shape));
    const agree = fixed
      ? values.every((own) => own.every((value, i) => Object.is(value, values[0][i])))
      : values.every((own) => own.every((value) => Object.is(value, values[0][0])));
    if (!shape || !agree) {
      throw new Error(
        `${reader} reads a tensor ${formatShape(first.shape)} that forward makes anew, from the input's values, the ` +
          "batch's size or at random; only constants can be exported",
      );
    }
    const constant = {
      name: this.#names.get(first.numbers) ?? "constant",
      shape: shape as readonly Size[],
      values: Float32Array.from(values[0]),
    };
    this.#read.set(first, constant);
    return constant;
  }
}

/**
 * Runs the model in evaluation mode with a batch of each size, and finds out what the runs have in common: a number
 * that differs is one that depends on the batch, anything else that differs cannot be part of a graph.
 * @param inputShape without the batch axis
 * @param batches three sizes, which tell a line from a curve
 * @throws Error naming the operation that differs
 */
export async function stepsOf(model: Module, inputShape: Shape, batches: readonly number[]): Promise<Computation> {
  const kept: Tensor[] = [];
  const run = () => batches.map((batch, i) => runOnce(model, [batch, ...inputShape], new Generator(i), kept));
  try {
    const runs = frozen(model, () => withBackend(backendOf(model), run));
    return await mergeRuns(runs, batches, new Constants(batches, model, kept));
  } finally {
    for (const constant of kept) constant.dispose();
  }
}

async function mergeRuns(runs: readonly Run[], batches: readonly number[], constants: Constants): Promise<Computation> {
  const [first] = runs;
  const sourceOf = async (operands: readonly Operand[], reader: string): Promise<Source> => {
    if (operands.every((operand) => typeof operand === "object")) return constants.read(operands, reader);
    const [operand] = operands as readonly Exclude<Operand, Tensor>[];
    if (operands.some((other) => other !== operand)) throw differ(reader);
    return operand;
  };
  const differ = (name: string) => new Error(`${name} is not the same in every run of forward`);
  const merged = <T>(values: readonly T[], name: string): Merged<T> => {
    const value = merge(batches, values);
    if (value === undefined) throw differ(name);
    return value;
  };
  const steps: Step[] = [];
  for (const [i, { operation, operands }] of first.operations.entries()) {
    const { name } = operation;
    const own = runs.map(({ operations }) => operations[i]);
    if (own.some((other) => other?.operation.name !== name || other.operands.length !== operands.length)) {
      throw differ(name);
    }
    const inputs: Source[] = [];
    for (const j of operands.keys())
      inputs.push(
        await sourceOf(
          own.map((other) => other.operands[j]),
          name,
        ),
      );
    steps.push({
      name,
      inputs,
      inputShapes: operands.map((_, j) =>
        merged(
          own.map((other) => other.operation.inputs[j].shape),
          name,
        ),
      ),
      outputShape: merged(
        own.map((other) => other.operation.output.shape),
        name,
      ),
      attributes: merged(
        own.map((other) => other.operation.attributes),
        name,
      ),
    });
  }
  return {
    steps,
    inputShape: merged(
      runs.map(({ input }) => input),
      "input",
    ),
    output: await sourceOf(
      runs.map(({ result }) => result),
      "the output",
    ),
    outputShape: merged(
      runs.map(({ output }) => output.shape),
      "the output",
    ),
  };
}
