/** torchlet trial: one trial of a sweep, called as often as it takes by whoever works the sweep off. */

import { Command } from "commander";
import { flagOf } from "../run/config.js";
import { whole } from "../run/option-kinds.js";
import type { RunEvent } from "../run/run.js";
import type { TrialResult } from "../run/run-json.js";
import type { SweepFolder } from "../run/sweep-folder.js";
import { asArgument, inColumns, plural } from "../text.js";
import type { MetricName } from "../train/best-epoch.js";
import type { Metrics } from "../train/metrics.js";
import { Interruption, onInterruptions } from "./interruptions.js";
import { endAs, LostOutput } from "./lost-output.js";
import { openSweep, type SweepFlags, withSweepFlags } from "./open-sweep.js";
import { optionOf } from "./option-of.js";
import { print, printError } from "./print.js";

/** What the process ends with where a trial was not trained for a reason that is no fault of the trial. */
export const EXIT = {
  /** This machine cannot do it: it has other photographs, computes otherwise, or has no room. As EX_UNAVAILABLE of sysexits.h. */
  unfit: 69,
  /** Somebody else trains it now: try again later. As EX_TEMPFAIL. */
  held: 75,
};

/** What a trial tells whoever has started it: all but the many. */
export type TrialEvent =
  | Exclude<RunEvent, { event: "reading" } | { event: "step" }>
  | ({ event: "result" } & TrialResult);

interface TrialFlags extends SweepFlags {
  until?: number;
  again?: boolean;
  takeOver?: boolean;
  json?: boolean;
}

/** Flags that mean nothing where all trials are listed. */
const OF_ONE = ["until", "again", "takeOver"] as const;

function describe({ trial, epochs, best, test, broken }: TrialResult, metric: MetricName): string {
  if (broken !== undefined) return `${trial} has broken off: ${broken}`;
  const figure = (metrics: Metrics) => metrics[metric]?.toFixed(4);
  return (
    `${trial} is finished, with ${plural(epochs, "epoch")}: ${metric} ${figure(best!.metrics)} on the validation photographs ` +
    `in epoch ${best!.epoch}, ${figure(test!.best.metrics)} on the test photographs`
  );
}

/** A line for each trial: what it is, and how far. */
async function list(folder: SweepFolder, { json, ...others }: TrialFlags): Promise<void> {
  const flag = OF_ONE.find((name) => others[name] !== undefined);
  if (flag)
    throw new Error(`${flagOf(flag)}: of which trial? Name its ID behind the sweep file; without, they are listed`);
  const trials = (await folder.settings()).flatMap(({ trials }) => trials);
  if (json) {
    for (const { trial, lines, result } of trials) {
      const { id, setting, seed, config } = trial;
      const far = { epochs: lines.length, maxEpochs: config.epochs, finished: result !== undefined };
      print(JSON.stringify({ event: "trial", trial: id, setting, seed, ...far, broken: result?.broken }));
    }
    return;
  }
  const rows = trials.map(({ trial, lines, result }) => [
    trial.id,
    ...Object.entries(trial.setting).map(([name, value]) => `${name} ${JSON.stringify(value)}`),
    `seed ${trial.seed}`,
    result?.broken !== undefined ? "broken off" : `${lines.length} of ${plural(trial.config.epochs, "epoch")}`,
  ]);
  print(inColumns(rows, rows[0].length).join("\n"));
}

/** The command that goes on with a trial, with the places that were said. */
function again(file: string, id: string, { runs, data }: TrialFlags): string {
  const places = Object.entries({ runs, data }).flatMap(([name, path]) =>
    path === undefined ? [] : [`--${name} ${asArgument(path)}`],
  );
  return ["npx torchlet trial", asArgument(file), id, ...places].join(" ");
}

/** What is to be done with a trial, and who ends it. */
interface Trained {
  file: string;
  id: string;
  flags: TrialFlags;
  signal: AbortSignal;
}

async function train(folder: SweepFolder, { file, id, flags, signal }: Trained): Promise<void> {
  const { jsonOutput, textOutput } = await import("./train-output.js");
  const { runTrial, checkTrial } = await import("../run/run-trial.js");
  const show = flags.json ? jsonOutput() : textOutput(() => again(file, id, flags));
  // Whoever has started this process may listen; whether it still does is no matter of the trial.
  const tell = (event: TrialEvent) => process.connected && process.send?.(event, undefined, undefined, () => {});
  const onEvent = (event: RunEvent) => {
    show(event);
    if (event.event !== "reading" && event.event !== "step") tell(event);
  };
  const trial = await folder.trial(id);
  const hooks = { onEvent, signal, until: flags.until, takeOver: flags.takeOver };
  let result = await runTrial(folder, trial, hooks);
  if (!result) return;
  if (flags.again) result = await checkTrial(folder, trial, result, hooks);
  const same = flags.again ? "\nTrained anew, it came to the same, to the last bit." : "";
  const event = { event: "result", ...result } as const;
  tell(event);
  print(flags.json ? JSON.stringify(event) : describe(result, folder.sweep.metric) + same);
}

/** Says why it ends, and how: whoever has called goes by the code. */
async function endBy(error: unknown): Promise<void> {
  const { HeldError } = await import("../run/run-lock.js");
  const { OtherPhotographsError } = await import("../run/run-data.js");
  const { UnknownTrialError } = await import("../run/sweep-folder.js");
  const { isFull } = await import("../file-error.js");
  if (error instanceof Interruption || error instanceof LostOutput) {
    printError(`\nInterrupted (${error.message}). What was trained is saved; the same command goes on with it.`);
    return endAs(error.exitCode);
  }
  if (error instanceof HeldError) process.exitCode = EXIT.held;
  else if (error instanceof OtherPhotographsError || error instanceof UnknownTrialError || isFull(error))
    process.exitCode = EXIT.unfit;
  else throw error;
  printError(`torchlet: ${error.message}`);
}

async function trial(file: string, id: string | undefined, flags: TrialFlags): Promise<void> {
  const signal = onInterruptions();
  const { onProgress } = (await import("../train/progress.js")).consoleProgress();
  try {
    const folder = await openSweep(file, flags, { threads: flags.threads, signal, onProgress });
    await (id === undefined ? list(folder, flags) : train(folder, { file, id, flags, signal }));
  } catch (error) {
    await endBy(error);
  }
}

export function trialCommand(): Command {
  const command = new Command("trial")
    .description("train one trial of a sweep: begin it, go on with it, or do nothing if it is finished")
    .argument("<SWEEP>", "the sweep file")
    .argument("[ID]", "of the trial (default: list them all)")
    .addOption(optionOf("--until", whole(1), "stop at the end of epoch N; a later call goes on"));
  return withSweepFlags(command, "threads of the wasm backend")
    .option("--take-over", "a process on another host that holds the trial has ended: go on with it")
    .option("--again", "train a finished trial anew, and see whether it comes to the same")
    .option("--json", "one line of JSON for each event; of a list, for each trial")
    .action(trial);
}
