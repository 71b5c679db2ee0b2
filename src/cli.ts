#!/usr/bin/env node
/** The command line: `npx torchlet --help`. Each command is a file in cli/. */

import { Command } from "commander";
import { compareCommand } from "./cli/compare.js";
import { exportCommand } from "./cli/export.js";
import { infoCommand } from "./cli/info.js";
import { watchOutput } from "./cli/lost-output.js";
import { predictCommand } from "./cli/predict.js";
import { printError } from "./cli/print.js";
import { reportCommand } from "./cli/report.js";
import { trainCommand } from "./cli/train.js";
import { version } from "./run/session.js";
import { printable } from "./text.js";

const program = new Command("torchlet")
  .description("Deep learning from scratch in TypeScript.")
  .version(version())
  .showHelpAfterError("(torchlet --help lists what there is)")
  .addCommand(trainCommand())
  .addCommand(predictCommand())
  .addCommand(exportCommand())
  .addCommand(reportCommand())
  .addCommand(compareCommand())
  .addCommand(infoCommand());

for (const command of [program, ...program.commands]) {
  command.configureOutput({ writeErr: (text) => process.stderr.write(printable(text)) });
}
watchOutput();
try {
  await program.parseAsync();
} catch (error) {
  printError(`torchlet: ${(error as Error).message}`);
  process.exitCode = 1;
}
