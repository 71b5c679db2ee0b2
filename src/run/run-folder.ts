/** RunFolder: everything about one training run, in one folder. */

import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileError, onFile } from "../file-error.js";
import { removeUnfinished, writeAtomically } from "../io/atomic-file.js";
import { parseJson } from "../io/json.js";
import type { Sequential } from "../layers/sequential.js";
import { nets } from "../nets/named.js";
import { asArgument, plural } from "../text.js";
import { bestEpoch, deciding, keepsImproving } from "../train/best-epoch.js";
import {
  checkSavedSettings,
  encodeCheckpoint,
  loadCheckpoint,
  loadWeights,
  savedReports,
  type Training,
} from "../train/checkpoint.js";
import type { AnyMetrics } from "../train/metrics.js";
import { brokenNumbers } from "../train/pass.js";
import { TrainingPosition } from "../train/position.js";
import type { EpochReport } from "../train/reports.js";
import { asItWas, decisive, type TrainConfig, trainConfig } from "./config.js";
import { checkEmpty, checkFolder, makeFolder, makeNumbered, RESULTS } from "./new-folder.js";
import {
  anyObject,
  type DataSummary,
  dataSummary,
  type EpochLine,
  epochLine,
  readJson,
  type Session,
  type SkippedPhotograph,
  sessions,
  skippedPhotographs,
  type TestSummary,
  type TrialResult,
  testSummary,
  trialResult,
} from "./run-json.js";
import { checkUnlocked, RunLock } from "./run-lock.js";
import { version } from "./session.js";

export type CheckpointName = "last" | "best";

/** What an epoch is judged by: of its report, or its line of metrics.jsonl. */
type EpochLike = Pick<EpochReport, "epoch" | "train" | "validation" | "test">;

/** All that a run's training writes. */
const FILES = ["config.json", "data.json", "skipped.json", "environment.json", ...RESULTS];

/** ", and …" where another version of this package has trained last: it may have other options. */
async function versionsOf(path: string): Promise<string> {
  const last = (await readJson(join(path, "environment.json"), sessions).catch(() => [])).at(-1);
  if (last === undefined || last.torchlet === version()) return "";
  return `. The run is of torchlet ${last.torchlet}, and this is torchlet ${version()}`;
}

/** A run's net, on the current backend and with new weights. */
export function buildModel({ net, size, dropout }: TrainConfig, classes: number): Sequential {
  return nets[net].build({ classes, size, dropout });
}

/** Whether the last epoch or an early stop has ended the training. */
export function isOver({ epochs, metric, earlyStop: patience }: TrainConfig, reports: readonly EpochLike[]): boolean {
  return reports.length >= epochs || (patience !== undefined && !keepsImproving(reports, { metric, patience }));
}

/** @throws Error naming the tensors with numbers that no training leaves in a checkpoint */
async function checkFinite(model: Sequential, path: string): Promise<void> {
  const broken = await brokenNumbers(model);
  if (broken.length === 0) return;
  throw new Error(
    `${path}: NaN or infinity in ${broken.join(", ")}. Training saves no such weights: the file was changed or damaged ` +
      "since. Take the run's other checkpoint, or a copy",
  );
}

/**
 * | file               | what                                                                                          |
 * | ------------------ | --------------------------------------------------------------------------------------------- |
 * | config.json        | `TrainConfig`: every option with its value; `--config` takes it to repeat the run              |
 * | data.json          | `DataSummary`: classes, size, number of photographs                                            |
 * | skipped.json       | `SkippedPhotograph[]`                                                                          |
 * | environment.json   | `Session[]`: versions, machine and backend, once for the start and once for each resumption    |
 * | metrics.jsonl      | an `EpochLine` for each epoch that is over                                                     |
 * | test.json          | `TestSummary`: the test photographs, measured once training is over                            |
 * | result.json        | `TrialResult`: what a trial of a sweep came to                                                 |
 * | last.safetensors   | checkpoint of the latest saved position: what is needed to go on                               |
 * | best.safetensors   | checkpoint of the end of the best epoch                                                        |
 *
 * Every file is whole at any moment (see `writeAtomically`). `last` decides: metrics.jsonl follows from it. While
 * somebody trains, there is a lock as well (see `RunLock`).
 */
export class RunFolder {
  readonly path: string;
  readonly config: TrainConfig;
  /** Of who trains; others only read. */
  readonly #lock: RunLock | undefined;

  private constructor(path: string, config: TrainConfig, lock?: RunLock) {
    this.path = path;
    this.config = config;
    this.#lock = lock;
  }

  /** True where a run has been begun. */
  static exists(path: string): boolean {
    return existsSync(join(path, "config.json"));
  }

  /**
   * @param options as for `create`
   * @throws Error when no folder can be there, or there is a run already, what was left of one, somebody who begins one,
   * or a file that the run would replace
   */
  static async checkFree(path: string, { numbered = false }: { numbered?: boolean } = {}): Promise<void> {
    if (numbered) return checkFolder(dirname(path));
    await checkFolder(path);
    await checkEmpty(path);
    if (existsSync(path)) await checkUnlocked(path);
  }

