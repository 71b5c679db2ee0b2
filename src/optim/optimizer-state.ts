/** How what an optimizer remembers is saved and loaded. */

import {
  aPlainObject,
  checkOptions,
  listOf,
  needed,
  numberFrom,
  type OptionKinds,
  wholeFrom,
} from "../tensor/arguments.js";
import { type Copy, prepareCopies } from "../tensor/copies.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { aTensor, type Tensor } from "../tensor/tensor.js";
import { type Memory, namesIn, recall } from "./memories.js";

/** What an optimizer remembers, as it is saved: plain numbers and tensors, by parameter index. */
export interface OptimizerState {
  /** The learning rate; where there are several groups, a list with that of each. */
  lr: number | number[];
  /** Steps that each parameter has taken. */
  steps: number[];
  /** Tensors by name, one for each parameter; `null` where there is none. */
  tensors: Record<string, (Tensor | null)[]>;
}

const aRate = numberFrom(0);

const STATE: OptionKinds<OptimizerState> = {
  lr: needed({
    expected: "a finite number of at least 0, or a list of them",
    accepts: (value): value is number | number[] => [value].flat().every((rate) => aRate.accepts(rate)),
  }),
  steps: needed(listOf("a list of integers", wholeFrom(0))),
  tensors: needed({
    expected: "an object of lists of tensors",
    accepts: (value): value is OptimizerState["tensors"] =>
      aPlainObject.accepts(value) &&
      Object.values(value).every((list) => Array.isArray(list) && list.every((t) => t === null || aTensor.accepts(t))),
  }),
};

/** All of it, with the learning rate of each group. Shares its numbers. */
export function stateOf(memories: readonly Memory[], groups: readonly { lr: number }[]): OptimizerState {
  const rates = groups.map(({ lr }) => lr);
  const list = (name: string) => memories.map(({ tensors }) => tensors[name]?.detach() ?? null);
  return {
    lr: rates.length === 1 ? rates[0] : rates,
    steps: memories.map(({ steps }) => steps),
    tensors: Object.fromEntries(namesIn(memories).map((name) => [name, list(name)])),
  };
}

/**
 * The first half of `Optimizer.loadStateDict`, which checks and fetches everything.
 * @param who is called, for messages: "Adam.loadStateDict"
 * @param groups whose rates are set
 * @returns the second half, which copies it
 * @throws ArgumentError when `state` is none
 * @throws Error when it was made for other parameters, or by another optimizer
 */
export function prepareState(
  who: string,
  state: OptimizerState,
  memories: readonly Memory[],
  groups: readonly { lr: number }[],
): () => void {
  checkOptions(who, state, STATE);
  const rates = [state.lr].flat();
  if (rates.length !== groups.length) {
    throw new Error(`${who}: the state is of ${rates.length} groups of parameters, there are ${groups.length}`);
  }
  checkMemories(who, state, memories);
  const entries = memories.flatMap((memory, i) =>
    Object.keys(memory.tensors).map((name) => ({ memory, i, name, source: state.tensors[name][i] })),
  );
  const copies = entries.flatMap(({ memory, i, name, source }): Copy[] => {
    const { backend } = memory.parameter;
    return source ? [{ name: `${name}.${i}`, source, backend, target: () => recall(memory, name) }] : [];
  });
  const copy = prepareCopies(copies);
  return () => {
    copy();
    for (const [i, group] of groups.entries()) group.lr = rates[i];
    for (const [i, memory] of memories.entries()) memory.steps = state.steps[i];
    for (const { memory, name, source } of entries) {
      if (source) continue;
      memory.tensors[name]?.dispose();
      memory.tensors[name] = null;
    }
  };
}

function checkMemories(who: string, { steps, tensors }: OptimizerState, memories: readonly Memory[]): void {
  const count = memories.length;
  if (steps.length !== count) throw new Error(`${who}: the state is of ${steps.length} parameters, there are ${count}`);
  const names = namesIn(memories);
  const unknown = Object.keys(tensors).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`${who}: the state has "${unknown}", which this optimizer does not know`);
  for (const name of names) {
    if (tensors[name]?.length !== count) throw new Error(`${who}: the state has no "${name}" for each parameter`);
    tensors[name].forEach((value, i) => {
      const { parameter, tensors: own } = memories[i];
      if (value && !sameShape(value.shape, parameter.shape)) {
        const shapes = `${formatShape(value.shape)}, the parameter ${formatShape(parameter.shape)}`;
        throw new Error(`${who}: "${name}" of parameter ${i} has shape ${shapes}`);
      }
      const isKept = Object.hasOwn(own, name);
      if ((value === null) === (isKept && steps[i] > 0)) {
        throw new Error(`${who}: parameter ${i} has taken ${steps[i]} steps, with ${value ? "a" : "no"} "${name}"`);
      }
    });
  }
}
