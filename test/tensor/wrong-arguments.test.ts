/** Every exported function, constructor and method, given in turn at each place whatever JavaScript may hand over. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as torchlet from "../../src/index.js";
import {
  type CallCase,
  fullest,
  given,
  inputsOf,
  layerCalls,
  layerOf,
  lossCalls,
  operationCalls,
} from "../check-calls.js";
import { png } from "../data/photographs.js";

const { tensor, zeros, ones, Linear, ImageDataset, SGD, Adam, Parameter } = torchlet;

const folder = mkdtempSync(join(tmpdir(), "wrong-arguments-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Functions = {
  [Name in keyof typeof torchlet]: (typeof torchlet)[Name] extends (...inputs: never) => unknown ? Name : never;
}[keyof typeof torchlet];

type Classes = {
  [Name in keyof typeof torchlet]: (typeof torchlet)[Name] extends abstract new (
    ...inputs: never
  ) => unknown
    ? Name
    : never;
}[keyof typeof torchlet];

// ---- what would be right -----------------------------------------------------------------------

const image = () => ones([1, 3, 8, 8]);
const model = () => new torchlet.Sequential(new torchlet.Conv2d(3, 2, 3), torchlet.flatten, new Linear(72, 2));
const optimizer = () => new SGD(new Linear(2, 2).parameters());
const scores = () =>
  tensor([
    [0.1, 0.9],
    [0.8, 0.2],
  ]);
const options = {};
const labels = () => [0, 1];
const likely = () => [0.2, 0.8];
const picture = () => ({ width: 2, height: 2, data: new Uint8Array(12) });
const file = () => new Blob([png as BlobPart]);
const dataset = () =>
  new ImageDataset({
    pixels: new Uint8Array(4 * 3 * 64),
    labels: Int32Array.from([0, 1, 0, 1]),
    size: 8,
    classes: ["no", "yes"],
  });
const table = () => new torchlet.TensorDataset({ inputs: [[1], [2]], targets: [[1], [2]] });
const texts = () => new torchlet.CsvTable(["a", "b"], [["1", "x"]]);
const photographs = () => [
  {
    ...{ pixels: new Uint8Array(3), labels: Int32Array.from([0]), size: 1, classes: ["a"] },
    ...{ folder, files: ["a"], widths: Int32Array.from([1]), heights: Int32Array.from([1]), skipped: [] },
  },
];
const path = () => join(folder, "file.safetensors");
const graph = () => new Parameter(tensor([1, 2])).mul(2).sum();
const withGradients = () => {
  const layer = new Linear(2, 2);
  layer
    .forward(ones([1, 2]))
    .sum()
    .backward();
  return layer.parameters();
};
const channel = () => ones([3]);
const moments = () => ({ mean: zeros([3]), variance: ones([3]) });
const one = () => [tensor([1, 2])];
const two = () => [tensor([1, 2]), tensor([3, 4])];
const reduction = () => [ones([2, 3]), 1, options];
const draws = () => [[2, 3], options];
const training = () => {
  const net = new Linear(2, 2);
  return { model: net, optimizer: new SGD(net.parameters()), position: new torchlet.TrainingPosition() };
};
const fitting = () => {
  const net = model();
  return [net, { optimizer: new SGD(net.parameters()), train: dataset(), epochs: 1, batchSize: 4 }];
};

const searching = () => {
  const net = model();
  return [net, { optimizer: new SGD(net.parameters()), train: dataset(), batchSize: 4, steps: 2 }];
};

/** What each function may be given that test/fixtures/calls does not call. */
const calls: Partial<Record<Exclude<Functions, Classes>, () => unknown[]>> = {
  abs: one,
  accuracy: () => [labels(), labels()],
  add: two,
  argMax: reduction,
  auc: () => [{ fpr: [0, 1], tpr: [0, 1], thresholds: [Infinity, 0] }],
  averagePrecision: () => [{ precision: [1, 1], recall: [0, 1], thresholds: [Infinity, 0] }],
  avgPool2d: () => [image(), 2, options],
  backends: () => [],
  backward: () => [graph(), tensor(1), options],
  batchNorm: () => [
    image(),
    { weight: channel(), bias: channel(), runningMean: channel(), runningVar: channel(), training: true },
  ],
  bceWithLogits: () => [scores(), scores(), options],
  bestEpoch: () => [[], "loss"],
  bootstrapInterval: () => [3, () => 1, options],
  brierScore: () => [likely(), labels()],
  calibrationCurve: () => [likely(), labels(), options],
  cat: () => [two(), 0],
  clamp: () => [tensor([1, 2]), 0, 1],
  classificationReport: () => [labels(), labels(), 2],
  clipGradNorm: () => [withGradients(), 1],
  clipGradValue: () => [withGradients(), 1],
  clone: one,
  confusionMatrix: () => [labels(), labels(), 2],
  consoleProgress: () => [],
  conv2d: () => [image(), ones([2, 3, 3, 3]), options],
  crossEntropy: () => [scores(), labels(), options],
  decodeCheckpoint: () => [new Uint8Array(20), training()],
  decodeCsv: () => ["a,b\n1,2", options],
  decodeIdx: () => [new Uint8Array(3)],
  decodeImage: () => [new Uint8Array(3), options],
  decodeSafetensors: () => [new Uint8Array(20), options],
  defaultGenerator: () => ["init"],
  detectAnomaly: () => [() => 1],
  div: two,
  droppedFiles: () => [[]],
  dropout: () => [tensor([1, 2]), 0.5, options],
  encodeCheckpoint: () => [training()],
  encodeSafetensors: () => [{ a: tensor([1]) }, {}],
  eq: two,
  errorRate: () => [labels(), labels()],
  evaluate: () => [model(), dataset(), options],
  exp: one,
  expand: () => [ones([2, 1]), [2, 3]],
  expectedCalibrationError: () => [[{ from: 0, to: 1, count: 1, predicted: 0.5, observed: 1 }]],
  exportOnnx: () => [model(), { inputShape: [3, 8, 8] }],
  f1: () => [labels(), labels()],
  featureMaps: () => [model(), image(), options],
  filesToDataset: () => [[{ path: "a/1.png", file: file() }], { size: 2 }],
  filterPictures: () => [ones([2, 3, 3, 3]), options],
  findDuplicates: () => [{ train: dataset() }, options],
  findLearningRate: searching,
  fit: fitting,
  flatten: () => [image(), 1, -1],
  full: () => [[2], 1, options],
  gelu: one,
  gradCam: () => [model(), image(), [0], options],
  gradcheck: () => [(x = tensor([1, 2])) => x.mul(x), [tensor([1, 2], [2], { requiresGrad: true })], options],
  heatPicture: () => [picture(), { height: 1, width: 1, values: Float32Array.of(1) }, options],
  imageFrom: () => [file(), options],
  imageToRgba: () => [picture()],
  imageToTensor: () => [picture()],
  imagesToDataset: () => [[picture()], { labels: [0], classes: ["a"] }],
  indexSelect: () => [ones([2, 3]), 1, [0, 2]],
  isGradEnabled: () => [],
  kaimingUniform: () => [[2, 3], new torchlet.Generator(1)],
  leakyRelu: () => [tensor([1, 2]), 0.1],
  loadCsv: () => [path(), options],
  loadIdx: () => [path()],
  loadCheckpoint: () => [path(), training()],
  loadOptimizer: () => [path(), optimizer()],
  loadSafetensors: () => [path(), options],
  loadWeights: () => [path(), model()],
  log: one,
  logSoftmax: () => [scores(), 1],
  manualSeed: () => [1],
  mapPictures: () => [ones([2, 2, 2])],
  matmul: () => [ones([2, 3]), ones([3, 2]), options],
  max: reduction,
  maxPool2d: () => [image(), 2, options],
  maximum: two,
  mcnemar: () => [labels(), labels(), labels()],
  mean: reduction,
  meanAbsoluteError: () => [likely(), labels()],
  memory: () => [],
  min: reduction,
  minimum: two,
  moments: () => [image()],
  mseLoss: () => [scores(), scores(), options],
  mul: two,
  multilabelReport: () => [likely(), labels(), 2, options],
  neg: one,
  nllLoss: () => [torchlet.logSoftmax(scores(), 1), labels(), options],
  noGrad: () => [() => 1],
  normalize: () => [image(), moments(), options],
  occlusionMap: () => [model(), ones([3, 8, 8]), 0, options],
  ones: draws,
  openSplits: () => [folder, { size: 8 }],
  pad: () => [image(), [1, 1], options],
  permute: () => [ones([2, 3]), [1, 0]],
  pow: () => [tensor([1, 2]), 2],
  predict: () => [model(), dataset(), options],
  precision: () => [labels(), labels()],
  precisionRecallCurve: () => [likely(), labels()],
  r2Score: () => [likely(), labels()],
  rand: draws,
  randn: draws,
  recordTape: () => [() => 1, options],
  recall: () => [labels(), labels()],
  relu: one,
  reshape: () => [ones([2, 3]), [3, 2]],
  resize: () => [picture(), 3, 3],
  rocCurve: () => [likely(), labels()],
  rootMeanSquaredError: () => [likely(), labels()],
  saveCheckpoint: () => [path(), training()],
  saveOptimizer: () => [path(), optimizer()],
  saveSafetensors: () => [path(), { a: tensor([1]) }, {}],
  scope: () => [() => 1],
  sigmoid: one,
  silu: one,
  slice: () => [ones([4, 3]), 0, 1, 3, 1],
  softmax: () => [scores(), 1],
  softplus: one,
  sqrt: one,
  square: one,
  stack: () => [two(), 0],
  sub: two,
  sum: reduction,
  summary: () => [model(), [1, 3, 8, 8]],
  tanh: one,
  tensor: () => [[1, 2], [2], options],
  thresholdTable: () => [likely(), labels(), [0.5]],
  topKAccuracy: () => [likely(), [0], 1],
  transpose: () => [ones([2, 3]), 0, 1],
  uniformParameter: () => [[2, 3], 1, new torchlet.Generator(1)],
  useBackend: () => ["wasm", options],
  variance: reduction,
  zeros: draws,
};

