/** The options of a training run: one table for the command line, for config files, and for checking both. */

import { resolve } from "node:path";
import * as v from "valibot";
import { type AugmentOptions, checkStrengths } from "../data/augment/options.js";
import type { FolderLayout } from "../data/list-splits.js";
import { type NetName, nets } from "../nets/named.js";
import { type BackendName, backends, MAX_THREADS } from "../tensor/backend/registry.js";
import { METRICS, type MetricName } from "../train/best-epoch.js";
import { augment, between, choice, classWeights, type Kind, numberFrom, path, whole, yesOrNo } from "./option-kinds.js";

/** What each option means is said in the table below. Those with a question mark are absent where they do not apply. */
export interface TrainConfig {
  /** The folder of photographs. */
  data: string;
  net: NetName;
  size: number;
  dropout?: number;
  layout?: FolderLayout;
  testFraction?: number;
  valFraction?: number;
  val?: string;
  splitSeed: number;
  duplicates: "together" | "apart";
  limit?: number;
  onError: "skip" | "throw";
  cache?: string;
  augment?: AugmentOptions;
  epochs: number;
  batch: number;
  dropLast?: boolean;
  accumulate?: number;
  optimizer: "adam" | "adamw" | "sgd";
  lr: number;
  weightDecay: number;
  momentum?: number;
  schedule: "constant" | "cosine" | "step" | "plateau";
  warmupEpochs?: number;
  minLr?: number;
  stepEpochs?: number;
  gamma?: number;
  softmaxNll: boolean;
  classWeights?: "balanced" | number[];
  clipNorm?: number;
  clipValue?: number;
  evaluateTrain: boolean;
  evaluateTest: boolean;
  metric: MetricName;
  earlyStop?: number;
  detectAnomaly: boolean;
  seed: number;
  backend: BackendName | "gpu" | "auto";
  threads?: number;
  strict?: boolean;
  checkpointEvery: number;
  checkpointSeconds: number;
}

/** A row of the table. */
export interface TrainOption<T> extends Kind<T> {
  description: string;
  default?: T;
  /** What runs did before there was this option, if that is not the default: their config.json does not have it. */
  before?: T;
  /** What is taken where it is not given, in words: for what is no plain default. */
  otherwise?: string | number;
  /** The option belongs to some values of another one, and is an error elsewhere. */
  only?: { with: keyof TrainConfig; of: readonly string[] };
}

function option<T>(kind: Kind<T>, description: string, rest: Partial<TrainOption<T>> = {}): TrainOption<T> {
  return { ...kind, description, ...rest };
}

