/** Checkpoints: what they bring back, and what they refuse. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { saveSafetensors } from "../../src/io/safetensors/file.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Sequential } from "../../src/layers/sequential.js";
import { Adam } from "../../src/optim/adam.js";
import { ReduceLROnPlateau, StepLR } from "../../src/optim/schedules.js";
import { SGD } from "../../src/optim/sgd.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { generatorStates, manualSeed } from "../../src/tensor/random.js";
import { tensor, zeros } from "../../src/tensor/tensor.js";
import { loadCheckpoint, loadWeights, saveCheckpoint, type Training } from "../../src/train/checkpoint.js";
import { fit } from "../../src/train/fit.js";
import { TrainingPosition } from "../../src/train/position.js";
import { classifier, dataset } from "./tiny-data.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  await useBackend("js");
  manualSeed(1);
});

type Whole = Training & { model: Sequential; schedule: ReduceLROnPlateau };

/** A rate that falls with every loss that is not smaller, and a velocity: both have to be remembered. */
function training(): Whole {
  const model = new Sequential(new BatchNorm2d(3), new Dropout(0.3), classifier());
  const optimizer = new SGD(model.parameters(), { lr: 0.3, momentum: 0.9 });
  const schedule = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5 });
  return { model, optimizer, schedule, position: new TrainingPosition() };
}

const TRAIN = dataset([0, 1, 1, 0, 1, 0, 0, 1, 1, 0]);

/** To the end of epoch 3, or until `signal`; the schedule looks at each batch. */
const train = ({ model, ...rest }: Whole, signal?: AbortSignal, onStep = () => {}) =>
  fit(model, { ...rest, train: TRAIN, epochs: 3, batchSize: 4, scheduleEvery: "step", signal, onStep });

const state = async ({ model, optimizer }: Training) => ({
  weights: await Promise.all(Object.values(model.stateDict()).map((value) => value.data())),
  lr: optimizer.lr,
});

it("training goes on from a checkpoint with the numbers that it would have had, after any step", async () => {
  const whole = training();
  const reports = await train(whole);
  const expected = await state(whole);
  expect(expected.lr).toBeLessThan(0.3);
  for (const steps of [1, 2, 3, 5, 8]) {
    manualSeed(1);
    const path = join(root, `after-${steps}`);
    const begun = training();
    const controller = new AbortController();
    let left = steps;
    const stop = () => void (--left === 0 && controller.abort(new Error("enough")));
    await expect(train(begun, controller.signal, stop)).rejects.toThrow("enough");
    await saveCheckpoint(path, begun);
    // Another process would have drawn other numbers.
    manualSeed(99);
    const next = training();
    next.position = await loadCheckpoint(path, next);
    const rest = await train(next);
    expect(await state(next)).toEqual(expected);
    expect(rest.map(({ train }) => train)).toEqual(reports.map(({ train }) => train));
    expect(rest.map(({ lr }) => lr)).toEqual(reports.map(({ lr }) => lr));
  }
});

it("a model takes the weights alone", async () => {
  const begun = training();
  await train(begun);
  const path = join(root, "weights");
  await saveCheckpoint(path, begun);
  const other = training();
  await loadWeights(path, other.model);
  expect((await state(other)).weights).toEqual((await state(begun)).weights);
  expect(other.optimizer.lr).toBe(0.3);
});

it("nothing is left in memory", async () => {
  const begun = training();
  await train(begun);
  const { backend } = begun.model.parameters()[0];
  const path = join(root, "memory");
  const before = backend.memory().storages;
  await saveCheckpoint(path, begun);
  await loadCheckpoint(path, begun);
  expect(backend.memory().storages).toBe(before);
  expect((await readdir(root)).filter((name) => name.includes("unfinished"))).toEqual([]);
});

it("what does not fit is an error that names the file", async () => {
  const begun = training();
  await train(begun);
  const [path, stray] = [join(root, "fits"), join(root, "stray")];
  await saveCheckpoint(path, begun);
  await saveSafetensors(stray, { a: tensor([1]) });
  const model = classifier();
  const optimizer = new SGD(model.parameters());
  await expect(loadCheckpoint(path, { model, optimizer })).rejects.toThrow(
    `${path}: loadStateDict: the state does not fit`,
  );
  const other = { model: begun.model, optimizer: new Adam(begun.model.parameters()) };
  await expect(loadCheckpoint(path, other)).rejects.toThrow('the state has "momentum_buffer"');
  await expect(loadWeights(path, model)).rejects.toThrow(`${path}: loadStateDict: the state does not fit Sequential`);
  await expect(loadCheckpoint(stray, begun)).rejects.toThrow(`${stray}: there is no training in it to go on with`);
  await expect(loadCheckpoint(join(root, "missing"), begun)).rejects.toThrow("ENOENT");
});

it("what does not fit changes nothing: not the model, the optimizer, the schedule, nor the generators", async () => {
  const begun = training();
  await train(begun);
  const path = join(root, "whole");
  await saveCheckpoint(path, begun);
  const fresh = training();
  const everything = async () => [await state(fresh), fresh.schedule.stateDict(), generatorStates()];
  const before = await everything();
  const { model, optimizer, schedule } = fresh;
  const timed = new StepLR(optimizer, { stepSize: 1 });
  for (const [other, message] of [
    [{ model, optimizer: new Adam(model.parameters()), schedule }, 'the state has "momentum_buffer"'],
    [{ model, optimizer, schedule: timed }, "StepLR.loadStateDict: expected a state of t and base, got bad and best"],
    [{ model, optimizer }, "it has a schedule's state; pass the schedule, too"],
  ] as const) {
    await expect(loadCheckpoint(path, other)).rejects.toThrow(message);
    expect(await everything()).toEqual(before);
  }
  const plain = join(root, "plain");
  await saveCheckpoint(plain, { model, optimizer, position: new TrainingPosition() });
  await expect(loadCheckpoint(plain, fresh)).rejects.toThrow("it has no schedule's state; leave the schedule out");
});

it("a file of weights alone is told from a checkpoint", async () => {
  const path = join(root, "alone");
  const model = classifier();
  await saveSafetensors(path, model.stateDict());
  await expect(loadWeights(path, model)).rejects.toThrow(
    "this is no checkpoint. To load a file of weights alone: model.loadStateDict((await loadSafetensors(path)).tensors)",
  );
});

it("a model on another backend than the current one gets its numbers there", async () => {
  const begun = training();
  await train(begun);
  const path = join(root, "elsewhere");
  await saveCheckpoint(path, begun);
  const next = training();
  await useBackend("wasm");
  const before = memory().storages;
  await loadCheckpoint(path, next);
  expect(await state(next)).toEqual(await state(begun));
  expect(memory().storages).toBe(before);
});

it("has the numbers of the moment of the call, and nobody has to wait", async () => {
  const begun = training();
  await train(begun);
  const [path, expected] = [join(root, "moment"), await state(begun)];
  const saving = saveCheckpoint(path, begun);
  for (const parameter of begun.model.parameters()) parameter.copyFrom(zeros(parameter.shape));
  begun.optimizer.lr = 9;
  await saving;
  const next = training();
  await loadCheckpoint(path, next);
  expect(await state(next)).toEqual(expected);
});
