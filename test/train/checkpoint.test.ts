/** Checkpoints: what they bring back, and what they refuse. */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import "../../src/tensor/methods.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors/bytes.js";
import { loadSafetensors, saveSafetensors } from "../../src/io/safetensors/file.js";
import { saveSealed } from "../../src/io/safetensors/sealed.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Linear } from "../../src/layers/linear.js";
import { mseLoss } from "../../src/layers/losses/mse-loss.js";
import { Sequential } from "../../src/layers/sequential.js";
import { Adam } from "../../src/optim/adam.js";
import { ReduceLROnPlateau } from "../../src/optim/schedules/reduce-lr-on-plateau.js";
import { StepLR } from "../../src/optim/schedules/step-lr.js";
import { SGD } from "../../src/optim/sgd.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { generatorStates } from "../../src/tensor/generator-states.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";
import {
  checkSavedSettings,
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  loadWeights,
  saveCheckpoint,
  savedReports,
  type Training,
} from "../../src/train/checkpoint.js";
import type { DataSource } from "../../src/train/data-source.js";
import { type FitOptions, fit } from "../../src/train/fit.js";
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
const train = ({ model, ...rest }: Whole, signal?: AbortSignal, onStep: () => unknown = () => {}) =>
  fit(model, { ...rest, train: TRAIN, epochs: 3, batchSize: 4, scheduleEvery: "step", signal, onStep });

const state = async ({ model, optimizer }: Training) => ({
  weights: await Promise.all(Object.values(model.stateDict()).map((value) => value.data())),
  lr: optimizer.lr,
});