/** Likewise what each constructor may be given; `null` where only the library calls it: errors, abstract classes, opened folders. */
const constructors: Partial<Record<Classes, (() => unknown[]) | null>> = {
  Adagrad: () => [new Linear(2, 2).parameters(), options],
  Adam: () => [new Linear(2, 2).parameters(), options],
  AdamW: () => [new Linear(2, 2).parameters(), options],
  AnomalyError: null,
  ArgumentError: null,
  AvgPool2d: () => [2, options],
  BatchNorm2d: () => [3, options],
  BrokenLossError: null,
  Conv2d: () => [3, 2, 3, options],
  CosineAnnealingLR: () => [optimizer(), { tMax: 3 }],
  CosineAnnealingWarmRestarts: () => [optimizer(), { t0: 3 }],
  CosineWarmupLR: () => [optimizer(), { steps: 3 }],
  CsvTable: () => [["a", "b"], [["1", "x"]]],
  DecodeError: null,
  DropPath: () => [0.5, options],
  Dropout: () => [0.5, options],
  FaceFolder: null,
  FileError: null,
  Generator: () => [1],
  ImageDataset: () => [{ pixels: new Uint8Array(3), labels: Int32Array.from([0]), size: 1, classes: ["a"] }],
  ImageFolder: null,
  Linear: () => [2, 2, options],
  MaxPool2d: () => [2, options],
  ModelSummary: () => [[], 0],
  Module: null,
  Net1: () => [{ size: 8 }],
  Net2: () => [{ size: 8 }],
  Net3: () => [{ size: 8 }],
  Normalize: () => [
    [0, 1, 2],
    [1, 2, 3],
  ],
  Optimizer: null,
  Parameter: () => [tensor([1])],
  PhotoFolder: photographs,
  ReduceLROnPlateau: () => [optimizer(), options],
  SGD: () => [new Linear(2, 2).parameters(), options],
  Sequential: () => [new Linear(2, 2), torchlet.relu],
  ShapeError: null,
  ExponentialLR: () => [optimizer(), { gamma: 0.5 }],
  LambdaLR: () => [optimizer(), (t: number) => 1 / (1 + t)],
  LinearLR: () => [optimizer(), options],
  Lion: () => [new Linear(2, 2).parameters(), options],
  MultiStepLR: () => [optimizer(), { milestones: [2] }],
  OneCycleLR: () => [optimizer(), { maxLr: 1, totalSteps: 4 }],
  PolynomialLR: () => [optimizer(), { totalIters: 4 }],
  RMSprop: () => [new Linear(2, 2).parameters(), options],
  Tape: null,
  TensorDataset: () => [{ inputs: [[1], [2]], targets: [[1], [2]] }],
  StepLR: () => [optimizer(), { stepSize: 2 }],
  WarmupLR: () => [new torchlet.StepLR(optimizer(), { stepSize: 2 }), { steps: 2 }],
  Tensor: null,
  WeightAverage: () => [model(), options],
  TrainingPosition: () => [],
};

