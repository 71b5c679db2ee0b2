/** Checkpoints: all that training needs to go on, in one safetensors file. */

import { inFile } from "../file-error.js";
import { outputOf } from "../io/checked.js";
import { optimizerState, optimizerTensors } from "../io/optimizer-state.js";
import { loadSealed, loadSealedMetadata, saveSealed } from "../io/safetensors/sealed.js";
import { tensorsOn } from "../io/tensors-on.js";
import { type AnyModule, aModule, type StateDict } from "../layers/module.js";
import { anOptimizer, type Optimizer } from "../optim/optimizer.js";
import { aSchedule, type Schedule, type ScheduleState } from "../optim/schedules/schedule.js";
import {
  aPath,
  aPlainObject,
  checkArgument,
  checkOptions,
  type Kind,
  needed,
  type OptionKinds,
} from "../tensor/arguments.js";
import type { Backend } from "../tensor/backend/backend.js";
import { currentBackend } from "../tensor/backend/current-backend.js";
import { tensor } from "../tensor/factories/from-values.js";
import { generatorStates, STREAMS, setGeneratorStates } from "../tensor/random.js";
import { checkHolds, checkSchedules } from "./belongs.js";
import { aPosition, TrainingPosition } from "./position.js";
import { checkSettings, type Settings } from "./settings.js";
import { Tally } from "./tally.js";
import { encodeState, type TrainingState } from "./training-state.js";

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
  /**
   * Whatever decides its numbers besides, as JSON has it: `{ batchSize: 64, seed: 1 }`. Going on with others is an error
   * that names what differs.
   */
  settings?: Settings;
}

/** What `loadCheckpoint` changes; a position is passed over, as the file has one. */
type Resumed = Omit<Training, "position"> & Partial<Training>;

const loadKinds: OptionKinds<Resumed> = {
  model: needed(aModule),
  optimizer: needed(anOptimizer),
  schedule: aSchedule,
  position: aPosition,
  settings: aPlainObject as Kind<Settings>,
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

/**
 * Compares settings before anything else is read.
 * @throws FileError when the file is no checkpoint, or naming each setting that is not what it was
 */
export async function checkSavedSettings(path: string, settings: Settings): Promise<void> {
  const saved = await stateOf(await loadSealedMetadata(path), path);
  try {
    checkSettings(saved.settings, settings);
  } catch (error) {
    throw inFile(path, error);
  }
}

/**
 * Internal: the reports of the epochs that were over when a checkpoint was saved.
 * @throws FileError when the file is no checkpoint
 */
export async function savedReports(path: string): Promise<TrainingState["reports"]> {
  return (await stateOf(await loadSealedMetadata(path), path)).reports;
}

function releaseAll(tensors: StateDict): void {
  for (const value of Object.values(tensors)) value.dispose();
}

/**
 * Writes a file that is whole or not there: the model's tensors as `model.NAME`, the optimizer's as
 * `optimizer.NAME.INDEX`, and what the model said of classes so far in this epoch, if anything, as `tally.outputs`
 * and `tally.labels`. Numbers and generators are in the metadata, with a SHA-256 digest of each tensor and each entry. All of it is as it is at the call, whatever happens while
 * the file is written.
 * @param training what to save
 * @throws Error when the optimizer or the schedule is another model's
 */
export async function saveCheckpoint(path: string, training: Training): Promise<void> {
  checkArgument("saveCheckpoint", "path", path, aPath);
  checkOptions("saveCheckpoint", training, saveKinds);
  const { model, optimizer, schedule, position, settings } = training;
  checkHolds("saveCheckpoint", model, optimizer);
  checkSchedules("saveCheckpoint", schedule, optimizer);
  const state = optimizer.stateDict();
  const { epoch, done, seconds, reports, streams } = position;
  const tally = position.tally?.state();
  const metadata = encodeState({
    epoch,
    done,
    seconds,
    reports,
    streams,
    tally: tally && { loss: tally.loss, classes: tally.classes },
    generators: generatorStates(),
    optimizer: { lr: state.lr, steps: state.steps },
    schedule: schedule?.stateDict(),
    settings,
  });
  const tensors: StateDict = {
    ...withPrefix(MODEL, model.stateDict()),
    ...withPrefix(OPTIMIZER, optimizerTensors(state)),
  };
  if (tally && tally.labels.length > 0) {
    tensors["tally.outputs"] = tensor(Float32Array.from(tally.outputs), [tally.labels.length, tally.classes]);
    tensors["tally.labels"] = tensor(Float32Array.from(tally.labels));
  }
  try {
    await saveSealed(path, tensors, metadata);
  } finally {
    releaseAll(tensors);
  }
}

/** @throws Error when the tally's tensors are not there, or not of its size */
async function tallyFrom(
  tensors: StateDict,
  { loss, classes }: { loss: number; classes: number },
  count: number,
): Promise<Tally> {
  if (classes === 0) return new Tally({ loss, classes, count });
  const [outputs, labels] = ["tally.outputs", "tally.labels"].map((name) => {
    if (!Object.hasOwn(tensors, name)) throw new Error(`${name}: missing`);
    return tensors[name];
  });
  if (outputs.size !== labels.size * classes) {
    throw new Error(`tally.outputs: ${outputs.size} numbers for ${labels.size} labels and ${classes} classes`);
  }
  return new Tally({ loss, classes, count, outputs: await outputs.data(), labels: await labels.data() });
}

/** Where the model is: the tensors of a file come to the current backend, which may be another one. */
function backendOf(model: AnyModule): Backend {
  return model.parameters()[0]?.backend ?? currentBackend();
}

/** What does not fit is said with the part of the checkpoint that it is in. */
function inPart<T>(part: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    throw new Error(`${part}: ${(error as Error).message}`, { cause: error });
  }
}

