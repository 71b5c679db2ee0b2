/** RunFolder: everything about one training run, in one folder. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { removeUnfinished, writeAtomically } from "../io/atomic-file.js";
import type { Sequential } from "../layers/sequential.js";
import { nets } from "../nets/named.js";
import { loadCheckpoint, loadWeights, saveCheckpoint, type Training } from "../train/checkpoint.js";
import type { Metrics } from "../train/evaluate.js";
import type { TrainingPosition } from "../train/position.js";
import type { EpochReport } from "../train/reports.js";
import { type TrainConfig, trainConfig } from "./config.js";

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
  test: SplitSummary;
}

/** One line of metrics.jsonl. */
export interface EpochLine {
  epoch: number;
  train: Metrics;
  test: Metrics;
  /** Learning rate at the end of the epoch's training. */
  lr: number;
  /** While training, without evaluation. */
  imagesPerSecond: number;
  /** Spent on the epoch, with evaluation. */
  seconds: number;
  seed: number;
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
  split: "train" | "test";
  file: string;
  reason: string;
}

export type CheckpointName = "last" | "best";

/** All that a run's training writes. */
const FILES = [
  "config.json",
  "data.json",
  "skipped.json",
  "environment.json",
  "metrics.jsonl",
  "last.safetensors",
  "best.safetensors",
];

/** A run's net, on the current backend and with new weights. */
export function buildModel({ net, size, dropout }: TrainConfig, classes: number): Sequential {
  return nets[net].build({ classes, size, dropout });
}

/** @throws Error that begins with `where` */
function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

async function readJson(path: string): Promise<unknown> {
  return parseJson(await readFile(path, "utf8"), path);
}

/**
 * | file               | what                                                                                          |
 * | ------------------ | --------------------------------------------------------------------------------------------- |
 * | config.json        | `TrainConfig`: every option with its value; `--config` takes it to repeat the run              |
 * | data.json          | `DataSummary`: classes, size, number of photographs                                            |
 * | skipped.json       | `SkippedPhotograph[]`                                                                          |
 * | environment.json   | `Session[]`: versions, machine and backend, once for the start and once for each resumption    |
 * | metrics.jsonl      | an `EpochLine` for each epoch that is over                                                     |
 * | last.safetensors   | checkpoint of the latest saved position: what is needed to go on                               |
 * | best.safetensors   | checkpoint of the end of the best epoch                                                        |
 *
 * Every file is whole at any moment (see `writeAtomically`). `last` decides: metrics.jsonl follows from it.
 */
export class RunFolder {
  readonly path: string;
  readonly config: TrainConfig;

  private constructor(path: string, config: TrainConfig) {
    this.path = path;
    this.config = config;
  }

  /** True where a run has been begun. */
  static exists(path: string): boolean {
    return existsSync(join(path, "config.json"));
  }

  /** @throws Error when there is a run already */
  static checkFree(path: string): void {
    if (RunFolder.exists(path)) {
      throw new Error(`${path} holds a run already: go on with --resume ${path}, or choose another folder with --out`);
    }
  }

  /** Begins a run. config.json is written last: where it is, the other files are as well. */
  static async create(
    path: string,
    config: TrainConfig,
    { data, skipped, session }: { data: DataSummary; skipped: SkippedPhotograph[]; session: Session },
  ): Promise<RunFolder> {
    RunFolder.checkFree(path);
    const run = new RunFolder(path, config);
    await run.#writeJson("data.json", data);
    await run.#writeJson("skipped.json", skipped);
    await run.#writeJson("environment.json", [session]);
    await run.#writeJson("config.json", config);
    return run;
  }

  /** @throws Error when there is no run, or its config.json is not as it should be, naming the field */
  static async open(path: string): Promise<RunFolder> {
    if (!RunFolder.exists(path)) throw new Error(`${path} is no run folder: there is no config.json in it`);
    const file = join(path, "config.json");
    const config = (await readJson(file)) as Record<string, unknown>;
    return new RunFolder(
      path,
      trainConfig(config, (field) => `${file}: ${field}`),
    );
  }

  /** Goes on with a run, maybe with other options: notes where, and removes what an interrupted write has left. */
  async resume(config: TrainConfig, session: Session): Promise<RunFolder> {
    for (const name of FILES) await removeUnfinished(this.#file(name), 0);
    await this.#writeJson("environment.json", [...(await this.sessions()), session]);
    await this.#writeJson("config.json", config);
    return new RunFolder(this.path, config);
  }

  async data(): Promise<DataSummary> {
    return (await readJson(this.#file("data.json"))) as DataSummary;
  }

  async skipped(): Promise<SkippedPhotograph[]> {
    return (await readJson(this.#file("skipped.json"))) as SkippedPhotograph[];
  }

  async sessions(): Promise<Session[]> {
    return (await readJson(this.#file("environment.json"))) as Session[];
  }

  /**
   * The epochs that are over, in their order.
   * @throws Error naming the line that is no JSON
   */
  async metrics(): Promise<EpochLine[]> {
    const path = this.#file("metrics.jsonl");
    if (!existsSync(path)) return [];
    const lines = (await readFile(path, "utf8")).split("\n");
    return lines.flatMap((line, i) => (line ? [parseJson(line, `${path}:${i + 1}`) as EpochLine] : []));
  }

  /** Writes all of metrics.jsonl. */
  async writeMetrics(reports: readonly EpochReport[]): Promise<void> {
    const lines = reports.map(({ epochs: _, ...report }) => JSON.stringify({ ...report, seed: this.config.seed }));
    await writeAtomically(this.#file("metrics.jsonl"), lines.map((line) => `${line}\n`).join(""));
  }

  hasCheckpoint(name: CheckpointName): boolean {
    return existsSync(this.checkpoint(name));
  }

  /** Path of a checkpoint. */
  checkpoint(name: CheckpointName): string {
    return this.#file(`${name}.safetensors`);
  }

  async save(name: CheckpointName, training: Training): Promise<void> {
    await saveCheckpoint(this.checkpoint(name), training);
  }

  /** @returns where `last` was saved, to go on from */
  async restore(training: Omit<Training, "position">): Promise<TrainingPosition> {
    return loadCheckpoint(this.checkpoint("last"), training);
  }

  /**
   * This run's net on the current backend, with the weights of a checkpoint, in evaluation mode.
   * @throws Error when there is no such checkpoint (yet)
   */
  async loadModel(name: CheckpointName): Promise<Sequential> {
    const path = this.checkpoint(name);
    if (!existsSync(path)) throw new Error(`${path}: there is no such checkpoint; the first epoch may not be over`);
    const { classes } = await this.data();
    const model = buildModel(this.config, classes.length);
    await loadWeights(path, model);
    return model.eval();
  }

  #file(name: string): string {
    return join(this.path, name);
  }

  async #writeJson(name: string, value: unknown): Promise<void> {
    await writeAtomically(this.#file(name), `${JSON.stringify(value, null, 2)}\n`);
  }
}