/** Methods that are no exported functions. */
const methods: Record<string, () => [object: object, method: string, args: unknown[]]> = {
  "Tensor.backward": () => [graph(), "backward", [undefined, options]],
  "Tensor.copyFrom": () => [tensor([1]), "copyFrom", [tensor([2])]],
  "Tensor.to": () => [tensor([1]), "to", ["wasm"]],
  "Linear.forward": () => [new Linear(2, 2), "forward", [ones([1, 2])]],
  "Conv2d.forward": () => [new torchlet.Conv2d(3, 2, 3), "forward", [image()]],
  "MaxPool2d.forward": () => [new torchlet.MaxPool2d(2), "forward", [image()]],
  "AvgPool2d.forward": () => [new torchlet.AvgPool2d(2), "forward", [image()]],
  "BatchNorm2d.forward": () => [new torchlet.BatchNorm2d(3), "forward", [image()]],
  "DropPath.forward": () => [new torchlet.DropPath(), "forward", [image()]],
  "Dropout.forward": () => [new torchlet.Dropout(), "forward", [image()]],
  "Sequential.forward": () => [model(), "forward", [image()]],
  "Net1.forward": () => [new torchlet.Net1({ size: 8 }), "forward", [ones([2, 3, 8, 8])]],
  "Module.train": () => [model(), "train", [true]],
  "Module.loadStateDict": () => {
    const net = model();
    return [net, "loadStateDict", [net.stateDict(), options]];
  },
  "Optimizer.loadStateDict": () => {
    const adam = new Adam(new Linear(2, 2).parameters());
    return [adam, "loadStateDict", [adam.stateDict()]];
  },
  "StepLR.loadStateDict": () => {
    const schedule = new torchlet.StepLR(optimizer(), { stepSize: 2 });
    return [schedule, "loadStateDict", [schedule.stateDict()]];
  },
  "WarmupLR.loadStateDict": () => {
    const schedule = new torchlet.WarmupLR(new torchlet.StepLR(optimizer(), { stepSize: 2 }), { steps: 2 });
    return [schedule, "loadStateDict", [schedule.stateDict()]];
  },
  "ReduceLROnPlateau.step": () => [new torchlet.ReduceLROnPlateau(optimizer()), "step", [1]],
  "ReduceLROnPlateau.loadStateDict": () => {
    const schedule = new torchlet.ReduceLROnPlateau(optimizer());
    return [schedule, "loadStateDict", [schedule.stateDict()]];
  },
  "Generator.fork": () => [new torchlet.Generator(1), "fork", ["a"]],
  "Generator.take": () => [new torchlet.Generator(1), "take", [3]],
  "Generator.int": () => [new torchlet.Generator(1), "int", [3]],
  "Generator.permutation": () => [new torchlet.Generator(1), "permutation", [3]],
  "Generator.setState": () => [new torchlet.Generator(1), "setState", [new torchlet.Generator(2).state()]],
  "ImageDataset.batches": () => [dataset(), "batches", [2, options]],
  "ImageDataset.subset": () => [dataset(), "subset", [[0]]],
  "ImageDataset.split": () => [dataset(), "split", [0.5, options]],
  "TensorDataset.batches": () => [table(), "batches", [2, options]],
  "TensorDataset.subset": () => [table(), "subset", [[0]]],
  "TensorDataset.split": () => [table(), "split", [0.5, options]],
  "CsvTable.texts": () => [texts(), "texts", ["a"]],
  "CsvTable.numbers": () => [texts(), "numbers", [["a"], options]],
  "CsvTable.classes": () => [texts(), "classes", ["b", ["x"]]],
  "Normalize.forward": () => [new torchlet.Normalize([0, 1, 2], [1, 2, 3]), "forward", [image()]],
  "ImageDataset.item": () => [dataset(), "item", [0]],
  "ImageDataset.pixels": () => [dataset(), "pixels", [0]],
  "FaceFolder.open": () => [torchlet.FaceFolder, "open", [folder, { size: 8 }]],
  "ImageFolder.open": () => [torchlet.ImageFolder, "open", [folder, { size: 8 }]],
};

