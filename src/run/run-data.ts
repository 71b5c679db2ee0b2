/** The photographs of a run, as its options say. */

import { createHash } from "node:crypto";
import type { SplitsOptions } from "../data/list-splits.js";
import type { PhotoFolder } from "../data/photo-folder.js";
import { readSplits } from "../data/splits.js";
import { FileError } from "../file-error.js";
import type { Split } from "../train/best-epoch.js";
import { flagOf, type TrainConfig } from "./config.js";
import type { DataSummary, SkippedPhotograph, SplitSummary } from "./run-json.js";

/** Of each class, so much of the training photographs is for validation, where nothing else is said. */
const VALIDATION = 0.1;

export interface RunData {
  train: PhotoFolder;
  /** What tells the best epoch; where it is not there, the test photographs do. */
  validation?: PhotoFolder;
  test: PhotoFolder;
  skipped: SkippedPhotograph[];
}

/** What the library says of its functions and their options, in the words of the command line. */
function inFlags(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FileError) return error;
  const message = error.message
    .replace(/^(openSplits|ImageFolder|FaceFolder): /, "")
    .replace(/\b(layout|valFraction|testFraction): "?([\w.]+)"?/g, (_, name, value) => `${flagOf(name)} ${value}`)
    .replace(/\b(valFraction|testFraction|val)(?= is )/g, flagOf);
  return message === error.message ? error : new Error(message, { cause: error });
}

/**
 * Reads a run's photographs. Which of them are for testing, and which for validation, does not depend on the run's seed:
 * runs can be compared.
 * @throws Error naming the folder or the file that cannot be read
 */
export async function readRunData(
  { data, splitSeed, ...config }: TrainConfig,
  { onProgress, signal }: Pick<SplitsOptions, "onProgress" | "signal"> = {},
): Promise<RunData> {
  const { size, layout, testFraction, valFraction, val, duplicates, limit, onError, cache } = config;
  const shares = { testFraction, valFraction, val, duplicates, limit, seed: splitSeed };
  const options = { ...shares, size, layout, onError, cache, onProgress, signal };
  const { train, validation, test } = await readSplits(data, options, VALIDATION).catch((error: unknown) => {
    throw inFlags(error);
  });
  const skippedIn = (split: SkippedPhotograph["split"], { folder, skipped }: PhotoFolder) =>
    skipped.map(({ file, reason }) => ({ split, file: `${folder}/${file}`, reason }));
  const skipped = [
    ...skippedIn("train", train),
    ...(validation ? skippedIn("validation", validation) : []),
    ...skippedIn("test", test),
  ];
  return { train, validation, test, skipped };
}

function summaryOf(dataset: PhotoFolder): SplitSummary {
  const hash = createHash("sha256").update(dataset.labels);
  for (let i = 0; i < dataset.length; i++) hash.update(dataset.pixels(i));
  return { count: dataset.length, counts: dataset.counts, sha256: hash.digest("hex") };
}

const SPLITS = ["train", "validation", "test"] as const;

/** The splits whose photographs are not what they were, and how many these are. */
export function changedSplits(then: DataSummary, now: DataSummary): { split: Split; before: number; after: number }[] {
  const changed = SPLITS.filter((split) => then[split]?.sha256 !== now[split]?.sha256);
  return changed.map((split) => ({ split, before: then[split]?.count ?? 0, after: now[split]?.count ?? 0 }));
}

/** The photographs here are not those that a run was begun with. */
export class OtherPhotographsError extends Error {
  override readonly name = "OtherPhotographsError";
}

/**
 * @param folder of the photographs
 * @param of what was begun with those of `was`, and has its folder at `path`
 * @throws OtherPhotographsError when photographs were added, taken away or changed: it could not go on as it began
 */
export function checkSamePhotographs(
  folder: string,
  { of, path, was, is }: { of: "the run" | "the sweep"; path: string; was: DataSummary; is: DataSummary },
): void {
  const [changed] = changedSplits(was, is);
  if (!changed) return;
  const { split, before, after } = changed;
  const how = before === after ? `as many, ${after}, but others` : `${before} then, ${after} now`;
  throw new OtherPhotographsError(
    `${path}: the ${split} photographs in ${folder} are not those that ${of} was begun with (${how}): ` +
      "put back what was, or begin anew in another folder",
  );
}

export function summarize({ train, validation, test }: RunData): DataSummary {
  return {
    classes: [...train.classes],
    size: train.size,
    train: summaryOf(train),
    validation: validation && summaryOf(validation),
    test: summaryOf(test),
  };
}
