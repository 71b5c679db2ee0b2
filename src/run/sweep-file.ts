/** The sweep file: which options are tried with which values, with which seeds, and what tells the best of them. */

import * as v from "valibot";
import { METRICS, type MetricName } from "../train/best-epoch.js";
import { RESUMABLE, type TrainConfig, trainConfig, trainOptions } from "./config.js";
import { choice, numberFrom, whole } from "./option-kinds.js";

/** Numbers between two ends: so many of them for a grid, any of them where settings are drawn. */
export interface Range {
  from: number;
  to: number;
  /** "log": as many between 0.001 and 0.01 as between 0.01 and 0.1. */
  scale: "linear" | "log";
  steps?: number;
  /** Whole numbers only. */
  whole: boolean;
}

/** The values of one option: those of a list, or of a range. */
export type Axis = readonly unknown[] | Range;

/** What a sweep file says. */
export interface Sweep {
  /** Options that all trials have. */
  base: Record<string, unknown>;
  /** The options that differ. */
  space: Record<string, Axis>;
  /** Without it, the grid of all values; with it, so many settings are drawn. */
  random?: { settings: number; seed: number };
  /** Each setting is trained with each of them. */
  seeds: readonly number[];
  /** Of the validation photographs: what tells the best setting, and of each trial the best epoch. */
  metric: MetricName;
  /** After so many epochs the first settings are given up. */
  minEpochs: number;
  maxEpochs: number;
  /** One of so many settings goes on, to so many times as many epochs. */
  factor: number;
  halving: "synchronous" | "asynchronous";
}

/** A value for each of the options that differ. */
export type Setting = Readonly<Record<string, unknown>>;

/** Options that are a sweep's own, and where they are said instead. */
const OWN: Readonly<Record<string, string>> = {
  seed: 'it stands in "seeds", for all trials',
  epochs: 'it is "maxEpochs"',
  metric: 'it stands beside "base", for all trials',
  threads: "it is no part of the numbers: --threads says it where the sweep runs",
  evaluateTest: "a sweep never looks at the test photographs before its end",
};

/** Options that say which photographs there are: trials are compared on the same. */
const PHOTOGRAPHS: readonly string[] = [
  ...["data", "layout", "testFraction", "valFraction", "val", "splitSeed", "duplicates", "limit", "onError", "cache"],
];

/** Options that decide nothing that trials could be compared by. */
const DECIDES_NOTHING: readonly string[] = ["strict", ...RESUMABLE];

/** Options that trials may differ in. */
const COMPARED = Object.keys(trainOptions).filter(
  (name) => !Object.hasOwn(OWN, name) && !PHOTOGRAPHS.includes(name) && !DECIDES_NOTHING.includes(name),
);

const isScale = choice("linear", "log");
const number = v.pipe(v.number("expected a number"), v.finite("expected a number"));

const range = v.pipe(
  v.strictObject({
    from: number,
    to: number,
    scale: v.optional(isScale.schema, "linear"),
    steps: v.optional(whole(2).schema),
    whole: v.optional(v.boolean("expected true or false"), false),
  }),
  v.check(({ from, to }) => from < to, "expected from to be less than to"),
  v.check(({ from, scale }) => scale === "linear" || from > 0, "expected from to be above 0, where the scale is log"),
);

const list = v.pipe(
  v.array(v.unknown(), "expected a list of values, or a range: from and to"),
  v.minLength(1, "expected at least one value"),
  v.check(
    (values) => new Set(values.map((value) => JSON.stringify(value))).size === values.length,
    "one value is there twice",
  ),
);

const axis: v.GenericSchema<unknown, Axis> = v.lazy((input) =>
  typeof input === "object" && input !== null && !Array.isArray(input) ? range : list,
);

const seeds = v.pipe(
  v.array(whole(0).schema, "expected a list of seeds"),
  v.minLength(1, "expected at least one seed"),
  v.check((list) => new Set(list).size === list.length, "one seed is there twice"),
);