const argsOf = (call: CallCase) => given(call.args, inputsOf(call)) as unknown[];
for (const [name, call] of fullest([...operationCalls, ...lossCalls], ({ args }) => args)) {
  calls[name as keyof typeof calls] ??= () => argsOf(call);
}
for (const [name, call] of fullest(layerCalls, ({ make }) => make)) {
  constructors[name as Classes] ??= () => structuredClone(call.make) as unknown[];
  methods[`${name}.forward`] ??= () => [layerOf(call), "forward", argsOf(call)];
}

// ---- what is wrong -----------------------------------------------------------------------------

const endless: unknown[] = [];
endless.push(endless);

/** Made anew each time: a promise that fails must be known to have failed. */
const wrongs: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  "-1": () => -1,
  "1.5": () => 1.5,
  Infinity: () => Infinity,
  "a number as text": () => "3",
  "an empty text": () => "",
  true: () => true,
  "a BigInt": () => 3n,
  "a symbol": () => Symbol("s"),
  "an empty object": () => ({}),
  "an object with other names": () => ({ learningRate: 1, strides: 2, pad: 1 }),
  "an object without a prototype": () => Object.create(null),
  "an empty array": () => [],
  "an array of texts": () => ["a", "b"],
  "an array of numbers": () => [1, 2, 3],
  "a ragged array": () => [[1], [2, 3]],
  "an array of nothing": () => [undefined, null],
  "an array that holds itself": () => endless,
  "a typed array": () => new Float32Array(3),
  "BigInts in an array": () => new BigInt64Array(2),
  "a buffer": () => new ArrayBuffer(8),
  "a view": () => new DataView(new ArrayBuffer(8)),
  "a function": () => () => 1,
  "a promise": () => Promise.resolve(tensor([1, 2])),
  "a date": () => new Date(0),
  "a map": () => new Map([["a", 1]]),
  "a tensor": () => tensor([1, 2]),
  "an empty tensor": () => zeros([0]),
  "a scalar": () => tensor(1),
  "a module": () => new Linear(2, 2),
  "an optimizer": () => new SGD(new Linear(2, 2).parameters()),
};

