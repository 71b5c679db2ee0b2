/** What of a checkpoint is no tensor: the entries of the file's metadata, and how they are checked when they are read. */

import * as v from "valibot";
import { checkJson, parseJson } from "../io/json.js";
import type { OptimizerState } from "../optim/optimizer.js";
import type { ScheduleState } from "../optim/schedules/schedule.js";
import { STREAMS, type Stream } from "../tensor/random.js";
import type { TrainingPosition } from "./position.js";
import type { EpochReport } from "./reports.js";
import type { Settings } from "./settings.js";

/** Each field is an entry of the metadata, in JSON. */
export interface TrainingState {
  epoch: number;
  done: number;
  seconds: number;
  reports: EpochReport[];
  streams?: TrainingPosition["streams"];
  /** The loss in the tally, and the number of classes; the rest of it is tensors. */
  tally?: { loss: number; classes: number };
  generators: Partial<Record<Stream, number[]>>;
  optimizer: Pick<OptimizerState, "lr" | "steps">;
  schedule?: ScheduleState;
  settings?: Settings;
}

/** A whole number, as one counts. */
export const count = v.pipe(v.number(), v.safeInteger("expected a whole number"), v.minValue(0));

const positive = v.pipe(v.number(), v.minValue(0));

const metrics = v.looseObject({
  loss: v.number(),
  accuracy: v.number(),
  error: v.number(),
  precision: v.number(),
  recall: v.number(),
  f1: v.number(),
  auc: v.optional(v.number()),
});

export const epochReport = v.looseObject({
  epoch: v.pipe(count, v.minValue(1)),
  epochs: v.pipe(count, v.minValue(1)),
  train: metrics,
  validation: v.optional(metrics),
  test: v.optional(metrics),
  lr: positive,
  imagesPerSecond: positive,
  seconds: positive,
});

const word = v.pipe(count, v.maxValue(2 ** 32 - 1));

/** What `Generator.state` gives: key, counter, and how much of a block is used. */
const generator = v.strictTuple([word, word, word, word, word, word, v.pipe(count, v.minValue(1), v.maxValue(4))]);

const schema = v.object({
  epoch: v.pipe(count, v.minValue(1)),
  done: count,
  seconds: positive,
  reports: v.array(epochReport),
  streams: v.optional(v.object({ shuffle: generator, augmentation: generator })),
  tally: v.optional(v.object({ loss: v.number(), classes: v.pipe(count, v.minValue(1)) })),
  generators: v.strictObject(v.entriesFromList(STREAMS, v.optional(generator))),
  optimizer: v.object({ lr: v.union([positive, v.array(positive)]), steps: v.array(count) }),
  schedule: v.optional(v.record(v.string(), v.number())),
  settings: v.optional(v.record(v.string(), v.unknown())),
});

/** The entries of the metadata. */
export function encodeState(state: TrainingState): Record<string, string> {
  const entries = Object.entries(state).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, JSON.stringify(value)]));
}

/**
 * What `encodeState` was given.
 * @param path of the file, for messages
 * @throws FileError naming the field that is missing, or not as it should be
 */
export function decodeState(metadata: Readonly<Record<string, string>>, path: string): TrainingState {
  const own = Object.entries(metadata).filter(([name]) => Object.hasOwn(schema.entries, name));
  const entries = own.map(([name, text]) => [name, parseJson(text, path, v.unknown(), name)]);
  return checkJson(Object.fromEntries(entries), path, schema);
}
