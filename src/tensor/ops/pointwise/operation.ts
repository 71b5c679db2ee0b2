/** What a function made from a row has in common with a written one: its name, and what it refuses. */

import { ArgumentError, aPlainObject, checkOptions } from "../../arguments.js";

/** Gives a function made from a table row its op's name, for printed models and stack traces. */
export function named<F extends object>(name: string, op: F): F {
  return Object.defineProperty(op, "name", { value: name });
}

/** Whoever gives options to what has none, is told; `map` and `reduce` give an index and a list, which mean nothing. */
export function refuseOptions(name: string, [options]: readonly unknown[]): void {
  if (aPlainObject.accepts(options)) checkOptions(name, options, {});
}

/**
 * For operations whose second argument is a number: `xs.map(leakyRelu)` would make a slope of each index.
 * @throws ArgumentError on the list that `map` gives behind the index
 */
export function refuseMap(name: string, [list]: readonly unknown[]): void {
  if (!Array.isArray(list)) return;
  throw new ArgumentError(
    `${name}: map() gives it the index as its second argument; write xs.map((x) => ${name}(x, …))`,
  );
}