const isPath = (value: unknown) => typeof value === "string" && value.startsWith(folder);

const names = [...Object.keys(torchlet), ...Object.keys(methods).flatMap((name) => name.split("."))];

/** Whether an error is one of ours: of our own classes; or a plain one or RangeError that says who throws it. */
function isOurs(error: unknown): boolean {
  // The library itself has asked a tensor for what it has not: that is no answer to the caller.
  if (/^a tensor has no/.test((error as Error)?.message)) return false;
  if (error instanceof torchlet.ArgumentError || error instanceof torchlet.ShapeError) return true;
  if (error instanceof torchlet.DecodeError || error instanceof torchlet.BrokenLossError) return true;
  if (error instanceof torchlet.FileError) return true;
  if (!(error instanceof Error)) return false;
  const says = names.some((name) => error.message.startsWith(name)) || error.message.startsWith("safetensors");
  if (error.constructor === RangeError) return says;
  // The path of a file comes first where one is at fault; the operating system's own errors have a code.
  return (
    error.constructor === Error &&
    !("code" in error) &&
    (says || error.message.includes(": ") || error.message.startsWith("tensor ["))
  );
}

/** What became of a call: undefined if it went well or was refused as it should be. */
async function faultOf(call: () => unknown): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const result = call();
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new EvalError("it does not end")), 10_000);
    });
    await Promise.race([result, late]);
    return undefined;
  } catch (error) {
    return isOurs(error) ? undefined : `${(error as Error)?.constructor?.name}: ${(error as Error)?.message}`;
  } finally {
    clearTimeout(timer);
  }
}

const exported = { ...torchlet } as unknown as Record<string, (...args: unknown[]) => unknown>;
const classes = { ...torchlet } as unknown as Record<string, new (...args: unknown[]) => unknown>;

type Call = { make: () => unknown[]; run: (args: unknown[]) => unknown };

