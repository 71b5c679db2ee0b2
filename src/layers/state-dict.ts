/** State dicts: a module's numbers by name, and what is said of one that does not fit. */

import {
  aBoolean,
  aPlainObject,
  checkArgument,
  checkOptions,
  type Kind,
  type OptionKinds,
} from "../tensor/arguments.js";
import { prepareCopies } from "../tensor/copies.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { aTensor, type Tensor } from "../tensor/tensor.js";

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

const loadKinds: OptionKinds<LoadOptions> = { strict: aBoolean };

/** A module itself cannot be asked for here: modules are made with this file. */
const looksLikeModule = (value: unknown) => typeof Object(value).namedParameters === "function";

/** Names to tensors. */
export const aStateDict: Kind<StateDict> = {
  expected: "an object of tensors by name",
  accepts: (value): value is StateDict => aPlainObject.accepts(value) && Object.values(value).every(aTensor.accepts),
  hint: (value) => {
    if (looksLikeModule(value)) return "its stateDict() is one";
    const isFile = aPlainObject.accepts(value) && Object.hasOwn(value, "tensors") && Object.hasOwn(value, "metadata");
    return isFile ? "its tensors are one: what loadSafetensors returns has both" : undefined;
  },
};

/**
 * The first half of `Module.loadStateDict`, which checks and fetches everything.
 * @param who the module's class
 * @param own its parameters and buffers by name
 * @returns the second half, which copies the numbers
 * @throws Error what `Module.loadStateDict` throws
 */
export function prepareLoad(
  who: string,
  own: ReadonlyMap<string, Tensor>,
  state: StateDict,
  options: LoadOptions = {},
): () => LoadResult {
  checkArgument("loadStateDict", "state", state, aStateDict);
  checkOptions("loadStateDict", options, loadKinds);
  const { strict = true } = options;
  const missing = [...own.keys()].filter((name) => !Object.hasOwn(state, name));
  const unexpected = Object.keys(state).filter((name) => !own.has(name));
  const shared = [...own].filter(([name]) => Object.hasOwn(state, name));
  const misshapen = shared.filter(([name, value]) => !sameShape(state[name].shape, value.shape));
  const prefix = shared.length > 0 ? undefined : prefixOf(own.keys(), state);
  if (prefix !== undefined) {
    const all = `the state has every name of ${who}, with ${JSON.stringify(prefix)} in front`;
    throw new Error(`loadStateDict: ${all}: ${withoutIt(prefix)}`);
  }
  const lines = [
    ...(strict ? missing.map((name) => `missing     ${name} ${formatShape(own.get(name)!.shape)}`) : []),
    ...(strict ? unexpected.map((name) => `unexpected  ${name} ${formatShape(state[name].shape)}`) : []),
    ...misshapen.map(
      ([name, value]) => `misshapen   ${name} ${formatShape(state[name].shape)}, expected ${formatShape(value.shape)}`,
    ),
  ];
  if (lines.length > 0) {
    const deletions = misshapen.map(([name]) => `delete state[${JSON.stringify(name)}]`).join("; ");
    const hint = `\nTo keep the model's own (a new head), take them out of the state first: ${deletions}`;
    throw new Error(`loadStateDict: the state does not fit ${who}:\n  ${lines.join("\n  ")}${strict ? "" : hint}`);
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

/** Stands before the names of a model in a checkpoint, which has others besides. */
const CHECKPOINT = "model.";

/** What stands before each of `names` in a state that has nothing else: "module." of a model that was wrapped. */
function prefixOf(names: Iterable<string>, state: StateDict): string | undefined {
  const [first, ...rest] = names;
  if (first === undefined) return undefined;
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

/** The first few of a list of names. */
function someOf(names: readonly string[]): string {
  const some = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${some}, … (${names.length})` : some || "none";
}
