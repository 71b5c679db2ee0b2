/** Checkpoints: all that training needs to go on, in one safetensors file or the bytes of one. */

import { inFile } from "../file-error.js";
import { checkedValue } from "../io/checked.js";
import { optimizerState, optimizerTensors } from "../io/optimizer-state.js";
import type { SafetensorsFile } from "../io/safetensors/bytes.js";
import { decodeSealed, encodeSealed, loadSealed, loadSealedMetadata, saveSealed } from "../io/safetensors/sealed.js";
import { tensorsOn } from "../io/tensors-on.js";
import { backendOf } from "../layers/backend-of.js";
import { type AnyModule, aModule } from "../layers/module.js";
import type { StateDict } from "../layers/state-dict.js";
import { anOptimizer, type Optimizer } from "../optim/optimizer.js";
import { aSchedule, type Schedule, type ScheduleState } from "../optim/schedules/schedule.js";
import {
  aPlainObject,
  checkArgument,
  checkOptions,
  type Kind,
  needed,
  type OptionKinds,
  refuseMore,
} from "../tensor/arguments.js";
import { tensor } from "../tensor/factories/from-values.js";
import { generatorStates, setGeneratorStates } from "../tensor/generator-states.js";
import { aPath, bytes as someBytes } from "../tensor/kinds.js";
import { STREAMS } from "../tensor/random.js";
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

/** What a checkpoint changes; a position is passed over, as the checkpoint has one. */
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
 * What a file's metadata says, without a look at its tensors.
 * @throws FileError when the file is no checkpoint
 */
async function savedState(path: string): Promise<TrainingState> {
  const metadata = await loadSealedMetadata(path);
  try {
    return await stateOf(metadata);
  } catch (error) {
    throw inFile(path, error);
  }
}

/**
 * Compares settings before anything else is read.
 * @throws FileError when the file is no checkpoint, or naming each setting that is not what it was
 */
export async function checkSavedSettings(path: string, settings: Settings): Promise<void> {
  const saved = await savedState(path);
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
  return (await savedState(path)).reports;
}

function releaseAll(tensors: StateDict): void {
  for (const value of Object.values(tensors)) value.dispose();
}

/** @throws Error when the optimizer or the schedule is another model's */
function checkBelongs(who: string, { model, optimizer, schedule }: Resumed): void {
  checkHolds(who, model, optimizer);
  checkSchedules(who, schedule, optimizer);
}

/** All that is saved. The tensors are for the caller to dispose of. */
function contentOf({ model, optimizer, schedule, position, settings }: Training): SafetensorsFile {
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
  if (tally && tally.classes > 0) {
    tensors["tally.outputs"] = tensor(Float32Array.from(tally.outputs), [tally.labels.length, tally.classes]);
    tensors["tally.labels"] = tensor(Float32Array.from(tally.labels));
  }
  return { tensors, metadata };
}

/**
 * Does something with all that is saved, as it is at the call.
 * @throws Error when the optimizer or the schedule is another model's
 */
async function withContent<T>(
  who: string,
  training: Training,
  use: (content: SafetensorsFile) => Promise<T>,
): Promise<T> {
  checkOptions(who, training, saveKinds);
  checkBelongs(who, training);
  const content = contentOf(training);
  try {
    return await use(content);
  } finally {
    releaseAll(content.tensors);
  }
}

/**
 * Writes a file that is whole or not there: the model's tensors as `model.NAME`, the optimizer's as `optimizer.NAME.INDEX`,
 * and what the model said of classes so far in this epoch, if anything, as `tally.outputs` and `tally.labels`. Numbers and
 * generators are in the metadata, with a SHA-256 digest of each tensor and each entry. All of it is as it is at the call,
 * whatever happens while the file is written.
 * @param training what to save
 * @throws Error when the optimizer or the schedule is another model's
 */
export async function saveCheckpoint(path: string, training: Training): Promise<void> {
  checkArgument("saveCheckpoint", "path", path, aPath);
  await withContent("saveCheckpoint", training, ({ tensors, metadata }) => saveSealed(path, tensors, metadata));
}