const schema = v.strictObject({
  base: v.record(v.string(), v.unknown(), "expected options, as in a run's config.json"),
  space: v.record(v.string(), axis, "expected options with lists of values or ranges"),
  random: v.optional(v.strictObject({ settings: whole(1).schema, seed: v.optional(whole(0).schema, 0) })),
  seeds,
  metric: v.optional(choice(...METRICS).schema, "accuracy"),
  minEpochs: v.optional(whole(1).schema),
  maxEpochs: whole(1).schema,
  factor: v.optional(numberFrom(2).schema, 3),
  halving: v.optional(choice("synchronous", "asynchronous").schema, "synchronous"),
});

const KNOWN = Object.keys(schema.entries);

/** What is wrong with a file, a line for each field. */
function problemsOf(issues: readonly v.BaseIssue<unknown>[]): string[] {
  return issues.map((issue) => {
    const field = v.getDotPath(issue) ?? "";
    if (issue.expected === "never") {
      return `${field}: there is no such field${field.includes(".") ? "" : `; there are ${KNOWN.join(", ")}`}`;
    }
    if (issue.input === undefined) return `${field}: missing`;
    return `${field}: ${issue.message}, got ${JSON.stringify(issue.input)}`;
  });
}

/** @throws Error naming an option that stands where it cannot mean anything */
function checkNames({ base, space }: Pick<Sweep, "base" | "space">): void {
  for (const [part, options] of Object.entries({ base, space })) {
    for (const name of Object.keys(options)) {
      if (Object.hasOwn(OWN, name)) throw new Error(`${part}: ${name}: ${OWN[name]}`);
    }
  }
  for (const name of Object.keys(space)) {
    if (name in base) throw new Error(`space: ${name}: it stands in base, too`);
    if (PHOTOGRAPHS.includes(name)) throw new Error(`space: ${name}: trials are compared on the same photographs`);
    if (DECIDES_NOTHING.includes(name)) {
      throw new Error(`space: ${name}: it decides nothing that trials could be compared by`);
    }
    if (!(name in trainOptions))
      throw new Error(`space: ${name}: there is no such option; there are ${COMPARED.join(", ")}`);
  }
  if (base.valFraction === 0) {
    throw new Error(
      "base: valFraction: with 0 the test photographs would tell the best, and a sweep never chooses by them",
    );
  }
}

/**
 * What a sweep file says, checked but for what only trials show.
 * @param value of the file's JSON
 * @throws Error with a line for each field that is wrong
 */
export function sweepOf(value: unknown): Sweep {
  const { success, output, issues } = v.safeParse(schema, value);
  if (!success) throw new Error(problemsOf(issues).join("\n"));
  checkNames(output);
  const { minEpochs = output.maxEpochs, maxEpochs } = output;
  if (minEpochs > maxEpochs) {
    throw new Error(`minEpochs: expected at most maxEpochs (${maxEpochs}), got ${minEpochs}`);
  }
  return { ...output, minEpochs };
}

/**
 * The options of a trial's run.
 * @throws Error naming each option that is wrong, and whether it is of "base" or of "space"
 */
export function configOf({ base, metric, maxEpochs }: Sweep, setting: Setting, seed: number): TrainConfig {
  const options = { ...base, ...setting, seed, metric, epochs: maxEpochs };
  return trainConfig(options, (field) => `${field in setting ? "space" : "base"}: ${field}`);
}

/** After which epochs settings are compared, and some given up: the last of them is the end. */
export function rungsOf({ minEpochs, maxEpochs, factor }: Pick<Sweep, "minEpochs" | "maxEpochs" | "factor">): number[] {
  const rungs: number[] = [];
  for (let epochs = minEpochs; epochs < maxEpochs; epochs = Math.round(epochs * factor)) rungs.push(epochs);
  return [...rungs, maxEpochs];
}