const all: Record<string, Call> = {};
for (const [name, make] of Object.entries(calls)) {
  all[name] = {
    make,
    run: (args) => exported[name as keyof typeof calls](...args),
  };
}
for (const [name, make] of Object.entries(constructors)) {
  if (!make) continue;
  const type = classes[name as Classes];
  all[`new ${name}`] = { make, run: (args) => new type(...args) };
}
for (const [name, make] of Object.entries(methods)) {
  all[name] = {
    make: () => make()[2],
    run: (args) => {
      const [object, method] = make();
      return (object as Record<string, (...args: unknown[]) => unknown>)[method](...args);
    },
  };
}

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeAll(async () => {
  // What is taken for the path of a file is written there.
  process.chdir(folder);
  process.on("unhandledRejection", note);
  await torchlet.useBackend("wasm", { threads: 1 });
  torchlet.manualSeed(1);
});

afterAll(() => {
  process.off("unhandledRejection", note);
});

afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled.splice(0)).toEqual([]);
  await torchlet.useBackend("wasm", { threads: 1 });
});

describe("every export", () => {
  it("is called here, or left out for a reason", () => {
    const known = [...Object.keys(calls), ...Object.keys(constructors)].sort();
    expect(known).toEqual(Object.keys(torchlet).sort());
  });

  it.each(Object.entries(all))("%s takes what is right", async (name, { make, run }) => {
    const mayFail = /^load|decode|^bestEpoch|open|^openSplits/.test(name);
    const fault = await Promise.resolve()
      .then(() => run(make()))
      .then(
        () => undefined,
        (error) => String(error),
      );
    if (!mayFail) expect(fault).toBeUndefined();
  });
});

/** Objects that are no options: their names are the caller's, or are looked up in what is there. */
const DATA = [
  ...["encodeSafetensors 0", "encodeSafetensors 1", "saveSafetensors 1", "saveSafetensors 2", "findDuplicates 0"],
  ...["imageToTensor 0", "imageToRgba 0", "heatPicture 0", "heatPicture 1", "resize 0", "Module.loadStateDict 0"],
  ...["StepLR.loadStateDict 0", "WarmupLR.loadStateDict 0", "ReduceLROnPlateau.loadStateDict 0"],
];

describe("options", () => {
  const places = Object.entries(all).flatMap(([name, { make, run }]) =>
    make().flatMap((arg, place) =>
      arg !== null && typeof arg === "object" && Object.getPrototypeOf(arg) === Object.prototype
        ? [{ title: `${name} ${place}`, make, run, place }]
        : [],
    ),
  );

  it("are found", () => {
    expect(places.length).toBeGreaterThan(60);
    expect(places.map(({ title }) => title)).toEqual(expect.arrayContaining(DATA));
  });

  it.each(places.filter(({ title }) => !DATA.includes(title)))("of $title are checked by name", async (call) => {
    const args = call.make();
    args[call.place] = { ...(args[call.place] as object), notAnOption: 1 };
    const refusal = expect.objectContaining({ message: expect.stringContaining('unknown option "notAnOption"') });
    await expect((async () => call.run(args))()).rejects.toEqual(refusal);
  });
});

/** Functions behind whose last argument nobody would write anything, here or elsewhere. */
const CLOSED_BY_NATURE = [
  ...["backends", "consoleProgress", "isGradEnabled", "memory", "manualSeed", "defaultGenerator", "detectAnomaly"],
  ...["noGrad", "scope", "clone", "relu6", "isNaN", "mish", "selu", "moments", "kaimingUniform", "uniformParameter"],
  ...["bestEpoch", "droppedFiles", "decodeIdx", "loadIdx", "mapPictures", "summary", "thresholdTable"],
  ...["expectedCalibrationError"],
];

