/** trialsOf: the trials of a sweep, each with an id that says what it computes. */

import { createHash } from "node:crypto";
import { decisive, type TrainConfig } from "./config.js";
import type { DataSummary } from "./run-json.js";
import { configOf, type Setting, type Sweep } from "./sweep-file.js";

export interface Trial {
  /** A digest of all that decides the numbers, and of nothing else: two trials of one id come to the same. */
  id: string;
  setting: Setting;
  seed: number;
  config: TrainConfig;
}

/** Characters of an id: among a million trials, two of the same would be a surprise. */
const LENGTH = 12;

/** Entries of objects in the order of their names: what says the same is the same text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

/** The same text for the same value, whatever the order of names in it. */
export function digestOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(value)))
    .digest("hex")
    .slice(0, LENGTH);
}

/**
 * Every setting with every seed.
 * @param dataOf the photographs that a run of these options trains on
 * @param numbers what of the machine decides the bits; see `numericClass`
 */
export function trialsOf(
  sweep: Sweep,
  settings: readonly Setting[],
  { dataOf, numbers }: { dataOf: (config: TrainConfig) => DataSummary; numbers: string },
): Trial[] {
  return settings.flatMap((setting) =>
    sweep.seeds.map((seed) => {
      const config = configOf(sweep, setting, seed);
      const { epochs } = config;
      // The number of epochs decides what a trial comes to, though not how.
      const id = digestOf({ options: { ...decisive(config), epochs }, data: dataOf(config), numbers });
      return { id, setting, seed, config };
    }),
  );
}
