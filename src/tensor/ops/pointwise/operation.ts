/** What functions made from a row have in common with written ones: their names. */

/** Gives a function made from a table row its op's name, for printed models and stack traces. */
export function named<F extends object>(name: string, op: F): F {
  return Object.defineProperty(op, "name", { value: name });
}