describe("more than there is to be given", () => {
  const last = (make: () => unknown[]) => make().at(-1);
  const closed = Object.entries(calls).filter(
    ([name, make]) =>
      !CLOSED_BY_NATURE.includes(name) && Object.getPrototypeOf(Object(last(make))) !== Object.prototype,
  );

  it("is looked for", () => expect(closed.length).toBeGreaterThan(60));

  it.each(closed)("is refused by %s", async (name, make) => {
    const run = (...more: unknown[]) => (async () => exported[name](...make(), ...more))();
    for (const more of ["macro", true, 2, { inplace: true }]) {
      const refusal = await run(more).catch((error: Error) => error);
      if (!(refusal instanceof Error)) expect.fail(`takes ${String(more)}`);
      expect(refusal).toBeInstanceOf(torchlet.ArgumentError);
      expect(refusal.message).toContain(`${name}: `);
    }
  });

  it("is refused by methods and constructors where other libraries take it", () => {
    const js = (object: object) => object as Record<string, (...args: unknown[]) => unknown>;
    const adam = new Adam(withGradients());
    expect(() => js(tensor([1, 2, 3, 4])).reshape([2, 2], 3)).toThrow(
      "there is nothing behind reshape(x, shape), got 3",
    );
    expect(() => js(adam).step(graph())).toThrow("step: there is nothing behind step(), got a Tensor []");
    expect(() => js(model()).parameters(false)).toThrow("parameters: there is nothing behind parameters(), got false");
    for (const name of ["AdaptiveAvgPool2d", "AdaptiveMaxPool2d"]) {
      expect(() => new classes[name](2, 3)).toThrow(`${name}: there is nothing behind ${name}(outputSize), got 3`);
    }
    expect(() => new classes.LambdaLR(adam, () => 1, 5)).toThrow("LambdaLR: there is nothing behind");
  });

  it("is an index and a list where map or reduce give them", () => {
    const list = two();
    expect(list.map(torchlet.neg).length).toBe(2);
    expect(list.reduce(torchlet.add).dataSync()).toEqual(Float32Array.of(4, 6));
    expect(() => list.map(torchlet.softmax as never)).toThrow(
      "in map(), whose index it would take, write (x) => softmax",
    );
    expect(() => torchlet.softmax(list[0], 0, ...([undefined] as never[]))).not.toThrow();
  });
});

/** A program may write notes of its own on a tensor, and these hold data. */
const OPEN = ["Parameter", "TrainingPosition", "ModelSummary"];

describe("a property that an object does not have", () => {
  const closed = Object.entries(constructors).flatMap(([name, make]) =>
    make && !OPEN.includes(name) ? [{ name, make }] : [],
  );

  it.each(closed)("cannot be set: $name", ({ name, make }) => {
    const type = classes[name] as new (...args: unknown[]) => object;
    const note = (object: object) => () => Object.assign(object, { learningRate: 1 });
    expect(note(new type(...make()))).toThrow(torchlet.ArgumentError);
    expect(note(new type(...make()))).toThrow(`${name} has no property learningRate: `);
    // A class of the program's own is the program's business.
    expect(note(new (class extends type {})(...make()))).not.toThrow();
  });
});

/** Names of all that there is of an object, but for what every object has. */
function members(object: object): string[] {
  const names = new Set<string>();
  for (let at = object; !Object.hasOwn(at, "hasOwnProperty"); at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names].filter((name) => name !== "constructor");
}

describe("a name that an object has in camelCase", () => {
  const made = Object.entries(constructors).flatMap(([name, make]) =>
    make && !OPEN.includes(name) && name !== "Parameter" ? [{ name, make }] : [],
  );

  it.each(made)("is told when it is read as Python has it: $name", ({ name, make }) => {
    const object = new classes[name](...make()) as Record<string, unknown>;
    const silent = members(object).filter((member) => {
      const inPython = member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      if (inPython === member) return false;
      try {
        return object[inPython] === undefined;
      } catch (error) {
        expect(error).toEqual(new torchlet.ArgumentError(`${name} has no ${inPython}; write ${member}`));
        return false;
      }
    });
    expect(silent).toEqual([]);
  });

  it.each<[name: string, here: string, make: () => object]>([
    ["param_groups", "groups", optimizer],
    ["learningRate", "lr", optimizer],
    ["lr", "optimizer.lr", () => new torchlet.StepLR(optimizer(), { stepSize: 1 })],
    ["get_last_lr", "optimizer.lr", () => new torchlet.ReduceLROnPlateau(optimizer())],
    [
      "last_epoch",
      "stateDict().t",
      () => new torchlet.WarmupLR(new torchlet.StepLR(optimizer(), { stepSize: 2 }), { steps: 2 }),
    ],
    ["device", "useBackend(name), before the model is made", model],
    ["cuda", "useBackend(name), before the model is made", () => new (class Mine extends Linear {})(1, 1)],
    ["size", "length", table],
  ])("is told, too, as other libraries call it: %s", (name, here, make) => {
    const object = make() as Record<string, unknown>;
    const error = new torchlet.ArgumentError(`${object.constructor.name} has no ${name}; write ${here}`);
    expect(() => object[name]).toThrow(error);
  });

  it("is a program's own after an underscore", () => {
    const own = model() as unknown as Record<string, unknown>;
    expect([own._state_dict, own._training, own.note]).toEqual([undefined, undefined, undefined]);
  });
});