/** Every option but the folder of photographs, in the order of the help. */
export const trainOptions: { [Name in Exclude<keyof TrainConfig, "data">]-?: TrainOption<TrainConfig[Name]> } = {
  net: option(choice(...(Object.keys(nets) as NetName[])), "the net to train", { default: "net1" }),
  size: option(whole(8), "photographs are stretched to N by N pixels", {
    otherwise: "32 for net1, 64 for net2 and net3",
  }),
  dropout: option(numberFrom(0, 1), "share of values that dropout zeroes", {
    default: 0.2,
    only: { with: "net", of: ["net2", "net3"] },
  }),
  layout: option(
    choice<FolderLayout>("faces", "folders"),
    "where a photograph's class is written: at the end of its name (faces), or as its folder's name (folders)",
    {
      otherwise: "what the folder looks like",
    },
  ),
  testFraction: option(between(0, 1), "share of the photographs to test on, where the folder has no test folder", {
    otherwise: 0.25,
  }),
  valFraction: option(
    numberFrom(0, 1),
    "share of the training photographs that is kept to tell the best epoch and not trained on; with 0, the test photographs tell it",
    { otherwise: "0.1, where the folder has no validation folder" },
  ),
  val: option(path, "folder of photographs that tell the best epoch instead", {
    otherwise: "DIR/val, where it is there",
  }),
  splitSeed: option(whole(0), "decides which photographs are for testing and for validation", { default: 0 }),
  duplicates: option(
    choice("together", "apart"),
    "copies of one photograph, when a split is drawn: all on one side, or each wherever it falls",
    { default: "together", before: "apart" },
  ),
  limit: option(whole(1), "at most N photographs of each split", { otherwise: "all" }),
  onError: option(choice("skip", "throw"), "what to do with a file that cannot be read", { default: "skip" }),
  cache: option(path, "folder that keeps decoded photographs for the next run", { otherwise: "none" }),
  augment: option(
    augment,
    "change photographs while training: flip, shift, rotate, crop, resizedCrop, brightness, contrast, saturation, grey, " +
      "blur, erase, mixup, cutmix",
    {
      otherwise: "nothing",
    },
  ),
  epochs: option(whole(1), "passes over the training photographs", { default: 10 }),
  batch: option(whole(1), "photographs in a batch", { default: 64 }),
  dropLast: option(yesOrNo, "leave out an epoch's last batch where it is not full"),
  accumulate: option(whole(1), "batches in a step: the same as a batch N times as large, in less memory", {
    otherwise: 1,
  }),
  optimizer: option(choice("adam", "adamw", "sgd"), "how the weights follow their gradients", { default: "adam" }),
  lr: option(numberFrom(0), "learning rate", { default: 0.001 }),
  weightDecay: option(numberFrom(0), "L2 penalty; with adamw, decay of the weights themselves", { default: 0.001 }),
  momentum: option(numberFrom(0), "share of the last step that is kept", {
    default: 0.9,
    only: { with: "optimizer", of: ["sgd"] },
  }),
  schedule: option(choice("constant", "cosine", "step", "plateau"), "how the learning rate changes", {
    default: "constant",
  }),
  warmupEpochs: option(numberFrom(0), "epochs in which the rate rises to its full value, before it falls", {
    default: 0,
    only: { with: "schedule", of: ["cosine"] },
  }),
  minLr: option(numberFrom(0), "the rate falls no lower", {
    default: 0,
    only: { with: "schedule", of: ["cosine", "plateau"] },
  }),
  stepEpochs: option(whole(1), "epochs until the rate falls; on a plateau, those without a smaller loss", {
    default: 3,
    only: { with: "schedule", of: ["step", "plateau"] },
  }),
  gamma: option(numberFrom(0, 1), "what the rate is multiplied by when it falls", {
    default: 0.1,
    only: { with: "schedule", of: ["step", "plateau"] },
  }),
  softmaxNll: option(yesOrNo, "an old loss, to repeat a published experiment: minimise -p instead of -log p", {
    default: false,
  }),
  classWeights: option(
    classWeights,
    'how much a photograph of each class counts; "balanced": the classes count the same, however large',
    {
      otherwise: "every photograph the same",
    },
  ),
  clipNorm: option(between(0), "make steps shorter whose gradients, all together, have a larger L2 norm", {
    otherwise: "never",
  }),
  clipValue: option(between(0), "cut every element of a gradient to at most this", { otherwise: "never" }),
  evaluateTrain: option(yesOrNo, "after each epoch, measure the training photographs, too", { default: false }),
  evaluateTest: option(yesOrNo, "after each epoch, measure the test photographs, too, not only at the end", {
    default: false,
  }),
  metric: option(choice(...METRICS), "what tells the best epoch", { default: "accuracy" }),
  earlyStop: option(whole(1), "end after N epochs without a better one", { otherwise: "never" }),
  detectAnomaly: option(yesOrNo, "look for NaN in every operation of every step: slow", { default: false }),
  seed: option(whole(0), "decides all that is random; the same seed gives the same result", { default: 1 }),
  backend: option(choice<BackendName | "gpu" | "auto">("auto", "gpu", ...backends()), "what computes", {
    default: "auto",
  }),
  threads: option(whole(1, MAX_THREADS), "threads of the wasm backend", { otherwise: "as many as there are cores" }),
  strict: option(yesOrNo, "never fuse multiply and add: the same bits on every engine (wasm)"),
  checkpointEvery: option(whole(1), "steps from one checkpoint to the next, at most", { default: 50 }),
  checkpointSeconds: option(between(0), "seconds from one checkpoint to the next, at most, and a step", {
    default: 60,
  }),
};

/** The headings of the help, and what stands under each. */
export const optionGroups: Record<string, readonly (keyof typeof trainOptions)[]> = {
  "The photographs:": [
    "layout",
    "testFraction",
    "valFraction",
    "val",
    "splitSeed",
    "duplicates",
    "limit",
    "onError",
    "cache",
    "augment",
  ],
  "The net:": ["net", "size", "dropout"],
  "Training:": [
    "epochs",
    "batch",
    "dropLast",
    "accumulate",
    "seed",
    "softmaxNll",
    "classWeights",
    "clipNorm",
    "clipValue",
  ],
  "The optimizer and its rate:": [
    ...(["optimizer", "lr", "weightDecay", "momentum"] as const),
    ...(["schedule", "warmupEpochs", "minLr", "stepEpochs", "gamma"] as const),
  ],
  "What is measured:": ["metric", "earlyStop", "evaluateTrain", "evaluateTest", "detectAnomaly"],
  "Where it computes, and what it saves:": ["backend", "threads", "strict", "checkpointEvery", "checkpointSeconds"],
};

