/** Scopes: what is made in one is freed at its end. */

import { ArgumentError, aFunction, checkArgument } from "./arguments.js";
import { unrecorded } from "./autograd.js";
import { contents } from "./contents.js";
import { type Owner, own, owning, type Tracked } from "./lifetime.js";
import { Tensor } from "./tensor.js";

/**
 * Internal: checks that a callback is over.
 * @param thing that ends with it: "scope"
 * @throws ArgumentError when what it returned goes on
 */
export function checkOver(who: string, thing: string, returned: unknown): void {
  if (returned instanceof Tensor) return;
  const has = (name: string) => typeof (returned as Record<string, unknown> | null | undefined)?.[name] === "function";
  if (!has("then") && !has("next")) return;
  const [what, advice] = has("then") ? ["a promise", "await outside"] : ["a generator", "walk it inside"];
  throw new ArgumentError(
    `${who}: the callback returned ${what}; a ${thing} ends when its callback returns, so ${advice}`,
  );
}

/** Nothing for a promise, so that an async callback does not compile: it would go on after the scope has closed. */
export type Sync<T> = T extends PromiseLike<unknown> ? never : T;

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/** Which of the tensors of `owner` the graphs of `roots` lead to. */
function computedFrom(roots: Iterable<Tracked>, owner: Owner): Set<Tracked> {
  const found = new Set<Tracked>();
  const pending = [...roots];
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    if ((tensor.life.owner !== owner && !tensor.life.aside) || found.has(tensor)) continue;
    found.add(tensor);
    pending.push(...tensor.graphInputs);
  }
  return found;
}

/**
 * Runs `fn` and frees the tensors made inside, except what it returns (tensors, or arrays, maps, sets and plain objects of them),
 * parameters, gradients and the state of optimizers. Values that a returned graph needs stay until it is walked.
 * @returns what `fn` returns
 * @throws ArgumentError when `fn` returns a promise or a generator: a scope cannot wait
 */
export function scope<T>(fn: () => Sync<T>): T {
  checkArgument("scope", "fn", fn, aFunction);
  const { result, owner } = owning<T>(() => {
    const returned = fn();
    checkOver("scope", "scope", returned);
    return returned;
  });
  const found = isTensor(result) ? [result] : contents(result, isTensor).map(([, tensor]) => tensor);
  const returned: ReadonlySet<Tracked> = new Set(found);
  const needed = computedFrom(returned, owner);
  for (const tensor of owner.own()) {
    if (needed.has(tensor)) own(tensor);
    else tensor.endGraph("forgotten");
    // What a graph needs of it stays with the graph.
    if (!returned.has(tensor)) tensor.free("scope");
  }
  return result;
}

/**
 * `scope` without recording: for evaluation, and for changing parameters by hand.
 * @returns what `fn` returns
 */
export function noGrad<T>(fn: () => Sync<T>): T {
  checkArgument("noGrad", "fn", fn, aFunction);
  return unrecorded(() => scope(fn));
}
