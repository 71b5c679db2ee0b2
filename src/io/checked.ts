/** Checked: a value that was read and is as it should be, or what is wrong with it. */

import { FileError } from "../file-error.js";

/** The value, or the problem in words. */
export type Checked<T> = { output: T } | { problem: string; cause?: unknown };

/** @throws FileError naming the file, where there is a problem */
export function outputOf<T>(path: string, checked: Checked<T>): T {
  if ("output" in checked) return checked.output;
  throw new FileError(path, checked.problem, { cause: checked.cause });
}
