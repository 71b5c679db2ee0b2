/** Checks of everything that is called as PyTorch's is, by test/fixtures/calls: nothing need be written here for a new one. */

import { describe, expect, it } from "vitest";
import * as torchlet from "../src/index.js";
import type { AnyModule } from "../src/layers/module.js";
import { tensor } from "../src/tensor/factories/from-values.js";
import type { Shape } from "../src/tensor/shape.js";
import type { Tensor } from "../src/tensor/tensor.js";
import { checkOp, expectClose, type Fixture, readFixture } from "./check-op.js";
import { onEachBackend } from "./targets.js";

type StoredTensor = Fixture["output"];

/** One case, made by scripts/fixtures/make_call_fixtures.py. */
export interface CallCase extends Omit<Fixture, "op" | "options"> {
  /** Of the export. */
  readonly name: string;
  /** JSON, in which `{ input: i }` stands for a tensor. */
  readonly args: readonly unknown[];
  /** Which of several results is checked. */
  readonly pick?: string | number;
}

/** One case of a layer. The last of its inputs are the parameters. */
export interface LayerCase extends CallCase {
  /** What the constructor is given. */
  readonly make: readonly unknown[];
  readonly train: boolean;
  readonly parameters: readonly string[];
  /** The state dict's. */
  readonly keys: Record<string, Shape>;
  readonly buffers: Record<string, StoredTensor>;
  readonly buffersAfter: Record<string, StoredTensor>;
}

const exported = torchlet as unknown as Record<string, (...args: unknown[]) => unknown>;
const classes = torchlet as unknown as Record<string, new (...args: unknown[]) => AnyModule>;

export const operationCalls = readFixture<CallCase[]>("calls/operations");
export const lossCalls = readFixture<CallCase[]>("calls/losses");
export const layerCalls = readFixture<LayerCase[]>("calls/layers");

/** What is stored, with the tensors in it. */
export function given(stored: unknown, inputs: readonly Tensor[]): unknown {
  if (Array.isArray(stored)) return stored.map((item) => given(item, inputs));
  if (typeof stored !== "object" || stored === null) return stored;
  if ("input" in stored) return inputs[stored.input as number];
  return Object.fromEntries(Object.entries(stored).map(([name, item]) => [name, given(item, inputs)]));
}

/** By name, the case that is given most: with options, where there are any. */
export function fullest<C extends CallCase>(
  calls: readonly C[],
  given: (call: C) => readonly unknown[],
): Map<string, C> {
  const found = new Map<string, C>();
  for (const call of calls) {
    const before = found.get(call.name);
    if (!before || given(call).length > given(before).length) found.set(call.name, call);
  }
  return found;
}

/** The tensors of a case. */
export function inputsOf({ inputs }: CallCase): Tensor[] {
  return inputs.map(fromStored);
}

const fromStored = ({ shape, values }: StoredTensor) => tensor(values.map(Number), shape);

/** Puts the tensor where the module has the parameter of that name, so that gradients go to it. */
function place(module: AnyModule, name: string, value: Tensor): void {
  const path = name.split(".");
  const last = path.pop()!;
  const owner = path.reduce<AnyModule>((at, step) => new Map(at.children()).get(step)!, module);
  // Defined, not assigned: a layer takes nothing but a Parameter.
  Object.defineProperty(owner, last, { value, enumerable: true });
}

/** The layer of a case with its buffers; its own parameters, unless others are given. */
export function layerOf({ name, make, train, buffers, parameters }: LayerCase, values: readonly Tensor[] = []) {
  const layer = new classes[name](...make).train(train);
  const state = Object.fromEntries(Object.entries(buffers).map(([key, stored]) => [key, fromStored(stored)]));
  if (Object.keys(state).length > 0) layer.loadStateDict(state, { strict: false });
  for (const [i, value] of values.entries()) place(layer, parameters[i], value);
  return layer;
}

function run(call: CallCase | LayerCase, inputs: readonly Tensor[]): Tensor {
  const args = given(call.args, inputs) as never[];
  const result = "make" in call ? layerWith(call, inputs).forward(...(args as never)) : exported[call.name](...args);
  return (call.pick === undefined ? result : (result as Record<string, unknown>)[call.pick]) as Tensor;
}

function layerWith(call: LayerCase, inputs: readonly Tensor[]): AnyModule {
  return layerOf(call, inputs.slice(inputs.length - call.parameters.length));
}

function titleOf(call: CallCase | LayerCase): string {
  const shown = (args: readonly unknown[]) =>
    args
      .map((arg) => JSON.stringify(arg).replace(/\{"input":(\d+)\}/g, (_, i) => `[${call.inputs[i].shape}]`))
      .join(", ");
  const made =
    "make" in call ? `new ${call.name}(${shown(call.make)})${call.train ? "" : " in evaluation"}` : call.name;
  return `${made}(${shown(call.args)})${call.pick === undefined ? "" : ` ${call.pick}`}${call.note && ` (${call.note})`}`;
}

/** PyTorch's numbers, forward and back, on every backend. */
export function checkCalls(calls: readonly (CallCase | LayerCase)[]): void {
  for (const call of calls) {
    const fixture = { ...call, op: call.name, options: {} };
    checkOp(titleOf(call), { op: (...inputs) => run(call, inputs), fixture });
  }
}

/** What of a layer is not in its output: the keys of its state dict, and its buffers after a step. */
export function checkState(calls: readonly LayerCase[]): void {
  it.each(calls)("$name has PyTorch's keys", (call) => {
    const state = layerOf(call).stateDict();
    expect(Object.entries(state).map(([key, { shape }]) => [key, shape])).toEqual(Object.entries(call.keys));
  });
  describe("buffers after a step", () => {
    for (const call of calls.filter(({ buffersAfter }) => Object.keys(buffersAfter).length > 0)) {
      onEachBackend(titleOf(call), async () => {
        const inputs = inputsOf(call);
        const layer = layerWith(call, inputs);
        layer.forward(...(given(call.args, inputs) as never));
        for (const [key, buffer] of layer.namedBuffers()) {
          expectClose(await buffer.data(), call.buffersAfter[key].values.map(Number), 1e-5, key);
        }
      });
    }
  });
}