  /** @throws Error when a file of this path is one that a run's training has written */
  static checkNotOwn(path: string): void {
    const folder = dirname(path);
    if (!RunFolder.exists(folder) || !FILES.includes(basename(path))) return;
    throw new FileError(path, "it is the run's own: choose another --out");
  }

  /**
   * Begins a run, and holds its folder until `release`. config.json is written last: where it is, the other files are.
   * @param numbered takes `path-2`, `path-3`, … where a folder of that name is there
   * @param lock of the folder, where it is held already
   * @throws Error when somebody else holds the folder, or there is a run already
   */
  static async create(
    path: string,
    config: TrainConfig,
    { data, skipped, session }: { data: DataSummary; skipped: SkippedPhotograph[]; session: Session },
    { numbered = false, lock }: { numbered?: boolean; lock?: RunLock } = {},
  ): Promise<RunFolder> {
    const own = numbered ? await makeNumbered(path) : path;
    await makeFolder(own);
    const run = new RunFolder(own, config, lock ?? (await RunLock.take(own)));
    try {
      await checkEmpty(own);
      await run.#writeJson("data.json", data);
      await run.#writeJson("skipped.json", skipped);
      await run.#writeJson("environment.json", [session]);
      await run.#writeJson("config.json", config);
    } catch (error) {
      await run.release();
      throw error;
    }
    return run;
  }

  /** @throws Error when there is no run, or its config.json is not as it should be, naming the field */
  static async open(path: string): Promise<RunFolder> {
    if (!RunFolder.exists(path)) throw new Error(`${path} is no run folder: there is no config.json in it`);
    const file = join(path, "config.json");
    const given = await readJson(file, anyObject);
    try {
      return new RunFolder(path, trainConfig(asItWas(given)));
    } catch (error) {
      throw new FileError(file, `${(error as Error).message}${await versionsOf(path)}`, { cause: error });
    }
  }

  /** The same folder, held by this lock: nobody else trains there. */
  heldBy(lock: RunLock): RunFolder {
    return new RunFolder(this.path, this.config, lock);
  }

  /** Leaves the folder to others. */
  async release(): Promise<void> {
    await this.#lock?.release();
  }

  /**
   * Looks at `best` before anything is trained: at the end, it would be missed.
   * @throws FileError when epochs are over and `best` is missing, damaged, or not of the best of them
   */
  async checkBest(): Promise<void> {
    if (!this.hasCheckpoint("last")) return;
    const epochs = await this.reports("last");
    if (epochs.length === 0) return;
    const best = this.checkpoint("best");
    if (!existsSync(best)) {
      throw new FileError(
        best,
        `it is missing, though ${plural(epochs.length, "epoch")} of the run can be gone on from: put it back, or begin a ` +
          "new run elsewhere with --config and --out. Nothing has been changed",
      );
    }
    await this.loadModel("best");
    // Saved just before an interruption: its epoch comes again.
    if ((await this.reports("best")).length > epochs.length) return;
    await this.checkBestOf(epochs, "last.safetensors");
  }

  /**
   * @param epochs all that are over
   * @param source the file that they are from
   * @throws FileError when `best` was not saved at the end of the best of them: one of the two files is another run's, was
   * edited, or the run was interrupted between them
   */
  async checkBestOf(epochs: readonly EpochLike[], source: string): Promise<void> {
    const own = await this.reports("best");
    const { epoch } = bestEpoch(epochs, this.config.metric);
    const figures = (reports: readonly EpochLike[]) => JSON.stringify(reports.map((report) => deciding(report)));
    if (own.length === epoch && figures(own) === figures(epochs.slice(0, epoch))) return;
    const remedy = source === "metrics.jsonl" ? `; --resume ${asArgument(this.path)} writes ${source} anew` : "";
    throw new FileError(
      this.checkpoint("best"),
      `its reports are of ${plural(own.length, "epoch")}, and by those in ${source} the best is epoch ${epoch}, or their ` +
        `figures differ: one of the two files is another run's, or was edited${remedy}`,
    );
  }

