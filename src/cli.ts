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
import { resultsCommand } from "./cli/results.js";
import { sweepCommand } from "./cli/sweep.js";
import { trainCommand } from "./cli/train.js";
import { trialCommand } from "./cli/trial.js";
import { workerCommand } from "./cli/worker.js";
import { helpWithErrors } from "./cli/wrong-options.js";
import { flagOf } from "./run/config.js";
import { version } from "./run/session.js";
import { printable } from "./text.js";

const BEGINNING = `
To begin with:
  torchlet train photos              photos has a folder for each class, with its photographs
  torchlet report RUN                how good the net is, on a page
  torchlet predict x.jpg --run RUN   what the net says to a photograph

RUN is the folder that train makes and names, in runs/: the options, weights and figures of one training.`;

const program = new Command("torchlet")
  .description("Deep learning from scratch in TypeScript.")
  .version(version())
  .addHelpText("after", BEGINNING)
  .showHelpAfterError("(torchlet --help lists what there is)")
  .addCommand(trainCommand())
  .addCommand(predictCommand())
  .addCommand(exportCommand())
  .addCommand(reportCommand())
  .addCommand(compareCommand())
  .addCommand(sweepCommand())
  .addCommand(trialCommand())
  .addCommand(workerCommand())
  .addCommand(resultsCommand())
  .addCommand(infoCommand());

// Mostly a variable of the shell that is not set; as a path, it would be the current folder.
program.hook("preAction", (_, command) => {
  const [name] = Object.entries(command.opts()).find(([, value]) => value === "") ?? [];
  if (name !== undefined) throw new Error(`${flagOf(name)}: nothing stands there but an empty text`);
  if (command.args.includes("")) throw new Error(`${command.name()}: an argument is an empty text`);
});
program.configureOutput({ writeErr: (text) => process.stderr.write(printable(text)) });
for (const command of program.commands) helpWithErrors(command);
watchOutput();
try {
  await program.parseAsync();
} catch (error) {
  printError(`torchlet: ${(error as Error).message}`);
  process.exitCode = 1;
}
