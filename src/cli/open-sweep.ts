/** openSweep: what the commands that read a sweep file have in common. */

import { basename, extname } from "node:path";
import { type Command, Option } from "commander";
import { whole } from "../run/option-kinds.js";
import type { SweepFolder } from "../run/sweep-folder.js";
import { MAX_THREADS } from "../tensor/backend/registry.js";
import { optionOf } from "./option-of.js";

/** Flags of those that read a sweep file. */
export interface SweepFlags {
  runs?: string;
  data?: string;
  threads?: number;
}

/** Adds these flags. @param threads what --threads counts */
export function withSweepFlags(command: Command, threads: string): Command {
  return command
    .addOption(
      new Option("--runs <DIR>", "the folder with a run folder for each trial (default: runs/NAME of NAME.json)"),
    )
    .addOption(new Option("--data <DIR>", "the folder of photographs on this machine (default: as the file says)"))
    .addOption(optionOf("--threads", whole(1, MAX_THREADS), `${threads} (default: as many as there are cores)`));
}

/**
 * Reads a sweep file, and finds out what its trials are.
 * @param threads of a trial that is to be trained in this process
 */
export async function openSweep(
  file: string,
  { runs = `runs/${basename(file, extname(file))}`, data }: SweepFlags,
  options: { threads?: number; signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<SweepFolder> {
  const { readSweep } = await import("../run/read-sweep.js");
  const { SweepFolder } = await import("../run/sweep-folder.js");
  return SweepFolder.open(runs, await readSweep(file, { data }), options);
}
