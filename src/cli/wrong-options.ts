/** helpWithErrors: what is said after an error on the command line: the command's form, and the name that was meant. */

import type { Command } from "commander";
import { printable } from "../text.js";

/** What other programs call an option that there is here by another name. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  "--batch-size": "--batch",
  "--learning-rate": "--lr",
  "--model": "--net",
  "--arch": "--net",
  "--image-size": "--size",
  "--img-size": "--size",
  "--output": "--out",
  "--device": "--backend",
  "--augmentation": "--augment",
  "--patience": "--early-stop",
  "--validation-split": "--val-fraction",
  "--val-split": "--val-fraction",
  "--test-split": "--test-fraction",
  "--optim": "--optimizer",
  "--checkpoint": "--resume",
};

/** The option of this command that goes by another name elsewhere. */
function meant(command: Command, text: string): string | undefined {
  const [, flag] = /unknown option '(--[\w-]+)/.exec(text) ?? [];
  const name = flag === undefined ? undefined : OTHER_NAMES[flag];
  return command.options.some(({ long }) => long === name) ? name : undefined;
}

/** Of a command: its name and its arguments, as in "torchlet report [options] <RUN>". */
function formOf(command: Command): string {
  return `torchlet ${command.name()} ${command.usage()}`;
}

/** Has errors of a command end with how it is called. Whatever is in them, it changes nothing of a terminal. */
export function helpWithErrors(command: Command): void {
  command.showHelpAfterError(`(${formOf(command)}; --help says more)`);
  command.configureOutput({
    writeErr: (text) => process.stderr.write(printable(text)),
    outputError: (text, write) => {
      const name = text.includes("Did you mean") ? undefined : meant(command, text);
      write(name === undefined ? text : `${text.trimEnd()}\n(Did you mean ${name}?)\n`);
    },
  });
}
