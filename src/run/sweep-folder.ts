/** SweepFolder: the folder of a sweep, with a run folder for each trial; all that is known of the sweep is read from there. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { writeAtomically } from "../io/atomic-file.js";
import { currentBackend } from "../tensor/backend/current-backend.js";
import { useBackend } from "../tensor/backend/registry.js";
import { checkApart } from "./apart.js";
import { type TrainConfig, trainConfig } from "./config.js";
import { numericClass } from "./numeric-class.js";
import { readSweep } from "./read-sweep.js";
import { backendOptions, type RunHooks } from "./run.js";
import { readRunData, summarize } from "./run-data.js";
import { RunFolder } from "./run-folder.js";
import { type DataSummary, dataSummary, type EpochLine, readJson, type TrialResult } from "./run-json.js";
import { configOf, type Setting, type Sweep } from "./sweep-file.js";
import { settingsOf } from "./sweep-space.js";
import { digestOf, type Trial, trialsOf } from "./trial.js";

/** How far a trial is. */
export interface TrialState {
  trial: Trial;
  /** A line for each epoch that is over. */
  lines: EpochLine[];
  /** Once nothing is left to do. */
  result?: TrialResult;
}

/** All trials of one setting, one for each seed. */
export interface SettingState {
  setting: Setting;
  trials: TrialState[];
}

/** What decides which photographs there are: all but where they lie. */
function photographOptions({
  size,
  layout,
  testFraction,
  valFraction,
  val,
  splitSeed,
  duplicates,
  limit,
}: TrainConfig) {
  return { size, layout, testFraction, valFraction, val: val !== undefined, splitSeed, duplicates, limit };
}

/** numbers.json: what of the machine that began the sweep decided the numbers. */
const savedNumbers = v.object({ numbers: v.string() });

type Looking = Pick<RunHooks, "signal"> & { onProgress?: (done: number, total: number) => void };

/**
 * | file                  | what                                                                                       |
 * | --------------------- | ------------------------------------------------------------------------------------------ |
 * | plan.json             | the sweep as its file said it when it was last begun, a sweep file itself                  |
 * | numbers.json          | what of the machine decided the numbers: see `numericClass`                                |
 * | photographs-KEY.json  | `DataSummary` of the photographs that trials are to be trained on, for each size           |
 * | decisions.jsonl       | of asynchronous halving: which settings were begun, and which went on, in their order      |
 * | ID/                   | a trial's run folder                                                                       |
 *
 * Nothing but the trials' folders says what was done: whoever controls a sweep can end at any moment, and begin again.
 */
export class SweepFolder {
  readonly path: string;
  readonly sweep: Sweep;
  /** What of this machine decides the numbers. */
  readonly numbers: string;
  readonly trials: readonly Trial[];

  private constructor(path: string, sweep: Sweep, numbers: string, trials: readonly Trial[]) {
    this.path = path;
    this.sweep = sweep;
    this.numbers = numbers;
    this.trials = trials;
  }

  /** True where a sweep has been begun. */
  static exists(path: string): boolean {
    return existsSync(join(path, "plan.json"));
  }

  /**
   * Finds out what the trials are: reads the photographs, unless somebody has done so before, and asks the backend how
   * it computes.
   * @param threads of a trial that is to be trained in this process
   * @throws Error when an option of a trial is wrong, or no photographs are there for validation
   */
  static async open(path: string, sweep: Sweep, { threads, ...looking }: Looking & { threads?: number } = {}) {
    const { backend, strict } = firstConfig(sweep);
    await useBackend(backend, backendOptions({ threads, strict }));
    // What "auto" has chosen here, so that nobody chooses anew.
    const base = { ...sweep.base, backend: currentBackend().name };
    const folder = await SweepFolder.#with(path, { ...sweep, base }, numericClass(), looking);
    const trials = folder.trials.map((trial) => ({ ...trial, config: trainConfig({ ...trial.config, threads }) }));
    return new SweepFolder(path, folder.sweep, folder.numbers, trials);
  }

