/** Checkpoints: all that training needs to go on, in one safetensors file. */

import { optimizerState, optimizerTensors } from "../io/optimizer-state.js";
import { loadSafetensors, saveSafetensors } from "../io/safetensors/file.js";
import type { Module, StateDict } from "../layers/module.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { Schedule, ScheduleState } from "../optim/schedules.js";
import { generatorStates, type Stream, setGeneratorStates } from "../tensor/random.js";
import { tensor } from "../tensor/tensor.js";
import { Tally } from "./evaluate.js";
import { TrainingPosition } from "./position.js";
import type { EpochReport } from "./reports.js";

/** What a checkpoint is of. */
export interface Training {
  /** What is trained. */
  model: Module;
  /** Of its parameters. */
  optimizer: Optimizer;
  /** Of the optimizer's rate, where there is one. */
  schedule?: Schedule;
  /** How far it is. */
  position: TrainingPosition;
}

/** What of it is no tensor: the file's metadata has it as JSON, under "training". */
interface Progress {
  epoch: number;
  done: number;
  seconds: number;
  reports: EpochReport[];
  streams?: TrainingPosition["streams"];
  /** The loss in the tally, and the number of classes; the rest of it is tensors. */
  tally?: { loss: number; classes: number };
  generators: Partial<Record<Stream, number[]>>;
  optimizer: { lr: number; steps: number[] };
  schedule?: ScheduleState;
}

const MODEL = "model.";
const OPTIMIZER = "optimizer.";

function withPrefix(prefix: string, tensors: StateDict): StateDict {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [prefix + name, value]));
}

function withoutPrefix(prefix: string, tensors: StateDict): StateDict {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}

function releaseAll(tensors: StateDict): void {
  for (const value of Object.values(tensors)) value.release();
}

/**
 * Writes a file that is whole or not there: the model's tensors as `model.NAME`, the optimizer's as
 * `optimizer.NAME.INDEX`, and what the model said so far in this epoch, if anything, as `tally.outputs` and
 * `tally.labels`. Numbers and generators are in the metadata.
 * @param training what to save
 */
export async function saveCheckpoint(path: string, training: Training): Promise<void> {
  const { model, optimizer, schedule, position } = training;
  const state = optimizer.stateDict();
  const { epoch, done, seconds, reports, streams } = position;
  const tally = position.tally?.state();
  const progress: Progress = {
    epoch,
    done,
    seconds,
    reports,
    streams,
    tally: tally && { loss: tally.loss, classes: tally.classes },
    generators: generatorStates(),
    optimizer: { lr: state.lr, steps: state.steps },
    schedule: schedule?.stateDict(),
  };
  const tensors: StateDict = {
    ...withPrefix(MODEL, model.stateDict()),
    ...withPrefix(OPTIMIZER, optimizerTensors(state)),
  };
  if (tally) {
    tensors["tally.outputs"] = tensor(Float32Array.from(tally.outputs), [tally.labels.length, tally.classes]);
    tensors["tally.labels"] = tensor(Float32Array.from(tally.labels));
  }
  try {
    await saveSafetensors(path, tensors, { training: JSON.stringify(progress) });
  } finally {
    releaseAll(tensors);
  }
}

async function tallyFrom(tensors: StateDict, numbers: NonNullable<Progress["tally"]>): Promise<Tally> {
  const [outputs, labels] = [await tensors["tally.outputs"].data(), await tensors["tally.labels"].data()];
  return new Tally({ ...numbers, outputs, labels });
}

/**
 * Puts everything where `saveCheckpoint` found it, the default generators included. The model, the optimizer and the
 * schedule are made as they were made then.
 * @returns the position to go on from
 * @throws Error naming the file when it is no checkpoint, or one of another model or optimizer
 */
export async function loadCheckpoint(
  path: string,
  { model, optimizer, schedule }: Omit<Training, "position">,
): Promise<TrainingPosition> {
  const { tensors, metadata } = await loadSafetensors(path);
  try {
    if (metadata.training === undefined) throw new Error("there is no training in it to go on with");
    const progress = JSON.parse(metadata.training) as Progress;
    const { epoch, done, seconds, reports, streams, generators, optimizer: state } = progress;
    model.loadStateDict(withoutPrefix(MODEL, tensors));
    optimizer.loadStateDict(optimizerState(optimizer, state, withoutPrefix(OPTIMIZER, tensors)));
    if (progress.schedule) schedule?.loadStateDict(progress.schedule);
    setGeneratorStates(generators);
    const tally = progress.tally && (await tallyFrom(tensors, progress.tally));
    return Object.assign(new TrainingPosition(), { epoch, done, seconds, reports, streams, tally });
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    releaseAll(tensors);
  }
}

/**
 * Puts a checkpoint's weights into a model, and nothing else.
 * @throws Error naming the file when it is no checkpoint, or one of another model
 */
export async function loadWeights(path: string, model: Module): Promise<void> {
  const { tensors } = await loadSafetensors(path);
  try {
    model.loadStateDict(withoutPrefix(MODEL, tensors));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    releaseAll(tensors);
  }
}
