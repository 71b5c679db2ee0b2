/** trainersIn: who trains the trials of a sweep now. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The ids of the trials that have a folder. */
export function trialsIn(runs: string): string[] {
  return existsSync(runs) ? readdirSync(runs).filter((name) => /^\w{12}$/.test(name)) : [];
}

/** The processes that hold a trial now: by their locks, and only those whose command line names it. */
export function trainersIn(runs: string): number[] {
  return trialsIn(runs).flatMap((id) => {
    try {
      const [lock] = readdirSync(join(runs, id)).filter((name) => name.endsWith(".lock"));
      const { process: pid } = JSON.parse(readFileSync(join(runs, id, lock, "holder.json"), "utf8"));
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(id) ? [pid as number] : [];
    } catch {
      // Gone meanwhile.
      return [];
    }
  });
}

/** Sends a signal, unless it has ended by itself. */
export function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name);
  } catch {
    // It has.
  }
}
