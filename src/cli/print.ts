/** print and printError: lines for a terminal, whatever is in the names of files and classes. */

import { printable } from "../text.js";

/** To standard output. */
export function print(text: string): void {
  console.log(printable(text));
}

/** To standard error. */
export function printError(text: string): void {
  console.error(printable(text));
}
