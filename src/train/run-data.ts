/** The photographs of a run, as its options say. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ImageDataset } from "../data/dataset.js";
import { FaceFolder } from "../data/face-folder.js";
import type { TrainConfig } from "./config.js";
import type { DataSummary, SkippedPhotograph, SplitSummary } from "./run-folder.js";

export interface RunData {
  train: ImageDataset;
  test: ImageDataset;
  skipped: SkippedPhotograph[];
}

/**
 * Reads a run's photographs: `data`/train and `data`/test.
 * @throws Error naming the folder or the file that cannot be read
 */
export async function openData(
  { data, size, limit }: TrainConfig,
  onProgress?: (done: number, total: number) => void,
): Promise<RunData> {
  for (const split of ["train", "test"]) {
    if (!existsSync(join(data, split))) throw new Error(`${data} has no folder "${split}"`);
  }
  const train = await FaceFolder.open(join(data, "train"), { size, limit, onProgress });
  const test = await FaceFolder.open(join(data, "test"), { size, limit, onProgress });
  return { train, test, skipped: [] };
}

function summaryOf(dataset: ImageDataset): SplitSummary {
  return { count: dataset.length, counts: dataset.counts };
}

export function summarize({ train, test }: RunData): DataSummary {
  return { classes: [...train.classes], size: train.size, train: summaryOf(train), test: summaryOf(test) };
}
