/** trainTrials: works a sweep off in child processes of this one, so many at a time. */

import { setTimeout as delay } from "node:timers/promises";
import { asynchronousJobs } from "../run/asynchronous-halving.js";
import { type Job, nextJobs } from "../run/halving.js";
import type { SweepFolder } from "../run/sweep-folder.js";
import type { Trial } from "../run/trial.js";
import { plural } from "../text.js";
import { TRIES } from "./child.js";
import { EXIT, type TrialEvent } from "./trial.js";
import { type ChildOptions, savedAt, trainInChild } from "./trial-child.js";

/** Until a trial is tried again. */
const PAUSE_MS = 500;

/** What is told of a sweep while it is worked off. */
export interface SweepHooks {
  signal: AbortSignal;
  onEvent: (trial: Trial, event: TrialEvent) => void;
  /** A child has ended before its work was done, or could not begin; without a trial's id, what holds all of them up. */
  onProblem: (problem: string, id?: string) => void;
}

export interface WorkersOptions extends SweepHooks, Pick<ChildOptions, "file" | "data"> {
  /** Trials at a time. */
  workers: number;
  /** Of all of them together. */
  threads: number;
}

/**
 * @param reasons by what could not be done
 * @throws Error naming all of that, unless there is none
 */
export function checkAllDone(reasons: ReadonlyMap<string, string>, noun: string): void {
  if (reasons.size === 0) return;
  const lines = [...reasons].map(([name, reason]) => `${name}: ${reason}`);
  throw new Error(
    `${plural(reasons.size, noun)} could not be done; the same command tries again, and keeps the others:\n${lines.join("\n")}`,
  );
}

/** The trials that do not come to an end, and how often that was tried. */
class Failures {
  readonly #folder: SweepFolder;
  readonly #counts = new Map<string, { tries: number; saved: number }>();
  /** Trials that are not begun any more, and why. */
  readonly reasons = new Map<string, string>();

  constructor(folder: SweepFolder) {
    this.#folder = folder;
  }

  note(trial: Trial, problem: string, most: number): void {
    const saved = savedAt(this.#folder.runOf(trial));
    const before = this.#counts.get(trial.id);
    const tries = before && before.saved === saved ? before.tries + 1 : 1;
    this.#counts.set(trial.id, { tries, saved });
    if (tries >= most) this.reasons.set(trial.id, problem);
  }
}

/**
 * Reads from the trials' folders what is to be done, and has children do it, until nothing is left. It knows nothing that
 * is not in these folders: killed and called again, it goes on.
 * @throws Error naming the trials that could not be finished
 * @throws the signal's reason, once all children have saved and ended
 */
export async function trainTrials(folder: SweepFolder, options: WorkersOptions): Promise<void> {
  const { workers, threads, signal, onEvent, onProblem } = options;
  const running = new Map<string, Promise<void>>();
  const failures = new Failures(folder);

  const work = async (job: Job, own: number): Promise<void> => {
    const { trial } = job;
    const { code, killed, said } = await trainInChild(job, {
      ...options,
      runs: folder.path,
      threads: own,
      onEvent: (event) => onEvent(trial, event),
    });
    if (code === 0 || signal.aborted) return;
    const problem = killed ? `it was ended by ${killed}` : said;
    onProblem(problem, trial.id);
    if (code !== EXIT.held)
      failures.note(trial, problem, code === EXIT.unfit ? 1 : killed ? TRIES.killed : TRIES.error);
    await delay(PAUSE_MS);
  };

  while (!signal.aborted) {
    // Before the folders are read: who ends meanwhile is looked at the next time, when all that they have done is there.
    const before = [...running.keys()];
    const busy = new Set([...before, ...failures.reasons.keys()]);
    const free = workers - before.length;
    const settings = await folder.settings();
    const jobs =
      folder.sweep.halving === "synchronous"
        ? nextJobs(folder.sweep, settings).filter(({ trial }) => !busy.has(trial.id))
        : await asynchronousJobs(folder, settings, { running: busy, free });
    if (before.length + jobs.length === 0) break;
    const own = Math.max(1, Math.floor(threads / Math.min(workers, before.length + jobs.length)));
    for (const job of jobs.slice(0, free)) {
      const { id } = job.trial;
      running.set(
        id,
        work(job, own).finally(() => running.delete(id)),
      );
    }
    if (running.size > 0) await Promise.race(running.values());
  }
  await Promise.all(running.values());
  signal.throwIfAborted();
  checkAllDone(failures.reasons, "trial");
}
