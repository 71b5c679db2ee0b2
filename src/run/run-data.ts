/** The photographs of a run, as its options say. */

import { createHash } from "node:crypto";
import type { PhotoFolder } from "../data/photo-folder.js";
import { openSplits, type SplitsOptions } from "../data/splits.js";
import type { TrainConfig } from "./config.js";
import type { DataSummary, SkippedPhotograph, SplitSummary } from "./run-json.js";

export interface RunData {
  train: PhotoFolder;
  test: PhotoFolder;
  skipped: SkippedPhotograph[];
}

/**
 * Reads a run's photographs. Which of them are for testing does not depend on the run's seed: runs can be compared.
 * @throws Error naming the folder or the file that cannot be read
 */
export async function readRunData(
  { data, size, layout, testFraction, limit, onError, cache }: TrainConfig,
  { onProgress, signal }: Pick<SplitsOptions, "onProgress" | "signal"> = {},
): Promise<RunData> {
  const options = { size, layout, testFraction, limit, onError, cache, onProgress, signal };
  const { train, test } = await openSplits(data, options);
  const skippedIn = (split: SkippedPhotograph["split"], { folder, skipped }: PhotoFolder) =>
    skipped.map(({ file, reason }) => ({ split, file: `${folder}/${file}`, reason }));
  return { train, test, skipped: [...skippedIn("train", train), ...skippedIn("test", test)] };
}

function summaryOf(dataset: PhotoFolder): SplitSummary {
  const hash = createHash("sha256").update(dataset.labels);
  for (let i = 0; i < dataset.length; i++) hash.update(dataset.pixels(i));
  return { count: dataset.length, counts: dataset.counts, sha256: hash.digest("hex") };
}

export function summarize({ train, test }: RunData): DataSummary {
  return { classes: [...train.classes], size: train.size, train: summaryOf(train), test: summaryOf(test) };
}
