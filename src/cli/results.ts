/** torchlet results: what the trials of a sweep have come to so far. */

import { Command } from "commander";
import type { SweepFolder } from "../run/sweep-folder.js";
import { print } from "./print.js";

export interface ResultsFlags {
  json?: boolean;
  csv?: string;
}

/** Prints what there is: a table, or one JSON object; and writes the table for other programs, where that is asked for. */
export async function showResults(folder: SweepFolder, { json, csv }: ResultsFlags): Promise<void> {
  const { resultLines, resultsOf } = await import("../report/sweep-results.js");
  const results = await resultsOf(folder);
  if (csv !== undefined) {
    const { resultsCsv } = await import("../report/sweep-csv.js");
    const { writeAtomically } = await import("../io/atomic-file.js");
    await writeAtomically(csv, await resultsCsv(results));
  }
  print(json ? JSON.stringify(results) : resultLines(results).join("\n"));
}

/** Adds the flags of `showResults`. */
export function withResultsFlags(command: Command): Command {
  return command
    .option("--json", "the results as one JSON object")
    .option("--csv <FILE>", "write the results to a file, a line for each trial");
}

export function resultsCommand(): Command {
  const command = new Command("results")
    .description("show how good the trials of a sweep are so far")
    .argument("<DIR>", "the folder of a sweep");
  return withResultsFlags(command).action(async (path: string, flags: ResultsFlags) => {
    const { SweepFolder } = await import("../run/sweep-folder.js");
    if (!SweepFolder.exists(path))
      throw new Error(`${path} is no sweep's folder, as runs/NAME of NAME.json is: there is no plan.json in it`);
    await showResults(await SweepFolder.look(path), flags);
  });
}
