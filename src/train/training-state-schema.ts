/** How the metadata of a checkpoint is checked when it is read. It is loaded then: a page that only trains does without. */

import * as v from "valibot";
import type { Checked } from "../io/checked.js";
import { checkValue, readJson } from "../io/json-schema.js";
import type { Stream } from "../tensor/random.js";
import type { TrainingState } from "./training-state.js";

/** A whole number, as one counts. */
export const count = v.pipe(v.number(), v.safeInteger("expected a whole number"), v.minValue(0));

const positive = v.pipe(v.number(), v.minValue(0));

const ofAnyTask = v.looseObject({ loss: v.number() });

const ofClasses = v.looseObject({
  loss: v.number(),
  accuracy: v.number(),
  error: v.number(),
  precision: v.number(),
  recall: v.number(),
  f1: v.number(),
  auc: v.optional(v.number()),
});

const reportWith = <M extends typeof ofAnyTask | typeof ofClasses>(metrics: M) =>
  v.looseObject({
    epoch: v.pipe(count, v.minValue(1)),
    epochs: v.pipe(count, v.minValue(1)),
    train: metrics,
    validation: v.optional(metrics),
    test: v.optional(metrics),
    lr: positive,
    imagesPerSecond: positive,
    seconds: positive,
  });

/** Of a training that tells classes, as those of the command line do. */
export const epochReport = reportWith(ofClasses);

const word = v.pipe(count, v.maxValue(2 ** 32 - 1));

const unused = v.literal(0);

const used = v.pipe(count, v.minValue(1), v.maxValue(4));

/**
 * What `Generator.state` gives and `setState` takes, nothing else, so that a file which is read in has no state that is
 * refused later: two words of key, four of counter, of which the upper two are zero, and how much of a block is used.
 */
const generator = v.strictTuple([word, word, word, word, unused, unused, used]);

const entries = {
  epoch: v.pipe(count, v.minValue(1)),
  done: count,
  seconds: positive,
  reports: v.array(reportWith(ofAnyTask)),
  streams: v.optional(v.object({ shuffle: generator, augmentation: generator, sample: v.optional(generator) })),
  tally: v.optional(v.object({ loss: v.number(), classes: count })),
  optimizer: v.object({ lr: v.union([positive, v.array(positive)]), steps: v.array(count) }),
  schedule: v.optional(v.record(v.string(), v.number())),
  settings: v.optional(v.record(v.string(), v.unknown())),
};

const schemaWith = (streams: readonly Stream[]) =>
  v.object({ ...entries, generators: v.strictObject(v.entriesFromList(streams, v.optional(generator))) });

/**
 * What `encodeState` was given.
 * @param streams the names of all generators
 */
export function decodeState(
  metadata: Readonly<Record<string, string>>,
  streams: readonly Stream[],
): Checked<TrainingState> {
  const schema = schemaWith(streams);
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(metadata)) {
    if (!Object.hasOwn(schema.entries, name)) continue;
    const value = readJson(text, v.unknown(), name);
    if ("problem" in value) return value;
    values[name] = value.output;
  }
  return checkValue(values, schema);
}
