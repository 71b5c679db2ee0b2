/** Starts a program in a process of its own, which says how long it took from its import on, and the most memory it held. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface FreshRun {
  /** From before the import of the library until it was done. */
  ms: number;
  /** Of resident memory, as the process itself reports it. */
  peakBytes: number;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** @throws Error with what the program wrote when it ends without a line */
export async function freshProcess(command: string, args: readonly string[]): Promise<FreshRun> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (data) => {
    complaint += data;
  });
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith("{")) continue;
    const { ms, peakBytes } = JSON.parse(line);
    // What is measured next has the machine to itself.
    if (child.exitCode === null) await once(child, "exit");
    return { ms, peakBytes };
  }
  throw new Error(`${command} ${args.join(" ")}: ${complaint.trim() || "it ended without an answer"}`);
}

/** Trains Net #1 for some steps in a process of its own, with the package as it is published. */
export function freshTraining(
  batch: number,
  threads: number,
  steps: number,
  node = process.execPath,
): Promise<FreshRun> {
  return freshProcess(node, [here("fresh.js"), ...[batch, threads, steps].map(String)]);
}

/** Builds what `fresh.js` imports. */
export function buildPackage(): void {
  execFileSync("npm", ["run", "build"], { cwd: here(".."), stdio: "inherit" });
}
