/** torchlet worker: works off what is in a queue, one piece at a time, on any machine that sees the folders. */

import { Command, Option } from "commander";
import { numberFrom, whole } from "../run/option-kinds.js";
import { MAX_THREADS } from "../tensor/backend/registry.js";
import { onInterruptions } from "./interruptions.js";
import { optionOf } from "./option-of.js";
import { print } from "./print.js";
import { queueOption } from "./queue-option.js";

interface WorkerFlags {
  queue: string;
  runs: string;
  data?: string;
  threads?: number;
  lockSeconds: number;
}

async function work(flags: WorkerFlags): Promise<void> {
  const signal = onInterruptions();
  const { workOff } = await import("./queue-worker.js");
  await workOff({ ...flags, lockMs: 1000 * flags.lockSeconds, signal, say: print });
  print(`Ended (${(signal.reason as Error).message}). What was begun is saved, and given back.`);
  // Whether the queue's server answers or not.
  process.exit(signal.reason.exitCode);
}

export function workerCommand(): Command {
  return new Command("worker")
    .description("train what sweep --queue has put into a queue, one trial after the other, until Ctrl-C")
    .addOption(queueOption("the queue's Redis or Valkey").makeOptionMandatory())
    .addOption(
      new Option("--runs <DIR>", "the folder that it may work in, with all that is in it").makeOptionMandatory(),
    )
    .addOption(new Option("--data <DIR>", "the folder of photographs on this machine (default: as the sweep says)"))
    .addOption(
      optionOf("--threads", whole(1, MAX_THREADS), "of the wasm backend (default: as many as there are cores)"),
    )
    .addOption(optionOf("--lock-seconds", numberFrom(1), "silent for so long, it is taken for dead").default(30))
    .action(work);
}