describe("what an object has", () => {
  const made = Object.entries(constructors).flatMap(([name, make]) =>
    make && !OPEN.includes(name) ? [{ name, make }] : [],
  );
  /** A layer's own methods, most of them internal: one that is gone is missed by the next call. */
  const MISSED = [
    ...["forward", "describe", "forwardThrough", "constantNorm", "halves"],
    ...["byRunningMoments", "normalized", "walk"],
  ];
  /** The operation of the next call takes them, and checks them. */
  const HONOURED = ["p", "upscaleFactor"];

  it.each(made)("is not overwritten in silence: $name", ({ name, make }) => {
    const object = new classes[name](...make()) as Record<string, unknown>;
    const silent = members(object).filter((member) => {
      if ([...MISSED, ...HONOURED].includes(member) || object[member] instanceof torchlet.Module) return false;
      try {
        object[member] = Symbol();
        return true;
      } catch (error) {
        return !(error instanceof torchlet.ArgumentError);
      }
    });
    expect(silent).toEqual([]);
  });

  it("is told with what to write instead", () => {
    const model = new torchlet.Linear(1, 1);
    const optimizer = new torchlet.SGD(model.parameters(), { lr: 1 });
    const schedule = new torchlet.StepLR(optimizer, { stepSize: 1 });
    const set = (object: object, name: string, value: unknown) => () => Object.assign(object, { [name]: value });
    expect(set(model, "train", false)).toThrow("Linear.train cannot be set: write x.train(…)");
    expect(set(model, "parameters", [])).toThrow("Linear.parameters cannot be set: write x.parameters(…)");
    expect(set(model, "title", "a")).toThrow("Linear.title cannot be set: its options or layers are given when");
    expect(set(optimizer, "step", 3)).toThrow("SGD.step cannot be set: write x.step(…)");
    expect(set(optimizer, "groups", [])).toThrow(
      "SGD.groups cannot be set: its rate is optimizer.lr, other options are those of optimizer.groups[0]",
    );
    expect(set(schedule, "optimizer", optimizer)).toThrow(": another optimizer needs a schedule of its own");
  });

  it("may be a method that a function takes the place of, in one object or in all", () => {
    class Twice extends torchlet.Linear {}
    const [one, other] = [new Twice(1, 1), new Twice(1, 1)];
    const parameters = () => [];
    one.parameters = parameters;
    expect([one.parameters, other.parameters().length]).toEqual([parameters, 2]);
    Twice.prototype.parameters = parameters;
    expect([other.parameters, new torchlet.Linear(1, 1).parameters().length]).toEqual([parameters, 2]);
  });
});

describe("what cannot be meant is told by an error of ours", () => {
  it.each(Object.entries(all))("%s", { timeout: 120_000 }, async (_name, { make, run }) => {
    const faults: string[] = [];
    const places = make().length;
    for (let place = 0; place < places; place++) {
      for (const [what, wrong] of Object.entries(wrongs)) {
        const args = make();
        // Whatever text is a path: it would be written to.
        if (isPath(args[place]) && typeof wrong() === "string") continue;
        args[place] = wrong();
        const fault = await faultOf(() => run(args));
        if (fault) faults.push(`argument ${place} = ${what}: ${fault}`);
      }
    }
    for (const [what, wrong] of Object.entries(wrongs)) {
      if (make().some(isPath) && typeof wrong() === "string") continue;
      const fault = await faultOf(() => run(Array.from({ length: places }, wrong)));
      if (fault) faults.push(`all arguments = ${what}: ${fault}`);
    }
    const nothing = await faultOf(() => run([]));
    if (nothing) faults.push(`no arguments: ${nothing}`);
    expect(faults).toEqual([]);
  });

  it.each(Object.entries(all))("%s, given anything", { timeout: 120_000 }, async (_name, { make, run }) => {
    const places = make().length;
    if (places === 0) return;
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true, maxDepth: 2 });
    await fc.assert(
      fc.asyncProperty(fc.nat(places - 1), anything, async (place, wrong) => {
        const args = make();
        if (isPath(args[place]) && typeof wrong === "string") return;
        args[place] = wrong;
        expect(await faultOf(() => run(args))).toBeUndefined();
      }),
      { numRuns: 15, seed: 1 },
    );
  });
});
