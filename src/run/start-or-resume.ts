/** startOrResumeRun: begins a run, or goes on with it where there is one: for whoever may be killed and called again. */

import { existsSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { inFile } from "../file-error.js";
import { checkSettings } from "../train/settings.js";
import { checkPlaces } from "./apart.js";
import { decisive, RESUMABLE, type TrainConfig } from "./config.js";
import { checkFolder, makeFolder } from "./new-folder.js";
import { type Beginning, beginRun, type Changes, goOn, type RunHooks } from "./run.js";
import { RunFolder } from "./run-folder.js";
import { type LockOptions, RunLock } from "./run-lock.js";

/**
 * Does something in a run's folder while nobody else does. The folder is made where it is not there, and taken away again
 * where nothing came of it.
 * @throws Error naming the process that holds the folder
 */
export async function holding<T>(
  path: string,
  work: (lock: RunLock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  await checkFolder(path);
  const made = !existsSync(path);
  await makeFolder(path);
  const lock = await RunLock.take(path, options);
  try {
    return await work(lock);
  } finally {
    await lock.release();
    // Refused where there is something in it.
    if (made) await rmdir(path).catch(() => {});
  }
}

/** @throws FileError naming each option that decides the run's numbers, and is not what it was begun with */
function checkSameOptions({ path, config }: RunFolder, given: TrainConfig): void {
  try {
    checkSettings({ ...decisive(config) }, { ...decisive(given) });
  } catch (error) {
    throw inFile(path, error);
  }
}

/** Those that may change while a run goes on, as they are given now. */
function changesTo(config: TrainConfig): Changes {
  return Object.fromEntries(RESUMABLE.map((name) => [name, config[name]]));
}

/** The same in a folder that is held. */
export async function startOrResume(
  path: string,
  config: TrainConfig,
  hooks: RunHooks,
  { lock, expected }: Pick<Beginning, "expected"> & { lock: RunLock },
): Promise<void> {
  if (!RunFolder.exists(path)) return beginRun(path, config, hooks, { lock, expected });
  const run = (await RunFolder.open(path)).heldBy(lock);
  checkSameOptions(run, config);
  await goOn(run, changesTo(config), hooks);
}

/**
 * Begins a run, or goes on with it where its folder has one: which of the two is decided under the folder's lock, so that
 * of several who call this at the same time one trains, and the others are told who does.
 * @throws Error when the run was begun with other options, and for what `startRun` and `resumeRun` throw
 */
export async function startOrResumeRun(path: string, config: TrainConfig, hooks: RunHooks): Promise<void> {
  checkPlaces(path, config);
  await holding(path, (lock) => startOrResume(path, config, hooks, { lock }));
}