/**
 * The bytes of the file that `saveCheckpoint` writes, for a place that is no file: a browser's storage, a download. After any
 * step, as `onStep` is called; `decodeCheckpoint` and `loadCheckpoint` read them.
 * @param training what to save, as it is at the call
 * @throws Error when the optimizer or the schedule is another model's
 */
export function encodeCheckpoint(training: Training): Promise<Uint8Array<ArrayBuffer>> {
  return withContent("encodeCheckpoint", training, ({ tensors, metadata }) => encodeSealed(tensors, metadata));
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
 * @throws Error naming the field that is not as it should be
 */
export async function stateOf(metadata: Readonly<Record<string, string>>): Promise<TrainingState> {
  const { decodeState } = await import("./training-state-schema.js");
  return checkedValue(decodeState(metadata, STREAMS));
}

/** @throws Error when a schedule is there on one side only: the rate would not go on as it did */
function loadSchedule(saved: ScheduleState | undefined, schedule: Schedule | undefined): void {
  if (saved && schedule) inPart("schedule", () => schedule.loadStateDict(saved));
  else if (saved) throw new Error("it has a schedule's state; pass the schedule, too, made as it was made then");
  else if (schedule) throw new Error("it has no schedule's state; leave the schedule out, and make it afterwards");
}

/**
 * Puts everything where a checkpoint has it.
 * @throws Error when it is one of another model, optimizer, schedule or other settings; nothing has been changed then
 */
async function resume(file: SafetensorsFile, training: Resumed): Promise<TrainingPosition> {
  const { model, optimizer, schedule, settings } = training;
  const tensors = await tensorsOn(backendOf(model), file.tensors);
  try {
    const state = await stateOf(file.metadata);
    const { epoch, done, seconds, reports, streams, generators } = state;
    const tally = state.tally && (await tallyFrom(tensors, state.tally, done));
    // All that can fail comes first: from the first change on, everything changes.
    checkSettings(state.settings, settings);
    const loadModel = model.prepareLoad(withoutPrefix(MODEL, tensors));
    const loadOptimizer = inPart("optimizer", () => {
      checkSteps(state.optimizer.steps, optimizer);
      return optimizer.prepareLoad(optimizerState(optimizer, state.optimizer, withoutPrefix(OPTIMIZER, tensors)));
    });
    loadSchedule(state.schedule, schedule);
    loadModel();
    loadOptimizer();
    setGeneratorStates(generators);
    return Object.assign(new TrainingPosition(), { epoch, done, seconds, reports, streams, tally });
  } finally {
    releaseAll(tensors);
  }
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
  checkBelongs("loadCheckpoint", training);
  const file = await loadSealed(path);
  try {
    return await resume(file, training);
  } catch (error) {
    throw inFile(path, error);
  }
}

/**
 * The same from the bytes of such a file, which `encodeCheckpoint` gives.
 * @param bytes all of the file
 * @param training what to put there
 * @returns the position to go on from
 * @throws Error when the optimizer given is another model's, the schedule another optimizer's, or the bytes were changed or
 * damaged, are no checkpoint, or one of another model, optimizer, schedule or other settings; nothing has been changed then
 */
export async function decodeCheckpoint(bytes: Uint8Array, training: Resumed): Promise<TrainingPosition> {
  checkArgument("decodeCheckpoint", "bytes", bytes, someBytes);
  checkOptions("decodeCheckpoint", training, loadKinds);
  checkBelongs("decodeCheckpoint", training);
  try {
    return await resume(await decodeSealed(bytes), training);
  } catch (error) {
    throw new Error(`decodeCheckpoint: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Puts a checkpoint's weights into a model, and nothing else.
 * @throws FileError when the file was changed or damaged, is no checkpoint, or one of another model; nothing has been
 * changed then
 */
export async function loadWeights(path: string, model: AnyModule, ...more: never[]): Promise<void> {
  refuseMore("loadWeights(path, model)", more);
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
