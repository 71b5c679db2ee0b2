/** runTrial: begins a trial, goes on with it, or finds it finished: the one thing that whoever works off a sweep calls. */

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { BrokenLossError } from "../train/pass.js";
import { checkPlaces } from "./apart.js";
import type { RunEvent, RunHooks } from "./run.js";
import { OtherPhotographsError } from "./run-data.js";
import { isOver, RunFolder } from "./run-folder.js";
import type { TrialResult } from "./run-json.js";
import type { LockOptions, RunLock } from "./run-lock.js";
import { holding, startOrResume } from "./start-or-resume.js";
import type { SweepFolder } from "./sweep-folder.js";
import type { Trial } from "./trial.js";
import { checkSameResult, resultOf } from "./trial-result.js";

/** As for a run; and whether the lock of another host is in the way. */
export type TrialHooks = RunHooks & LockOptions;

/** What has broken the training, where something has; other errors are no result. */
async function trainOrBreak(training: Promise<void>): Promise<string | undefined> {
  try {
    await training;
    return undefined;
  } catch (error) {
    if (!(error instanceof BrokenLossError)) throw error;
    return error.message;
  }
}

async function runIn(
  path: string,
  folder: SweepFolder,
  trial: Trial,
  { takeOver, ...hooks }: TrialHooks,
): Promise<TrialResult | undefined> {
  const expected = await folder.photographsOf(trial.config);
  const { data } = trial.config;
  if (!existsSync(data)) {
    throw new OtherPhotographsError(`${data}: there is no such folder here; --data says where its photographs are`);
  }
  checkPlaces(path, trial.config);
  const work = async (lock: RunLock) => {
    const known = RunFolder.exists(path) ? await (await RunFolder.open(path)).result() : undefined;
    if (known) return known;
    const broken = await trainOrBreak(startOrResume(path, trial.config, hooks, { lock, expected }));
    const run = (await RunFolder.open(path)).heldBy(lock);
    if (broken === undefined && !isOver(run.config, await run.metrics())) return undefined;
    const result = await resultOf(run, trial, broken);
    // Last of all: where it is, nothing of the trial is left to do.
    await run.writeResult(result);
    return result;
  };
  return holding(path, work, { takeOver });
}

/**
 * Called again and again, from wherever, it does each part of the work once, and comes to one result: numbers that have
 * become too large are one, too, as they come again; any other error is none, and the trial can be gone on with.
 * @returns the result, or nothing where `hooks.until` has ended it before
 * @throws HeldError when somebody else trains it now
 * @throws OtherPhotographsError when the photographs here are not the sweep's
 */
export async function runTrial(folder: SweepFolder, trial: Trial, hooks: TrialHooks): Promise<TrialResult | undefined> {
  return runIn(folder.runOf(trial), folder, trial, hooks);
}

/**
 * Trains a finished trial anew, in a folder of its own, which is removed again where the two agree: what is said of a
 * run that is done, and can be looked at, is not said of it.
 * @throws DeterminismError where they do not
 */
export async function checkTrial(
  folder: SweepFolder,
  trial: Trial,
  first: TrialResult,
  hooks: TrialHooks,
): Promise<TrialResult> {
  const path = `${folder.runOf(trial)}-again`;
  const onEvent = (event: RunEvent) => event.event !== "end" && hooks.onEvent(event);
  const again = (await runIn(path, folder, trial, { ...hooks, onEvent, until: undefined }))!;
  checkSameResult(path, first, again);
  await rm(path, { recursive: true });
  return again;
}
