/** queueTrials: works a sweep off by a queue, whose workers are on any machines that see the sweep's folder. */

import { resolve } from "node:path";
import { asynchronousJobs } from "../run/asynchronous-halving.js";
import { type Job, nextJobs } from "../run/halving.js";
import type { SettingState, SweepFolder } from "../run/sweep-folder.js";
import { bestEpoch } from "../train/best-epoch.js";
import type { Work } from "./queue.js";
import { finishByQueue, type Plan } from "./queue-control.js";
import { checkAllDone, type SweepHooks } from "./sweep-workers.js";

/** Tells what has come to be in the trials' folders since it was looked at before. */
function newsOf(folder: SweepFolder, { onEvent }: SweepHooks): (settings: readonly SettingState[]) => void {
  const { metric } = folder.sweep;
  let known: Map<string, { epochs: number; finished: boolean }> | undefined;
  return (settings) => {
    const now = new Map<string, { epochs: number; finished: boolean }>();
    for (const { trial, lines, result } of settings.flatMap(({ trials }) => trials)) {
      const { id, config } = trial;
      now.set(id, { epochs: lines.length, finished: result !== undefined });
      // What was there at the beginning is not new.
      const before = known?.get(id) ?? { epochs: known ? 0 : lines.length, finished: !known };
      for (const line of lines.slice(before.epochs)) {
        const best = bestEpoch(lines.slice(0, line.epoch), metric) === line;
        onEvent(trial, { event: "epoch", best, epochs: config.epochs, ...line });
      }
      if (result && !before.finished) onEvent(trial, { event: "result", ...result });
    }
    known = now;
  };
}

/**
 * As `trainTrials`, but that others do the work.
 * @param address of the queue's server
 * @throws Error naming the trials that could not be finished
 * @throws the signal's reason: the workers go on with what is in the queue
 */
export async function queueTrials(folder: SweepFolder, address: string, hooks: SweepHooks): Promise<void> {
  const path = resolve(folder.path);
  const tellNews = newsOf(folder, hooks);
  const workOf = ({ trial, until }: Job): Work => {
    return { kind: "trial", folder: path, name: trial.id, until, backend: trial.config.backend };
  };
  const look: Plan["look"] = async ({ names, idle }) => {
    const settings = await folder.settings();
    tellNews(settings);
    if (folder.sweep.halving === "synchronous") {
      const jobs = nextJobs(folder.sweep, settings);
      return { works: jobs.map(workOf), over: jobs.length === 0 };
    }
    // The first may be there before any worker is.
    const free = names.size === 0 ? Math.max(1, idle) : idle;
    const jobs = await asynchronousJobs(folder, settings, { running: names, free });
    return { works: jobs.map(workOf), over: jobs.length + names.size === 0 };
  };
  const { signal, onProblem } = hooks;
  const failed = await finishByQueue(address, { folder: path, look }, { signal, onProblem });
  checkAllDone(failed, "trial");
}