  /** The sweep that was last begun in a folder, for those who only look on, on whatever machine. */
  static async look(path: string): Promise<SweepFolder> {
    const { numbers } = await readJson(join(path, "numbers.json"), savedNumbers);
    return SweepFolder.#with(path, await readSweep(join(path, "plan.json")), numbers);
  }

  static async #with(path: string, sweep: Sweep, numbers: string, looking: Looking = {}): Promise<SweepFolder> {
    checkApart("--runs", path, firstConfig(sweep));
    const settings = settingsOf(sweep);
    const known = new Map<string, DataSummary>();
    for (const setting of settings) {
      const config = configOf(sweep, setting, sweep.seeds[0]);
      const file = photographsFile(path, config);
      if (!known.has(file)) known.set(file, await photographsIn(file, config, looking));
    }
    const dataOf = (config: TrainConfig) => known.get(photographsFile(path, config))!;
    return new SweepFolder(path, sweep, numbers, trialsOf(sweep, settings, { dataOf, numbers }));
  }

  /** Notes what the sweep is, for those who look at the folder alone. */
  async save(): Promise<void> {
    const files = { "numbers.json": { numbers: this.numbers }, "plan.json": this.sweep };
    for (const [name, content] of Object.entries(files)) {
      await writeAtomically(join(this.path, name), `${JSON.stringify(content, null, 2)}\n`);
    }
  }

  /** @throws Error when the sweep has no such trial, with the reason that is to be seen */
  async trial(id: string): Promise<Trial> {
    const found = this.trials.find((trial) => trial.id === id);
    if (found) return found;
    const file = join(this.path, "numbers.json");
    const begun = existsSync(file) ? (await readJson(file, savedNumbers)).numbers : this.numbers;
    const why =
      begun === this.numbers
        ? "without an ID, torchlet trial lists those that there are. Ids change with the sweep file and the photographs"
        : `it was begun with the arithmetic of ${begun}, and here is ${this.numbers}`;
    throw new UnknownTrialError(`${this.path}: the sweep has no trial ${id} here: ${why}`);
  }

  /** The run folder of a trial. */
  runOf({ id }: Trial): string {
    return join(this.path, id);
  }

  /** What a trial's photographs have to be, and the file that says so. */
  async photographsOf(config: TrainConfig): Promise<{ path: string; data: DataSummary }> {
    const path = photographsFile(this.path, config);
    return { path, data: await readJson(path, dataSummary) };
  }

  /** How far everything is. */
  async settings(): Promise<SettingState[]> {
    const states = new Map<Setting, SettingState>();
    for (const trial of this.trials) {
      const state = states.get(trial.setting) ?? { setting: trial.setting, trials: [] };
      state.trials.push(await this.#stateOf(trial));
      states.set(trial.setting, state);
    }
    return [...states.values()];
  }

  async #stateOf(trial: Trial): Promise<TrialState> {
    const path = this.runOf(trial);
    if (!RunFolder.exists(path)) return { trial, lines: [] };
    const run = await RunFolder.open(path);
    return { trial, lines: await run.metrics(), result: await run.result() };
  }
}

/** The id is of another sweep, or of a machine that computes otherwise. */
export class UnknownTrialError extends Error {
  override readonly name = "UnknownTrialError";
}

function firstConfig(sweep: Sweep): TrainConfig {
  return configOf(sweep, settingsOf(sweep)[0], sweep.seeds[0]);
}

function photographsFile(path: string, config: TrainConfig): string {
  return join(path, `photographs-${digestOf(photographOptions(config))}.json`);
}

/** @throws Error when there are none for validation */
async function photographsIn(file: string, config: TrainConfig, looking: Looking): Promise<DataSummary> {
  if (existsSync(file)) return readJson(file, dataSummary);
  const data = summarize(await readRunData(config, looking));
  if (!data.validation) {
    throw new Error(`${config.data}: no photographs for validation, and a sweep never chooses by the test photographs`);
  }
  await writeAtomically(file, `${JSON.stringify(data, null, 2)}\n`);
  return data;
}
