/** The JSON files of a run folder: what is in each, and how it is checked when it is read. */

import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { onFile } from "../file-error.js";
import { parseJson } from "../io/json.js";
import type { Split } from "../train/best-epoch.js";
import type { Metrics } from "../train/metrics.js";
import type { EpochReport } from "../train/reports.js";
import { count, epochReport } from "../train/training-state-schema.js";

/** Of the photographs of a split: how many there are, in all and of each class. */
export interface SplitSummary {
  count: number;
  counts: number[];
  /** Of labels and pixels: tells whether they are still the same. */
  sha256: string;
}

/** data.json */
export interface DataSummary {
  /** Names of the classes, by label. */
  classes: string[];
  /** Width and height that the photographs were stretched to, in pixels. */
  size: number;
  train: SplitSummary;
  /** What tells the best epoch; where it is not there, the test photographs do. */
  validation?: SplitSummary;
  test: SplitSummary;
}

/** One line of metrics.jsonl: an epoch's report and the run's seed, without the number of epochs, which may be raised. */
export type EpochLine = Omit<EpochReport, "epochs"> & { seed: number };

/** test.json: how good the net is on the test photographs, measured when training is over. */
export interface TestSummary {
  /** Which photographs told the best epoch. If these, `best` is a little flattered. */
  decidedBy: Split;
  best: { epoch: number; metrics: Metrics };
  last: { epoch: number; metrics: Metrics };
}

/** result.json: what a trial of a sweep came to, written when nothing of it is left to do. */
export interface TrialResult {
  trial: string;
  /** The options that differ within the sweep. */
  setting: Record<string, unknown>;
  seed: number;
  /** That are over. */
  epochs: number;
  /** The best epoch, with the figures that have told it; missing where none was over. */
  best?: { epoch: number; metrics: Metrics };
  /** Missing where training has broken off. */
  test?: TestSummary;
  /** Why training cannot go on: numbers have become too large. */
  broken?: string;
  /** SHA-256 of all weights and figures: whoever trains the same has the same. */
  digest: string;
}

/** An element of environment.json: where and when the run was begun, or gone on with. */
export interface Session {
  /** ISO 8601. */
  started: string;
  torchlet: string;
  node: string;
  platform: string;
  cpu: string;
  cores: number;
  memoryGiB: number;
  /** The backend that ran, and on what, in words. */
  backend: string;
  device: string;
}

/** An element of skipped.json: a file that could not be used, and why. */
export interface SkippedPhotograph {
  split: Split;
  file: string;
  reason: string;
}

const split: v.GenericSchema<SplitSummary> = v.object({ count, counts: v.array(count), sha256: v.string() });

export const dataSummary: v.GenericSchema<DataSummary> = v.object({
  classes: v.pipe(v.array(v.string()), v.minLength(2)),
  size: count,
  train: split,
  validation: v.optional(split),
  test: split,
});

export const epochLine: v.GenericSchema<EpochLine> = v.object({
  ...v.omit(epochReport, ["epochs"]).entries,
  seed: count,
});

const splitName = v.picklist(["train", "validation", "test"]);

const epochMetrics = v.object({ epoch: count, metrics: epochReport.entries.train });

export const testSummary: v.GenericSchema<TestSummary> = v.object({
  decidedBy: splitName,
  best: epochMetrics,
  last: epochMetrics,
});

export const trialResult: v.GenericSchema<TrialResult> = v.object({
  trial: v.string(),
  setting: v.record(v.string(), v.unknown()),
  seed: count,
  epochs: count,
  best: v.optional(epochMetrics),
  test: v.optional(testSummary),
  broken: v.optional(v.string()),
  digest: v.string(),
});

export const sessions: v.GenericSchema<Session[]> = v.array(
  v.object({
    started: v.string(),
    torchlet: v.string(),
    node: v.string(),
    platform: v.string(),
    cpu: v.string(),
    cores: v.number(),
    memoryGiB: v.number(),
    backend: v.string(),
    device: v.string(),
  }),
);

export const skippedPhotographs: v.GenericSchema<SkippedPhotograph[]> = v.array(
  v.object({ split: splitName, file: v.string(), reason: v.string() }),
);

/** Options have a check of their own, `trainConfig`. */
export const anyObject = v.record(v.string(), v.unknown());

/** @throws FileError naming the file, and its field that is not as it should be */
export async function readJson<T>(path: string, schema: v.GenericSchema<T>): Promise<T> {
  return parseJson(await onFile(path, "read", () => readFile(path, "utf8")), path, schema);
}