/**
 * Those that may change while a run goes on: what was computed before stays as it would have been. (`data`, `val`: their
 * place.)
 */
export const RESUMABLE = [
  "data",
  "val",
  "cache",
  "epochs",
  "backend",
  "threads",
  "checkpointEvery",
  "checkpointSeconds",
  "detectAnomaly",
] as const;

/** The values that options had before there were these options. */
const BEFORE = Object.fromEntries(
  Object.entries<TrainOption<unknown>>(trainOptions).flatMap(([name, { before }]) => (before ? [[name, before]] : [])),
);

/** The options of a run's config.json, which may be older than some options are. */
export function asItWas(given: Record<string, unknown>): Record<string, unknown> {
  return { ...BEFORE, ...given };
}

/**
 * The options that decide a run's numbers: all others. The cosine is made for a number of epochs. What has its value from
 * before there was the option is left out, as it is in checkpoints of that time.
 */
export function decisive(config: TrainConfig): Partial<TrainConfig> {
  const free: readonly string[] =
    config.schedule === "cosine" ? RESUMABLE.filter((name) => name !== "epochs") : RESUMABLE;
  return Object.fromEntries(
    Object.entries(config).filter(([name, value]) => !free.includes(name) && value !== BEFORE[name]),
  );
}

/** Options that are paths. */
const PATHS: readonly string[] = ["data", "val", "cache"];

/**
 * The folders of photographs as absolute paths: the run is to be gone on with from anywhere.
 * @param folder that they start from
 */
export function withAbsolutePaths(options: Record<string, unknown>, folder = "."): Record<string, unknown> {
  const absolute = (name: string, path: unknown) =>
    PATHS.includes(name) && typeof path === "string" && path !== "" ? resolve(folder, path) : path;
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, absolute(name, value)]));
}

/** The same in a command line: weightDecay is --weight-decay. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const entries = Object.fromEntries(
  Object.entries(trainOptions).map(([name, { schema }]) => [name, v.optional(schema)]),
);

const schema = v.strictObject({
  data: v.pipe(v.string("expected a folder"), v.nonEmpty("expected a folder")),
  ...entries,
});

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** @throws Error with a line for each field that is wrong, unknown, or missing */
function check(given: Record<string, unknown>, nameOf: (field: string) => string): void {
  const { issues } = v.safeParse(schema, { data: undefined, ...given });
  if (!issues) return;
  const lines = issues.map(({ path, message, expected, input }) => {
    const field = String(path?.[0]?.key);
    if (expected === "never") {
      const known = ["data", ...Object.keys(trainOptions)];
      return `${nameOf(field)}: there is no such option; there are ${known.join(", ")}`;
    }
    // Of a list, the issue is about the element: show what was written.
    return `${nameOf(field)}: ${message}, got ${show(field in given ? given[field] : input)}`;
  });
  throw new Error(lines.join("\n"));
}

/**
 * Checks the options of a run and fills in what is not given.
 * @param nameOf what messages call a field: by default, as it is; "--weight-decay", or "config.json: weightDecay"
 * @throws Error naming every field that is wrong, what it expects, and what it got
 */
export function trainConfig(given: Record<string, unknown>, nameOf = (field: string): string => field): TrainConfig {
  check(given, nameOf);
  const config: Record<string, unknown> = { data: given.data };
  for (const [name, { default: standard, only }] of Object.entries<TrainOption<unknown>>(trainOptions)) {
    const applies = !only || only.of.includes(String(config[only.with]));
    if (!applies && given[name] !== undefined) {
      const holders = `${only.with} ${only.of.join(" or ")}`;
      throw new Error(`${nameOf(name)}: only ${holders} has this option, and ${only.with} is ${config[only.with]}`);
    }
    if (applies) config[name] = given[name] ?? standard;
  }
  const complete = config as unknown as TrainConfig;
  try {
    checkStrengths(complete.augment ?? {});
  } catch (error) {
    throw new Error((error as Error).message.replace("augment", nameOf("augment")), { cause: error });
  }
  const { softmaxNll, augment: { mixup = 0, cutmix = 0 } = {} } = complete;
  if (softmaxNll && mixup + cutmix > 0) {
    const [loss, by] = [nameOf("softmaxNll"), nameOf("augment")];
    throw new Error(`${loss}: it is -p of one label, and ${by} mixes images of several: leave out mixup and cutmix`);
  }
  complete.size ??= nets[complete.net].size;
  const { warmupEpochs = 0, epochs } = complete;
  if (warmupEpochs >= epochs) {
    throw new Error(`${nameOf("warmupEpochs")}: expected less than epochs (${epochs}), got ${warmupEpochs}`);
  }
  return complete;
}