it("training goes on from a checkpoint with the numbers that it would have had, after any step or before the first", async () => {
  const whole = training();
  const reports = await train(whole);
  const expected = await state(whole);
  expect(expected.lr).toBeLessThan(0.3);
  for (const steps of [0, 1, 2, 3, 5, 8]) {
    manualSeed(1);
    const path = join(root, `after-${steps}`);
    const begun = training();
    const controller = new AbortController();
    let left = steps;
    const stop = () => void (--left === 0 && controller.abort(new Error("enough")));
    if (steps > 0) await expect(train(begun, controller.signal, stop)).rejects.toThrow("enough");
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

describe("the bytes of a checkpoint", () => {
  it("are those of the file, and training goes on from them", async () => {
    const whole = training();
    await train(whole);
    const [path, expected] = [join(root, "of-bytes"), await state(whole)];
    manualSeed(1);
    const begun = training();
    const controller = new AbortController();
    let left = 5;
    let bytes = new Uint8Array();
    const stop = async () => {
      if (--left > 0) return;
      bytes = await encodeCheckpoint(begun);
      await saveCheckpoint(path, begun);
      controller.abort(new Error("enough"));
    };
    await expect(train(begun, controller.signal, stop)).rejects.toThrow("enough");
    expect(bytes).toEqual(new Uint8Array(await readFile(path)));
    manualSeed(99);
    const next = training();
    next.position = await decodeCheckpoint(bytes, next);
    expect([next.position.epoch, next.position.done]).toEqual([2, 8]);
    await train(next);
    expect(await state(next)).toEqual(expected);
  });

  it("are refused like files, without a path", async () => {
    const begun = training();
    const bytes = await encodeCheckpoint(begun);
    const damaged = bytes.slice();
    damaged[damaged.length - 1] ^= 1;
    const fresh = training();
    for (const [wrong, message] of [
      [damaged, /^decodeCheckpoint: not what was written, in model\.2\.1\.bias: the file was changed/],
      [bytes.subarray(0, 100), /^decodeCheckpoint: safetensors: a file of 100 bytes cannot hold a header of \d+$/],
      [await encodeSafetensors({ a: tensor(1) }), /^decodeCheckpoint: this is no checkpoint/],
      [
        "last.safetensors",
        /^decodeCheckpoint: bytes must be a Uint8Array, the bytes of a file, got "last\.safetensors"; read/,
      ],
    ] as const) {
      await expect(decodeCheckpoint(wrong as Uint8Array, fresh)).rejects.toThrow(message);
    }
    const { model, optimizer } = begun;
    await expect(decodeCheckpoint(bytes, { model, optimizer })).rejects.toThrow(
      "decodeCheckpoint: it has a schedule's state; pass the schedule, too",
    );
    await expect(encodeCheckpoint({ model, optimizer } as never)).rejects.toThrow(
      'encodeCheckpoint: the option "position" is missing; it must be a TrainingPosition',
    );
    const { optimizer: others, position } = training();
    await expect(encodeCheckpoint({ model, optimizer: others, position })).rejects.toThrow(
      "encodeCheckpoint: the optimizer holds none of the 4 parameters of Sequential",
    );
  });

  it("need what browsers give to pages of https alone, and say so", async () => {
    vi.stubGlobal("crypto", {});
    onTestFinished(() => void vi.unstubAllGlobals());
    await expect(encodeCheckpoint(training())).rejects.toThrow(
      "by crypto.subtle, which browsers give to pages of https://",
    );
  });
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

describe("the middle of an epoch", () => {
  it("of numbers is gone on from: there is a loss, and nothing of classes", async () => {
    const batches = [
      { inputs: tensor([[1], [2], [3]]), targets: tensor([[2], [4], [6]]) },
      { inputs: tensor([[4]]), targets: tensor([[9]]) },
    ];
    const begin = () => {
      const model = new Sequential(new Linear(1, 1, { generator: new Generator(3) }));
      return { model, optimizer: new SGD(model.parameters(), { lr: 0.01 }), position: new TrainingPosition() };
    };
    const on = ({ model, ...rest }: Training, changes: Partial<FitOptions<DataSource>> = {}) =>
      fit(model as Sequential, { ...rest, train: batches, loss: mseLoss, epochs: 1, ...changes });
    const [whole, begun, next] = [begin(), begin(), begin()];
    const [{ train }] = await on(whole);
    const onStep = () => Promise.reject(new Error("enough"));
    await expect(on(begun, { onStep })).rejects.toThrow("enough");
    const bytes = await encodeCheckpoint(begun);
    expect(Object.keys((await decodeSafetensors(bytes)).tensors)).toEqual(["model.0.weight", "model.0.bias"]);
    next.position = await decodeCheckpoint(bytes, next);
    expect(next.position.done).toBe(3);
    expect((await on(next))[0].train).toEqual(train);
    expect(await state(next)).toEqual(await state(whole));
  });

  it("may be the moment before its first step", async () => {
    const [begun, next, whole] = [training(), training(), training()];
    const failing = Object.assign(dataset([0, 1, 1, 0]), { batches: () => expect.fail("no photograph can be read") });
    const { model, ...rest } = begun;
    await expect(fit(model, { ...rest, train: failing, epochs: 3, batchSize: 4 })).rejects.toThrow("no photograph");
    expect(begun.position.tally).toBeDefined();
    next.position = await decodeCheckpoint(await encodeCheckpoint(begun), next);
    manualSeed(1);
    const reports = (await train(next)).map(({ train }) => train);
    manualSeed(1);
    expect(reports).toEqual((await train(whole)).map(({ train }) => train));
  });
});

it("nothing is left in memory", async () => {
  const begun = training();
  const other = classifier();
  const stop = () => Promise.reject(new Error("enough"));
  await expect(train(begun, undefined, stop)).rejects.toThrow("enough");
  const { backend } = begun.model.parameters()[0];
  const path = join(root, "memory");
  const before = backend.memory().storages;
  await saveCheckpoint(path, begun);
  expect(backend.memory().storages).toBe(before);
  await loadCheckpoint(path, begun);
  expect(backend.memory().storages).toBe(before);
  await loadWeights(path, begun.model);
  await expect(loadWeights(path, other)).rejects.toThrow("does not fit");
  expect(backend.memory().storages).toBe(before);
  await decodeCheckpoint(await encodeCheckpoint(begun), begun);
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
  const half = new SGD(begun.model.parameters().slice(0, 2), { momentum: 0.9 });
  await expect(loadCheckpoint(path, { model: begun.model, optimizer: half })).rejects.toThrow(
    `${path}: optimizer: it has steps of 4 parameters, the optimizer given has 2`,
  );
  await expect(loadWeights(path, new Sequential(new Dropout()))).rejects.toThrow(
    `${path}: loadStateDict: the state does not fit Sequential`,
  );
  await expect(loadWeights(path, model)).rejects.toThrow(`${path}: loadStateDict: the state does not fit Sequential`);
  await expect(loadCheckpoint(stray, begun)).rejects.toThrow(
    `${stray}: this is no checkpoint, or one that another program has written anew: it has no`,
  );
  await expect(loadCheckpoint(join(root, "missing"), begun)).rejects.toThrow("ENOENT");
});

it("the optimizer or the schedule of another model is saved with none, and gets none's state", async () => {
  const [begun, other] = [training(), training()];
  const path = join(root, "of-two");
  await saveCheckpoint(path, begun);
  const { model, optimizer, schedule, position } = begun;
  for (const [wrong, message] of [
    [
      { model, optimizer: other.optimizer, position },
      "the optimizer holds none of the 4 parameters of Sequential. Make it",
    ],
    [
      { model, optimizer, schedule: other.schedule, position },
      "the schedule sets the rate of another optimizer; make it",
    ],
  ] as const) {
    await expect(saveCheckpoint(join(root, "none"), wrong)).rejects.toThrow(`saveCheckpoint: ${message}`);
    await expect(loadCheckpoint(path, wrong)).rejects.toThrow(`loadCheckpoint: ${message}`);
  }
  expect(await readdir(root)).not.toContain("none");
  await expect(loadCheckpoint(path, { model, optimizer, schedule })).resolves.toEqual(position);
});

it("a folder with checkpoints in it is told by their names", async () => {
  const run = join(root, "run");
  await saveCheckpoint(join(run, "last.safetensors"), training());
  await saveCheckpoint(join(run, "best.safetensors"), training());
  const { model, optimizer, schedule } = training();
  const message = `${run}: it is a folder; name a file in it: best.safetensors, last.safetensors`;
  await expect(loadWeights(run, model)).rejects.toThrow(message);
  await expect(loadCheckpoint(run, { model, optimizer, schedule })).rejects.toThrow(message);
  await expect(loadSafetensors(run)).rejects.toThrow(message);
  expect(() => model.loadStateDict({})).toThrow("missing");
  const { tensors } = await loadSafetensors(join(run, "best.safetensors"));
  expect(() => model.loadStateDict(tensors)).toThrow(
    'the state has every name of Sequential, with "model." in front: a checkpoint has such names, and loadWeights(path, model) reads it',
  );
});

it("what does not fit changes nothing: not the model, the optimizer, the schedule, nor the generators", async () => {
  const begun = training();
  await train(begun);
  const path = join(root, "whole");
  await saveCheckpoint(path, begun);
  const fresh = training();
  const everything = async () => [await state(fresh), fresh.schedule.stateDict(), generatorStates()];
  const before = await everything();
  const { model, optimizer } = fresh;
  const timed = new StepLR(optimizer, { stepSize: 1 });
  const adam = new Adam(model.parameters());
  for (const [other, message] of [
    [{ model, optimizer: adam, schedule: new ReduceLROnPlateau(adam) }, 'the state has "momentum_buffer"'],
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
    "To load a file of weights alone: model.loadStateDict((await loadSafetensors(path)).tensors)",
  );
});

it("whatever decides the numbers besides is compared with what it was", async () => {
  const begun = training();
  const path = join(root, "settings");
  await saveCheckpoint(path, { ...begun, settings: { batchSize: 4, augment: { flip: 0.5 }, limit: undefined } });
  await loadCheckpoint(path, begun);
  await loadCheckpoint(path, { ...begun, settings: { augment: { flip: 0.5 }, batchSize: 4 } });
  await expect(
    loadCheckpoint(path, { ...begun, settings: { batchSize: 8, augment: { flip: 0.2 }, seed: 1 } }),
  ).rejects.toThrow(
    `${path}: it was saved with other settings: batchSize was 4 then, and is 8 now; augment: flip was 0.5 then, and is 0.2 ` +
      "now; seed was nothing then, and is 1 now. Put back what was, or begin anew",
  );
  // Groups that one of them does not have, and what JSON writes in another way.
  const saved = { augment: { flip: 0.5 }, teacher: null, data: { root: "faces" } };
  await saveCheckpoint(path, { ...begun, settings: saved });
  const data = { toJSON: () => saved.data };
  await loadCheckpoint(path, { ...begun, settings: { ...saved, data } });
  await expect(loadCheckpoint(path, { ...begun, settings: { teacher: { name: "a" }, data } })).rejects.toThrow(
    'other settings: augment was {"flip":0.5} then, and is nothing now; teacher was null then, and is {"name":"a"} now. Put',
  );
});

it("settings and reports are read without the tensors, and from nothing but a checkpoint", async () => {
  const begun = training();
  const [path, stray, crafted] = ["peeked", "none", "edited"].map((name) => join(root, name));
  const reports = await train(begun);
  await saveCheckpoint(path, { ...begun, settings: { seed: 1 } });
  expect(await savedReports(path)).toEqual(reports);
  await checkSavedSettings(path, { seed: 1 });
  await expect(checkSavedSettings(path, { seed: 2 })).rejects.toThrow(
    `${path}: it was saved with other settings: seed was 1 then, and is 2 now. Put back what was`,
  );
  await saveSafetensors(stray, { a: tensor([1]) });
  await saveSealed(crafted, { a: tensor([1]) }, { epoch: "0" });
  for (const [file, message] of [
    [stray, "this is no checkpoint"],
    [crafted, "epoch: expected >=1, got 0"],
  ]) {
    await expect(savedReports(file)).rejects.toThrow(`${file}: ${message}`);
    await expect(checkSavedSettings(file, {})).rejects.toThrow(`${file}: ${message}`);
  }
});

describe("damage", () => {
  /** Where the parts of a file are. */
  function partOf(bytes: Uint8Array, at: number): string {
    const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const digests = Buffer.from(bytes).indexOf('"sha256":');
    const tensors = Buffer.from(bytes).indexOf('"model.');
    if (at < 8) return "length of the header";
    if (at >= end) return "tensors";
    return at < digests ? "metadata" : at < tensors ? "digests" : "header";
  }

  it("of any one bit is refused", async () => {
    const begun = training();
    await train(begun);
    const [path, flipped] = [join(root, "intact"), join(root, "flipped")];
    await saveCheckpoint(path, begun);
    const bytes = await readFile(path);
    const random = new Generator(1);
    const parts = new Map<string, number>();
    for (let i = 0; i < 1000; i++) {
      // Every third one in the first bytes, which are few and decide everything.
      const at = i % 3 === 0 ? random.int(60) : random.int(bytes.length);
      const copy = Buffer.from(bytes);
      copy[at] ^= 1 << random.int(8);
      await writeFile(flipped, copy);
      const message = await loadWeights(flipped, begun.model).then(
        () => `bit of byte ${at} was not noticed`,
        (error: Error) => `${error.name} ${error.message}`,
      );
      expect(message).toContain(`FileError ${flipped}: `);
      parts.set(partOf(bytes, at), (parts.get(partOf(bytes, at)) ?? 0) + 1);
    }
    expect(Math.min(...parts.values())).toBeGreaterThan(10);
    expect([...parts.keys()].sort()).toEqual(["digests", "header", "length of the header", "metadata", "tensors"]);
    await loadWeights(path, begun.model);
  });

  it("is told by the name of what was damaged, and nothing has been changed then", async () => {
    const begun = training();
    await train(begun);
    const path = join(root, "damaged");
    await saveCheckpoint(path, begun);
    const bytes = await readFile(path);
    const fresh = training();
    const before = await state(fresh);
    const refusal = async (change: (copy: Buffer) => Buffer) => {
      await writeFile(path, change(Buffer.from(bytes)));
      return loadCheckpoint(path, fresh).then(
        () => "",
        (error: Error) => error.message,
      );
    };
    const replaced = (from: string, to: string) => (copy: Buffer) =>
      Buffer.from(copy.toString("latin1").replace(from, to), "latin1");
    const last = (copy: Buffer) => {
      copy[copy.length - 1] ^= 1;
      return copy;
    };
    expect(await refusal(last)).toMatch(
      /damaged: not what was written, in optimizer\.momentum_buffer\.\d+: the file was/,
    );
    expect(await refusal(replaced('"epoch":"4"', '"epoch":"5"'))).toContain(
      "not what was written, in epoch: the file was",
    );
    expect(await refusal(replaced('"sha256"', '"sha255"'))).toContain("it has no digests of what is in it");
    const memory = begun.model.parameters()[0].backend.memory().storages;
    expect(await refusal(replaced("model.2.1.weight", "model.2.1.weighs"))).toMatch(
      /not what was written, in model\.2\.1\.weigh/,
    );
    expect(begun.model.parameters()[0].backend.memory().storages).toBe(memory);
    expect(await state(fresh)).toEqual(before);
  });

  it("that has digests of its own is found by its form", async () => {
    const begun = training();
    await train(begun);
    const path = join(root, "crafted");
    await saveCheckpoint(path, begun);
    const { tensors, metadata } = await loadSafetensors(path);
    const { sha256: _, ...entries } = metadata;
    for (const [changes, message] of [
      [{ epoch: "1e400" }, "epoch: expected a whole number, got null"],
      [{ epoch: "0" }, "epoch: expected >=1, got 0"],
      [{ epoch: "{" }, "epoch: not JSON: Expected property name"],
      [{ done: "1.5" }, "done: expected a whole number, got 1.5"],
      [{ done: '"7"' }, 'done: expected number, got "7"'],
      [{ generators: '{"shuffel": []}' }, "generators.shuffel: there is no such field: was it edited?"],
      [{ generators: '{"shuffle": [1]}' }, "generators.shuffle.1: missing"],
      [{ generators: '{"shuffle": [0, 0, 0, 0, 0, 0, 5]}' }, "generators.shuffle.6: expected <=4, got 5"],
      [{ generators: '{"shuffle": [0, 0, 0, 0, 0, 0, 0]}' }, "generators.shuffle.6: expected >=1, got 0"],
      [{ generators: '{"shuffle": [0, 0, 0, 0, 7, 0, 4]}' }, "generators.shuffle.4: expected 0, got 7"],
      [{ generators: '{"shuffle": [0, 0, 0, 0, 0, 7, 4]}' }, "generators.shuffle.5: expected 0, got 7"],
      [{ reports: '[{"epoch": 1}]' }, "reports.0.epochs: missing"],
      [{ generators: '{"shuffle": [4294967296, 0, 0, 0, 0, 0, 1]}' }, "generators.shuffle.0: expected <=4294967295"],
      [{ reports: '[{"epoch": 1, "epochs": 1, "train": {}}]' }, "reports.0.train.loss: missing"],
      [{ reports: "null" }, "reports: expected Array, got null"],
      [{ optimizer: "7" }, "optimizer: expected Object, got 7"],
      [{ schedule: '{"bad": "x"}' }, 'schedule.bad: expected number, got "x"'],
      [{ tally: '{"loss": 1, "classes": 2}' }, "tally.outputs: missing"],
      [{ streams: '{"shuffle": 3}' }, "streams.shuffle: expected Array, got 3"],
      [{ seconds: "-1" }, "seconds: expected >=0, got -1"],
    ] as const) {
      await saveSealed(path, tensors, { ...entries, ...changes });
      await expect(loadCheckpoint(path, training())).rejects.toThrow(`${path}: ${message}`);
    }
    const tally = { "tally.outputs": zeros([2, 2]), "tally.labels": zeros([3]) };
    await saveSealed(path, { ...tensors, ...tally }, { ...entries, tally: '{"loss": 1, "classes": 2}' });
    await expect(loadCheckpoint(path, training())).rejects.toThrow(
      `${path}: tally.outputs: 4 numbers for 3 labels and 2 classes`,
    );
    // What another program has written down beside it is none of ours.
    await saveSealed(path, tensors, { ...entries, note: "after the holidays" });
    await expect(loadCheckpoint(path, training())).resolves.toEqual(begun.position);
    for (const name of ["epoch", "done", "seconds", "reports", "generators", "optimizer"] as const) {
      const { [name]: __, ...rest } = entries;
      await saveSealed(path, tensors, rest);
      await expect(loadCheckpoint(path, training())).rejects.toThrow(`${path}: ${name}: missing`);
    }
  });
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