/** @throws Error when the optimizer has another number of parameters */
function checkSteps(saved: readonly number[], { parameters }: Optimizer): void {
  if (saved.length === parameters.length) return;
  throw new Error(`it has steps of ${saved.length} parameters, the optimizer given has ${parameters.length}`);
}

/**
 * Internal: what a checkpoint's metadata says.
 * @throws FileError naming the file and the field that is not as it should be
 */
export async function stateOf(metadata: Readonly<Record<string, string>>, path: string): Promise<TrainingState> {
  const { decodeState } = await import("./training-state-schema.js");
  return outputOf(path, decodeState(metadata, STREAMS));
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
 * @throws Error when the optimizer given is another model's, or the schedule another optimizer's
 * @throws FileError when the file was changed or damaged, is no checkpoint, or one of another model, optimizer, schedule
 * or other settings; nothing has been changed then
 */
export async function loadCheckpoint(path: string, training: Resumed): Promise<TrainingPosition> {
  checkArgument("loadCheckpoint", "path", path, aPath);
  checkOptions("loadCheckpoint", training, loadKinds);
  const { model, optimizer, schedule, settings } = training;
  checkHolds("loadCheckpoint", model, optimizer);
  checkSchedules("loadCheckpoint", schedule, optimizer);
  const { metadata, ...file } = await loadSealed(path);
  const tensors = await tensorsOn(backendOf(model), file.tensors);
  try {
    const state = await stateOf(metadata, path);
    const { epoch, done, seconds, reports, streams, generators } = state;
    const tally = state.tally && (await tallyFrom(tensors, state.tally, done));
    // All that can fail comes first: from the first change on, everything changes.
    checkSettings(state.settings, settings);
    const loadModel = model.prepareLoad(withoutPrefix(MODEL, tensors));
    const loadOptimizer = inPart("optimizer", () => {
      checkSteps(state.optimizer.steps, optimizer);
      return optimizer.prepareLoad(optimizerState(optimizer, state.optimizer, withoutPrefix(OPTIMIZER, tensors)));
    });
    checkSchedule(state.schedule, schedule);
    inPart("schedule", () => state.schedule && schedule?.loadStateDict(state.schedule));
    loadModel();
    loadOptimizer();
    setGeneratorStates(generators);
    return Object.assign(new TrainingPosition(), { epoch, done, seconds, reports, streams, tally });
  } catch (error) {
    throw inFile(path, error);
  } finally {
    releaseAll(tensors);
  }
}

/**
 * Puts a checkpoint's weights into a model, and nothing else.
 * @throws FileError when the file was changed or damaged, is no checkpoint, or one of another model; nothing has been
 * changed then
 */
export async function loadWeights(path: string, model: AnyModule): Promise<void> {
  checkArgument("loadWeights", "path", path, aPath);
  checkArgument("loadWeights", "model", model, aModule);
  const file = await loadSealed(path);
  const tensors = await tensorsOn(backendOf(model), file.tensors);
  try {
    model.loadStateDict(withoutPrefix(MODEL, tensors));
  } catch (error) {
    throw inFile(path, error);
  } finally {
    releaseAll(tensors);
  }
}
