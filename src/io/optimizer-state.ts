/** saveOptimizer and loadOptimizer: what an optimizer has learned, as a safetensors file. */

import { inFile } from "../file-error.js";
import type { StateDict } from "../layers/state-dict.js";
import { anOptimizer, type Optimizer } from "../optim/optimizer.js";
import type { OptimizerState } from "../optim/optimizer-state.js";
import { checkArgument, refuseMore } from "../tensor/arguments.js";
import { aPath } from "../tensor/kinds.js";
import type { Tensor } from "../tensor/tensor.js";
import { loadSafetensors, saveSafetensors } from "./safetensors/file.js";
import { tensorsOn } from "./tensors-on.js";

/** The state's tensors under names of their own: `exp_avg.0` is `exp_avg` of the first parameter. */
export function optimizerTensors({ tensors }: OptimizerState): StateDict {
  const named = Object.entries(tensors).flatMap(([name, list]) =>
    list.flatMap((value, i): [string, Tensor][] => (value ? [[`${name}.${i}`, value]] : [])),
  );
  return Object.fromEntries(named);
}

/**
 * The state whose tensors `optimizerTensors` gave, for an optimizer of the same kind.
 * @throws Error naming a tensor that is none of a parameter
 */
export function optimizerState(
  optimizer: Optimizer,
  { lr, steps }: Pick<OptimizerState, "lr" | "steps">,
  tensors: StateDict,
): OptimizerState {
  const none = (): (Tensor | null)[] => steps.map(() => null);
  const lists = new Map(optimizer.stateNames.map((name) => [name, none()]));
  for (const [fullName, value] of Object.entries(tensors)) {
    const [, name, index] = fullName.match(/^(.*)\.(\d+)$/s) ?? [];
    if (!(Number(index) < steps.length)) throw new Error(`"${fullName}" belongs to none of ${steps.length} parameters`);
    const list = lists.get(name) ?? none();
    list[Number(index)] = value;
    lists.set(name, list);
  }
  return { lr, steps, tensors: Object.fromEntries(lists) };
}

/**
 * Writes what an optimizer has learned: tensors `exp_avg.0`, `exp_avg.1`, … by the parameters' order, and as metadata the
 * learning rate `lr` (a list, where there are groups) and the number of `steps` of each parameter. Its other options are the
 * constructor's. docs/pytorch.md shows how PyTorch reads and writes such files.
 */
export async function saveOptimizer(path: string, optimizer: Optimizer, ...more: never[]): Promise<void> {
  refuseMore("saveOptimizer(path, optimizer)", more);
  checkArgument("saveOptimizer", "path", path, aPath);
  checkArgument("saveOptimizer", "optimizer", optimizer, anOptimizer);
  const state = optimizer.stateDict();
  const tensors = optimizerTensors(state);
  try {
    await saveSafetensors(path, tensors, { lr: JSON.stringify(state.lr), steps: JSON.stringify(state.steps) });
  } finally {
    for (const value of Object.values(tensors)) value.dispose();
  }
}

/** What the metadata says. Whether it fits is the optimizer's to say. */
function numbersFrom(metadata: Record<string, string>): Pick<OptimizerState, "lr" | "steps"> {
  const [lr, steps] = [metadata.lr, metadata.steps].map((text) => JSON.parse(text ?? "null"));
  if (lr === null || !Array.isArray(steps))
    throw new Error("its metadata has no lr and steps: this is no optimizer's state");
  return { lr, steps };
}

/**
 * Goes on from what `saveOptimizer` has written, or PyTorch in the same form.
 * @param optimizer of the same kind, for the same parameters in the same order
 * @throws FileError when it is of another kind or of other parameters; nothing has been changed then
 */
export async function loadOptimizer(path: string, optimizer: Optimizer, ...more: never[]): Promise<void> {
  refuseMore("loadOptimizer(path, optimizer)", more);
  checkArgument("loadOptimizer", "path", path, aPath);
  checkArgument("loadOptimizer", "optimizer", optimizer, anOptimizer);
  const { metadata, ...file } = await loadSafetensors(path);
  const tensors = await tensorsOn(optimizer.parameters[0].backend, file.tensors);
  try {
    optimizer.loadStateDict(optimizerState(optimizer, numbersFrom(metadata), tensors));
  } catch (error) {
    throw inFile(path, error);
  } finally {
    for (const value of Object.values(tensors)) value.dispose();
  }
}
