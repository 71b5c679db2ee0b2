/** examine: a run's net and photographs, and what the one says to the other. All that a report is made from. */

import { join, resolve } from "node:path";
import { FileError } from "../file-error.js";
import type { Sequential } from "../layers/sequential.js";
import { changedSplits, type RunData, readRunData, summarize } from "../run/run-data.js";
import { isOver, RunFolder } from "../run/run-folder.js";
import type { EpochLine, Session, SkippedPhotograph } from "../run/run-json.js";
import { useBackend } from "../tensor/backend/registry.js";
import { asArgument, plural } from "../text.js";
import { bestEpoch, decidingSplit } from "../train/best-epoch.js";
import { type Predictions, predictAll } from "./predictions.js";
import type { Course } from "./training-verdict.js";

export interface Examination {
  run: RunFolder;
  /** The folder that the photographs were read from. */
  folder: string;
  data: RunData;
  /** Of the best epoch, in evaluation mode. */
  model: Sequential;
  /** For the test photographs. */
  predictions: Predictions;
  epochs: EpochLine[];
  best: EpochLine;
  /** That all epochs took together. */
  seconds: number;
  sessions: Session[];
  skipped: SkippedPhotograph[];
  /** What whoever reads the figures has to know first: training is not over, photographs have changed. */
  warnings: string[];
}

export interface ExamineOptions {
  /** Where the photographs are now. Default: where they were when the run was begun. */
  data?: string;
  /** Called while photographs are read. */
  onProgress?: (done: number, total: number) => void;
  /** Called before each of the things that follow, which take a minute for many photographs, with what comes now. */
  onStage?: (stage: string) => void;
}

function checkClasses(now: readonly string[], then: readonly string[], folder: string): void {
  if (now.length === then.length && now.every((name, k) => name === then[k])) return;
  throw new Error(`${folder} has the classes ${now.join(", ")}; the run was trained on ${then.join(", ")}`);
}

/** A warning where neither the last epoch nor an early stop has ended the training. */
function unfinished({ path, config }: RunFolder, epochs: readonly EpochLine[]): string[] {
  if (isOver(config, epochs)) return [];
  return [
    `Of ${path}, ${epochs.length} of ${plural(config.epochs, "epoch")} ${epochs.length === 1 ? "is" : "are"} over: it was interrupted, or is still training. ` +
      `npx torchlet train --resume ${asArgument(path)} goes on with an interrupted run.`,
  ];
}

/**
 * Opens a run, reads its photographs, and runs those of the test split through the net of its best epoch.
 * @throws Error when there is no run, no epoch of it is over, or its photographs are not there, with other classes, or
 * cannot be read
 */
export async function examine(
  path: string,
  { data: moved, onProgress, onStage }: ExamineOptions = {},
): Promise<Examination> {
  const run = await RunFolder.open(path);
  const epochs = await run.metrics();
  if (epochs.length === 0)
    throw new FileError(join(path, "metrics.jsonl"), "no epoch is over yet, there is nothing to report");
  await run.checkSettings("best");
  await run.checkBestOf(epochs, "metrics.jsonl");
  // Not the run's own, which may have been another machine's.
  await useBackend("auto");
  const folder = moved === undefined ? run.config.data : resolve(moved);
  // What only looks on writes nothing, to the cache neither.
  const data = await readRunData({ ...run.config, data: folder, cache: undefined }, { onProgress });
  const then = await run.data();
  checkClasses(data.test.classes, then.classes, folder);
  const now = summarize(data);
  const changed = changedSplits(then, now);
  const model = await run.loadModel("best");
  onStage?.(`asking the net about ${plural(data.test.length, "test photograph")}`);
  return {
    run,
    folder,
    data,
    model,
    predictions: await predictAll(model, data.test),
    epochs,
    best: bestEpoch(epochs, run.config.metric),
    seconds: epochs.reduce((sum, epoch) => sum + epoch.seconds, 0),
    sessions: await run.sessions(),
    skipped: await run.skipped(),
    warnings: [
      ...unfinished(run, epochs),
      ...changed.map(
        ({ split, before, after }) =>
          `The ${split} photographs are not what they were when the net was trained: ${after} now, ` +
          `${before} then. What follows is about those that are in ${folder} now.`,
      ),
    ],
  };
}

/** How training went, as the verdict on it wants to know it. */
export function courseOf({ run: { config }, data, epochs, best }: Examination): Course {
  return {
    epochs,
    best,
    metric: config.metric,
    planned: config.epochs,
    isOver: isOver(config, epochs),
    batch: config.batch * (config.accumulate ?? 1),
    counts: data.train.counts,
    deciders: data[decidingSplit(best)]?.length ?? 0,
  };
}
