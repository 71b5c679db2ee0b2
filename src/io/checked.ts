/** Checked: a value that was read and is as it should be, or what is wrong with it. */

import { FileError } from "../file-error.js";

/** The value, or the problem in words. */
export type Checked<T> = { output: T } | { problem: string; cause?: unknown };

/** @throws what `fail` makes of a problem, where there is one */
export function checkedValue<T>(
  checked: Checked<T>,
  fail = (problem: string, cause: unknown) => new Error(problem, { cause }),
): T {
  if ("output" in checked) return checked.output;
  throw fail(checked.problem, checked.cause);
}

/** @throws FileError naming the file, where there is a problem */
export function outputOf<T>(path: string, checked: Checked<T>): T {
  return checkedValue(checked, (problem, cause) => new FileError(path, problem, { cause }));
}