  /** Goes on with a run, maybe with other options: notes where, and removes what an interrupted write has left. */
  async resume(config: TrainConfig, session: Session): Promise<RunFolder> {
    const before = await this.sessions();
    for (const name of FILES) await removeUnfinished(this.#file(name), 0);
    // It was about what was the end then.
    await rm(this.#file("test.json"), { force: true });
    await this.#writeJson("environment.json", [...before, session]);
    await this.#writeJson("config.json", config);
    return new RunFolder(this.path, config, this.#lock);
  }

  async data(): Promise<DataSummary> {
    return readJson(this.#file("data.json"), dataSummary);
  }

  async skipped(): Promise<SkippedPhotograph[]> {
    return readJson(this.#file("skipped.json"), skippedPhotographs);
  }

  async sessions(): Promise<Session[]> {
    return readJson(this.#file("environment.json"), sessions);
  }

  /**
   * The epochs that are over, in their order.
   * @throws FileError naming the line that is no JSON, or its field that is not as it should be
   */
  async metrics(): Promise<EpochLine[]> {
    const path = this.#file("metrics.jsonl");
    if (!existsSync(path)) return [];
    const lines = (await onFile(path, "read", () => readFile(path, "utf8"))).split("\n");
    const epochs = lines.flatMap((line, i) => (line ? [parseJson(line, path, epochLine, `line ${i + 1}`)] : []));
    const stray = epochs.findIndex(({ epoch }, i) => epoch !== i + 1);
    if (stray === -1) return epochs;
    throw new FileError(path, `epoch: expected ${stray + 1} in its place, got ${epochs[stray].epoch}: was it edited?`);
  }

  /** Writes all of metrics.jsonl. */
  async writeMetrics(reports: readonly EpochReport<AnyMetrics>[]): Promise<void> {
    const lines = reports.map(({ epochs: _, ...report }) => JSON.stringify({ ...report, seed: this.config.seed }));
    await this.#write("metrics.jsonl", lines.map((line) => `${line}\n`).join(""));
  }

  /** What the test photographs say at the end; undefined before that. */
  async test(): Promise<TestSummary | undefined> {
    const path = this.#file("test.json");
    return existsSync(path) ? readJson(path, testSummary) : undefined;
  }

  async writeTest(summary: TestSummary): Promise<void> {
    await this.#writeJson("test.json", summary);
  }

  /** What a trial came to; undefined before that, and for a run that is no trial. */
  async result(): Promise<TrialResult | undefined> {
    const path = this.#file("result.json");
    return existsSync(path) ? readJson(path, trialResult) : undefined;
  }

  async writeResult(result: TrialResult): Promise<void> {
    await this.#writeJson("result.json", result);
  }

  hasCheckpoint(name: CheckpointName): boolean {
    return existsSync(this.checkpoint(name));
  }

  /** Path of a checkpoint. */
  checkpoint(name: CheckpointName): string {
    return this.#file(`${name}.safetensors`);
  }

  /** The epochs that were over when a checkpoint was saved. */
  async reports(name: CheckpointName): Promise<EpochReport[]> {
    // What a run trains on has classes.
    return (await savedReports(this.checkpoint(name))) as EpochReport[];
  }

  async save(name: CheckpointName, training: Training): Promise<void> {
    await this.#check();
    const content = await encodeCheckpoint({ ...training, settings: await this.#settings() });
    await writeAtomically(this.checkpoint(name), content, () => this.#check());
  }

  /**
   * Compares config.json and data.json with what a checkpoint was made with, where there is one.
   * @throws FileError naming each option that was changed since
   */
  async checkSettings(name: CheckpointName): Promise<void> {
    if (this.hasCheckpoint(name)) await checkSavedSettings(this.checkpoint(name), await this.#settings());
  }

  async #settings(): Promise<Record<string, unknown>> {
    return { "config.json": decisive(this.config), "data.json": await this.data() };
  }

  /**
   * Puts everything where `last` has it. A run that was interrupted before its first checkpoint begins anew.
   * @returns where to go on from
   * @throws Error when `last` is missing, and something of the run would be lost without it
   */
  async restore(training: Omit<Training, "position">): Promise<TrainingPosition> {
    if (!this.hasCheckpoint("last")) {
      const epochs = (await this.metrics()).length;
      if (epochs === 0 && !this.hasCheckpoint("best")) return new TrainingPosition();
      const best = this.hasCheckpoint("best") ? "best.safetensors is there" : "there is no best.safetensors, either";
      throw new Error(
        `${this.checkpoint("last")} is missing, though metrics.jsonl has ${plural(epochs, "epoch")} and ${best}: put it back, ` +
          "or begin a new run elsewhere with --config and --out. Nothing has been changed",
      );
    }
    return loadCheckpoint(this.checkpoint("last"), { ...training, settings: await this.#settings() });
  }

  /**
   * This run's net on the current backend, with the weights of a checkpoint, in evaluation mode.
   * @throws Error when there is no such checkpoint (yet), it is damaged or not of this config.json, or numbers in it are
   * not finite
   */
  async loadModel(name: CheckpointName): Promise<Sequential> {
    const path = this.checkpoint(name);
    if (!existsSync(path)) throw new Error(`${path}: there is no such checkpoint; the first epoch may not be over`);
    await this.checkSettings(name);
    const { classes } = await this.data();
    const model = buildModel(this.config, classes.length);
    await loadWeights(path, model);
    await checkFinite(model, path);
    return model.eval();
  }

  #file(name: string): string {
    return join(this.path, name);
  }

  async #writeJson(name: string, value: unknown): Promise<void> {
    await this.#write(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** @throws Error when the folder is gone, or was taken over */
  async #write(name: string, text: string): Promise<void> {
    await this.#check();
    await writeAtomically(this.#file(name), text, () => this.#check());
  }

  /** Before a file is written, and again when the disk has it: whoever stood still in between may have been overtaken. */
  async #check(): Promise<void> {
    await this.#lock?.check();
  }
}
