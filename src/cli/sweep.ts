/** torchlet sweep: all trials of a sweep, on this machine, and which setting does best. */

import { availableParallelism } from "node:os";
import { Command, Option } from "commander";
import { flagOf } from "../run/config.js";
import { whole } from "../run/option-kinds.js";
import type { SweepFolder } from "../run/sweep-folder.js";
import type { Trial } from "../run/trial.js";
import { asArgument, plural } from "../text.js";
import { deciding } from "../train/best-epoch.js";
import { Interruption, onInterruptions } from "./interruptions.js";
import { endAs, LostOutput } from "./lost-output.js";
import { openSweep, type SweepFlags, withSweepFlags } from "./open-sweep.js";
import { optionOf } from "./option-of.js";
import { print, printError } from "./print.js";
import { queueOption } from "./queue-option.js";
import { type ResultsFlags, showResults, withResultsFlags } from "./results.js";
import type { TrialEvent } from "./trial.js";

interface Flags extends SweepFlags, ResultsFlags {
  workers?: number;
  queue?: string;
  print?: "slurm";
}

/** Flags of those who do the work: with a queue, its workers have them. */
const OF_WORKERS = ["workers", "threads", "print"] as const;

/** "3f2a9c01b7de  lr 0.001, batch 64, seed 2", and how far it is. */
function describe({ id, setting, seed, config }: Trial, event: TrialEvent): string | undefined {
  const named = Object.entries({ ...setting, seed }).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const who = `${id}  ${named.join(", ")}`;
  switch (event.event) {
    case "epoch": {
      const value = deciding(event)[config.metric];
      return `${who}  epoch ${event.epoch}/${event.epochs}  ${config.metric} ${value?.toFixed(4)}`;
    }
    case "result":
      return `${who}  ${event.broken === undefined ? "finished" : `broken off: ${event.broken}`}`;
    default:
      return undefined;
  }
}

async function printScript(folder: SweepFolder, file: string, { threads, data }: Flags): Promise<void> {
  const { nextJobs } = await import("../run/halving.js");
  const { slurmScript } = await import("./slurm.js");
  if (folder.sweep.halving === "asynchronous") {
    throw new Error("--print slurm: asynchronous halving decides while trials are trained; take synchronous");
  }
  const jobs = nextJobs(folder.sweep, await folder.settings());
  if (jobs.length === 0) throw new Error(`nothing is left to be done: torchlet results ${asArgument(folder.path)}`);
  print(slurmScript(jobs, { file, runs: folder.path, data, threads }).trimEnd());
}

async function trainAll(folder: SweepFolder, file: string, flags: Flags, signal: AbortSignal): Promise<void> {
  const { holding } = await import("../run/start-or-resume.js");
  const { threads = availableParallelism(), queue, json } = flags;
  // A GPU is one, whatever the cores.
  const { workers = folder.sweep.base.backend === "wasm" ? threads : 1 } = flags;
  const say = json ? printError : print;
  const onEvent = (trial: Trial, event: TrialEvent) => {
    const line = describe(trial, event);
    if (line) say(line);
  };
  const onProblem = (problem: string, id?: string) => printError(id === undefined ? problem : `${id}  ${problem}`);
  const hooks = { signal, onEvent, onProblem };
  // One at a time controls a sweep.
  await holding(folder.path, async () => {
    await folder.save();
    const how = queue === undefined ? `${workers} at a time` : "by the workers of a queue";
    say(`${plural(folder.trials.length, "trial")}, ${how}, in ${folder.path}`);
    if (queue !== undefined) {
      const { queueTrials } = await import("./sweep-queue.js");
      return queueTrials(folder, queue, hooks);
    }
    const { trainTrials } = await import("./sweep-workers.js");
    await trainTrials(folder, { file, workers, threads, data: flags.data, ...hooks });
  });
}

async function sweep(file: string, flags: Flags): Promise<void> {
  const signal = onInterruptions();
  const { onProgress } = (await import("../train/progress.js")).consoleProgress();
  const quiet = flags.print !== undefined || flags.json;
  const own = OF_WORKERS.find((name) => flags[name] !== undefined);
  if (flags.queue !== undefined && own) throw new Error(`${flagOf(own)}: with --queue, torchlet worker does the work`);
  try {
    const folder = await openSweep(file, flags, { signal, onProgress: quiet ? undefined : onProgress });
    if (flags.print) {
      await folder.save();
      return await printScript(folder, file, flags);
    }
    await trainAll(folder, file, flags, signal);
    if (!flags.json) print("");
    await showResults(folder, flags);
    if (!flags.json) print(`npx torchlet report ${asArgument(folder.path)}`);
  } catch (error) {
    if (!(error instanceof Interruption || error instanceof LostOutput)) throw error;
    const rest = flags.queue === undefined ? "" : " Workers go on with what is in the queue.";
    printError(`\nInterrupted (${error.message}). What was trained is saved; the same command goes on with it.${rest}`);
    endAs(error.exitCode);
  }
}

export function sweepCommand(): Command {
  const command = new Command("sweep")
    .description("train with many settings, with several seeds each, and tell which setting does best")
    .argument("<SWEEP>", "the sweep file: options, values to try, seeds")
    .addOption(optionOf("--workers", whole(1), "trials at a time (default: one for each thread; on a GPU one)"))
    .addOption(queueOption("have the workers of a queue in Redis train them, on any machine: see torchlet worker"));
  return withResultsFlags(withSweepFlags(command, "threads of all trials together"))
    .addOption(new Option("--print <WHAT>", "train nothing; print the script of a Slurm job array").choices(["slurm"]))
    .action(sweep);
}
