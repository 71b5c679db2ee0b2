/** asynchronousJobs: successive halving that waits for nobody. It depends on who is faster, so a log says what was decided. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { onFile } from "../file-error.js";
import { writeAtomically } from "../io/atomic-file.js";
import { parseJson } from "../io/json.js";
import { type Job, jobsUntil, ranked } from "./halving.js";
import { rungsOf, type Setting, type Sweep } from "./sweep-file.js";
import type { SettingState, SweepFolder } from "./sweep-folder.js";

const LOG = "decisions.jsonl";

/** A line of decisions.jsonl: a setting is to be trained up to the end of an epoch. */
export interface Decision {
  setting: Setting;
  until: number;
  /** Where a setting goes on: so many had reached the epoch before, and it was among the best of these. */
  among?: number;
}

const decision: v.GenericSchema<Decision> = v.object({
  setting: v.record(v.string(), v.unknown()),
  until: v.number(),
  among: v.optional(v.number()),
});

async function readDecisions(folder: string): Promise<Decision[]> {
  const path = join(folder, LOG);
  if (!existsSync(path)) return [];
  const lines = (await onFile(path, "read", () => readFile(path, "utf8"))).split("\n").filter(Boolean);
  return lines.map((line, i) => parseJson(line, path, decision, `line ${i + 1}`));
}

function isOf({ setting }: SettingState, decided: Decision): boolean {
  return JSON.stringify(setting) === JSON.stringify(decided.setting);
}

/**
 * What to begin where nothing is left to do: a setting goes on that is among the best 1/`factor` of those that have
 * reached its epoch so far, the farthest first; else one that was not begun yet.
 * @param idle nobody trains: the rest of a rung that is too small for one of `factor` has its best, too
 * @see L. Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020
 */
export function nextDecision(
  sweep: Pick<Sweep, "minEpochs" | "maxEpochs" | "factor" | "metric">,
  settings: readonly SettingState[],
  decisions: readonly Decision[],
  idle: boolean,
): Decision | undefined {
  const rungs = rungsOf(sweep);
  const decidedFor = (until: number) =>
    settings.filter((state) => decisions.some((it) => it.until === until && isOf(state, it)));
  const promotion = (share: (n: number) => number): Decision | undefined => {
    for (let k = rungs.length - 2; k >= 0; k--) {
      const there = decidedFor(rungs[k]).filter((state) => jobsUntil([state], rungs[k]).length === 0);
      const gone = decidedFor(rungs[k + 1]);
      const best = ranked(there, rungs[k], sweep.metric).slice(0, share(there.length / sweep.factor));
      const next = best.find((state) => !gone.includes(state));
      if (next) return { setting: next.setting, until: rungs[k + 1], among: there.length };
    }
    return undefined;
  };
  const fresh = settings.find((state) => !decidedFor(rungs[0]).includes(state));
  return (
    promotion(Math.floor) ??
    (fresh && { setting: fresh.setting, until: rungs[0] }) ??
    (idle ? promotion(Math.ceil) : undefined)
  );
}

/** What is left to do of a decision. */
function leftOf(decided: Decision, settings: readonly SettingState[]): Job[] {
  const own = settings.filter((state) => isOf(state, decided));
  return jobsUntil(own, decided.until);
}

/** Whether all is done that was decided, and nothing is to be decided any more. */
export async function isAllDecided(
  { path, sweep }: Pick<SweepFolder, "path" | "sweep">,
  settings: readonly SettingState[],
): Promise<boolean> {
  const decisions = await readDecisions(path);
  const left = decisions.flatMap((decided) => leftOf(decided, settings));
  return left.length === 0 && nextDecision(sweep, settings, decisions, true) === undefined;
}

/**
 * Jobs for those who have nothing to do. What is decided is written down before it is done: whoever controls the sweep
 * next goes by it.
 * @param running ids of trials that are being trained
 * @param free as many jobs are wanted
 */
export async function asynchronousJobs(
  { path, sweep }: SweepFolder,
  settings: readonly SettingState[],
  { running, free }: { running: ReadonlySet<string>; free: number },
): Promise<Job[]> {
  const decisions = await readDecisions(path);
  const jobsOf = (decided: Decision) => leftOf(decided, settings).filter(({ trial }) => !running.has(trial.id));
  const jobs = decisions.flatMap(jobsOf);
  while (jobs.length < free) {
    const next = nextDecision(sweep, settings, decisions, running.size + jobs.length === 0);
    if (!next) break;
    decisions.push(next);
    await writeAtomically(join(path, LOG), decisions.map((it) => `${JSON.stringify(it)}\n`).join(""));
    jobs.push(...jobsOf(next));
  }
  return jobs;
}
