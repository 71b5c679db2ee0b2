/** Checkpoints: all that training needs to go on, in one safetensors file. */

import { optimizerState, optimizerTensors } from "../io/optimizer-state.js";
import { loadSafetensors, saveSafetensors } from "../io/safetensors/file.js";
import { tensorsOn } from "../io/tensors-on.js";
import { type AnyModule, aModule, type StateDict } from "../layers/module.js";
import { anOptimizer, type Optimizer } from "../optim/optimizer.js";
import { aSchedule, type Schedule, type ScheduleState } from "../optim/schedules.js";
import { aPath, checkArgument, checkOptions, needed, type OptionKinds } from "../tensor/arguments.js";
import type { Backend } from "../tensor/backend/backend.js";
import { currentBackend } from "../tensor/backend/registry.js";
import { checkGeneratorStates, generatorStates, type Stream, setGeneratorStates } from "../tensor/random.js";
import { tensor } from "../tensor/tensor.js";
import { Tally } from "./evaluate.js";
import { aPosition, TrainingPosition } from "./position.js";
import type { EpochReport } from "./reports.js";

/** What a checkpoint is of. */
export interface Training {
  /** What is trained. */
  model: AnyModule;
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

/** What `loadCheckpoint` changes; a position is passed over, as the file has one. */
type Resumed = Omit<Training, "position"> & Partial<Training>;

const loadKinds: OptionKinds<Resumed> = {
  model: needed(aModule),
  optimizer: needed(anOptimizer),
  schedule: aSchedule,
  position: aPosition,
};

const saveKinds: OptionKinds<Training> = { ...loadKinds, position: needed(aPosition) };

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
  for (const value of Object.values(tensors)) value.dispose();
}

/**
 * Writes a file that is whole or not there: the model's tensors as `model.NAME`, the optimizer's as
 * `optimizer.NAME.INDEX`, and what the model said so far in this epoch, if anything, as `tally.outputs` and
 * `tally.labels`. Numbers and generators are in the metadata. All of it is as it is at the call, whatever happens while
 * the file is written.
 * @param training what to save
 */
export async function saveCheckpoint(path: string, training: Training): Promise<void> {
  checkArgument("saveCheckpoint", "path", path, aPath);
  checkOptions("saveCheckpoint", training, saveKinds);
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

/** Where the model is: the tensors of a file come to the current backend, which may be another one. */
function backendOf(model: AnyModule): Backend {
  return model.parameters()[0]?.backend ?? currentBackend();
}

/** @throws Error when a schedule is there on one side only: the rate would not go on as it did */
function checkSchedule(saved: ScheduleState | undefined, schedule: Schedule | undefined): void {
  if (saved && !schedule)
    throw new Error("it has a schedule's state; pass the schedule, too, made as it was made then");
  if (schedule && !saved) throw new Error("it has no schedule's state; leave the schedule out, and make it afterwards");
}

/**
 * Puts everything where `saveCheckpoint` found it, the default generators included. The model, the optimizer and the
 * schedule are made as they were made then.
 * @param training what to put there
 * @returns the position to go on from
 * @throws Error naming the file when it is no checkpoint, or one of another model, optimizer or schedule; nothing has
 * been changed then
 */
export async function loadCheckpoint(path: string, training: Resumed): Promise<TrainingPosition> {
  checkArgument("loadCheckpoint", "path", path, aPath);
  checkOptions("loadCheckpoint", training, loadKinds);
  const { model, optimizer, schedule } = training;
  const { metadata, ...file } = await loadSafetensors(path);
  const tensors = await tensorsOn(backendOf(model), file.tensors);
  try {
    if (metadata.training === undefined) throw new Error("there is no training in it to go on with");
    const progress = JSON.parse(metadata.training) as Progress;
    const { epoch, done, seconds, reports, streams, generators, optimizer: state } = progress;
    const tally = progress.tally && (await tallyFrom(tensors, progress.tally));
    // All that can fail comes first: from the first change on, everything changes.
    const loadModel = model.prepareLoad(withoutPrefix(MODEL, tensors));
    const loadOptimizer = optimizer.prepareLoad(optimizerState(optimizer, state, withoutPrefix(OPTIMIZER, tensors)));
    checkSchedule(progress.schedule, schedule);
    checkGeneratorStates(generators);
    if (progress.schedule) schedule?.loadStateDict(progress.schedule);
    loadModel();
    loadOptimizer();
    setGeneratorStates(generators);
    return Object.assign(new TrainingPosition(), { epoch, done, seconds, reports, streams, tally });
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    releaseAll(tensors);
  }
}

/**
 * Puts a checkpoint's weights into a model, and nothing else.
 * @throws Error naming the file when it is no checkpoint, or one of another model; nothing has been changed then
 */
export async function loadWeights(path: string, model: AnyModule): Promise<void> {
  checkArgument("loadWeights", "path", path, aPath);
  checkArgument("loadWeights", "model", model, aModule);
  const file = await loadSafetensors(path);
  const tensors = await tensorsOn(backendOf(model), file.tensors);
  try {
    if (!Object.keys(tensors).some((name) => name.startsWith(MODEL))) {
      throw new Error(
        "this is no checkpoint. To load a file of weights alone: model.loadStateDict((await loadSafetensors(path)).tensors)",
      );
    }
    model.loadStateDict(withoutPrefix(MODEL, tensors));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    releaseAll(tensors);
  }
}
