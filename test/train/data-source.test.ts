/** What fit and evaluate go through: datasets of any kind, and batches that a program makes. */

import { beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import type { Batch } from "../../src/data/batch.js";
import type { Dataset } from "../../src/data/dataset.js";
import { TensorDataset } from "../../src/data/tensor-dataset.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Linear } from "../../src/layers/linear.js";
import { bceWithLogits } from "../../src/layers/losses/bce-with-logits.js";
import { crossEntropy } from "../../src/layers/losses/cross-entropy.js";
import { mseLoss } from "../../src/layers/losses/mse-loss.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SGD } from "../../src/optim/sgd.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { logSoftmax } from "../../src/tensor/ops/softmax.js";
import { defaultGenerator, Generator, manualSeed } from "../../src/tensor/random.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import type { DataSource } from "../../src/train/data-source.js";
import { evaluate } from "../../src/train/evaluate.js";
import { type FitOptions, fit } from "../../src/train/fit.js";
import { TrainingPosition } from "../../src/train/position.js";
import { onEachBackend } from "../targets.js";
import { classifier, dataset } from "./tiny-data.js";

beforeEach(async () => {
  await useBackend("js");
  manualSeed(1);
});

const linear = (outputs: number, seed = 1) =>
  new Sequential(new Linear(2, outputs, { generator: new Generator(seed) }));
const INPUTS = [
  [1, 2],
  [0, 1],
  [-1, 1],
  [2, -1],
  [0, -2],
];
/** 3a − b + ½. */
const VALUES = INPUTS.map(([a, b]) => [3 * a - b + 0.5]);
const LABELS = Int32Array.of(0, 1, 2, 1, 0);
const nllLossOf = (output: Tensor, labels: Int32Array) => nllLoss(logSoftmax(output, 1), labels);

function optionsFor<Data extends DataSource>(
  model: Sequential,
  train: Data,
  changes: Partial<FitOptions<Data>> = {},
): FitOptions<Data> {
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  return { optimizer, train, epochs: 3, batchSize: 2, ...changes };
}

const weights = (model: Sequential) => Promise.all(model.parameters().map((p) => p.data()));

describe("datasets", () => {
  it("of numbers: a regression reports its loss, and nothing of classes", async () => {
    const model = linear(1);
    const train = new TensorDataset({ inputs: INPUTS, targets: VALUES });
    const reports = await fit(model, optionsFor(model, train, { loss: mseLoss, epochs: 200, test: train }));
    const { loss, ...others } = reports[199].test!;
    expect(loss).toBeLessThan(1e-6);
    expect(others).toEqual({});
    const [weight, bias] = (await weights(model)).map((values) => [...values]);
    expect(weight).toEqual([expect.closeTo(3, 2), expect.closeTo(-1, 2)]);
    expect(bias).toEqual([expect.closeTo(0.5, 2)]);
  });

  it("of numbers ask for a loss", async () => {
    const train = new TensorDataset({ inputs: INPUTS, targets: VALUES });
    const message =
      ": the targets are a tensor [2, 1], which may mean many things: say by loss what the output is compared by: mseLoss";
    const model = linear(1);
    await expect(fit(model, optionsFor(model, train))).rejects.toThrow(`fit${message}`);
    await expect(evaluate(model, train, { batchSize: 2 })).rejects.toThrow(`evaluate${message}`);
  });

  onEachBackend("of classes have their metrics, with or without names", async () => {
    const model = linear(3);
    const named = new TensorDataset({ inputs: INPUTS, targets: LABELS, classes: ["a", "b", "c"] });
    const metrics = await evaluate(model, named);
    expect(Object.keys(metrics)).toEqual(["loss", "accuracy", "error", "precision", "recall", "f1"]);
    expect(await evaluate(model, new TensorDataset({ inputs: INPUTS, targets: LABELS }), { batchSize: 2 })).toEqual({
      ...metrics,
      loss: expect.closeTo(metrics.loss, 6),
    });
    const soft = [...LABELS].map((label) => [0, 1, 2].map((k) => (k === label ? 0.8 : 0.1)));
    const ofSoft = await evaluate(
      model,
      new TensorDataset({ inputs: INPUTS, targets: soft, classes: ["a", "b", "c"] }),
    );
    const byHand = await crossEntropy(model.forward(tensor(INPUTS)), tensor(soft)).item();
    expect(ofSoft).toEqual({ ...metrics, loss: expect.closeTo(byHand, 6) });
  });

  it("of several labels an example are trained by bceWithLogits", async () => {
    const model = linear(2);
    const targets = INPUTS.map(([a, b]) => [Number(a > 0), Number(b > 0)]);
    const train = new TensorDataset({ inputs: INPUTS, targets });
    const reports = await fit(model, optionsFor(model, train, { loss: bceWithLogits, epochs: 30 }));
    expect(reports[29].train.loss).toBeLessThan(reports[0].train.loss / 2);
    expect(Object.keys(reports[0].train)).toEqual(["loss"]);
  });

  it("of a class for each place: rows of the output are counted one by one, those without a class not at all", async () => {
    const targets = { data: Int32Array.of(0, 1, 2, 1, 0, -100, 1, 1, 2, 0), shape: [5, 2] };
    const inputs = { data: Float32Array.from([...INPUTS, ...INPUTS.toReversed()].flat()), shape: [5, 2, 2] };
    const model = new Sequential((x: Tensor) => x.reshape([-1, 2]), linear(3));
    const batch = { inputs: tensor([...inputs.data], [5, 2, 2]), targets: targets.data };
    const counted = await evaluate(model, [batch]);
    const rows = [...targets.data.keys()].filter((i) => targets.data[i] !== -100);
    const flat = [...INPUTS, ...INPUTS.toReversed()];
    const one = await evaluate(
      linear(3),
      new TensorDataset({ inputs: rows.map((i) => flat[i]), targets: targets.data.filter((t) => t >= 0) }),
    );
    expect(counted).toEqual({ ...one, loss: expect.closeTo(one.loss, 6) });
  });

  it("of one's own are asked for batches like any other", async () => {
    const asked: unknown[] = [];
    const own: Dataset = {
      length: 3,
      async *batches(batchSize, { shuffle = true, start = 0 } = {}) {
        asked.push({ batchSize, shuffle, start });
        for (let i = start; i < 3; i++) yield { inputs: tensor([INPUTS[i]]), targets: [LABELS[i]] };
      },
    };
    const model = linear(3);
    const position = new TrainingPosition();
    position.done = 2;
    await fit(model, optionsFor(model, own, { epochs: 2, test: own, batchSize: 1, position }));
    // The first of all is the look at what each epoch is measured on.
    expect(asked).toEqual([0, 2, 0, 0, 0].map((start, i) => ({ batchSize: 1, shuffle: i % 2 === 1, start })));
  });
});

describe("batches", () => {
  const list = (): Batch[] => [
    { inputs: tensor(INPUTS.slice(0, 3)), targets: LABELS.slice(0, 3) },
    { inputs: tensor(INPUTS.slice(3)), targets: LABELS.slice(3) },
  ];

  onEachBackend("train like a dataset, in an array, from a generator, or from an asynchronous one", async () => {
    const trained = async (train: DataSource, batchSize?: number) => {
      const model = linear(3);
      const reports = await fit(model, optionsFor(model, train, { batchSize }));
      return { weights: await weights(model), train: reports.map((report) => report.train) };
    };
    const ordered: Dataset = {
      length: 5,
      batches: (n) => new TensorDataset({ inputs: INPUTS, targets: LABELS }).batches(n, { shuffle: false }),
    };
    const expected = await trained(ordered, 3);
    expect(await trained(list())).toEqual(expected);
    expect(await trained(list)).toEqual(expected);
    expect(
      await trained(function* () {
        yield* list();
      }),
    ).toEqual(expected);
    expect(
      await trained(async function* () {
        for (const batch of list()) yield Promise.resolve(batch);
      }),
    ).toEqual(expected);
  });

  it("go on in the middle of an epoch, with what they draw from the default generators", async () => {
    const drawn = function* () {
      for (const i of defaultGenerator("shuffle").permutation(5)) {
        yield { inputs: tensor([INPUTS[i]]), targets: [LABELS[i]] };
      }
    };
    const whole = linear(3);
    await fit(whole, optionsFor(whole, drawn, { batchSize: undefined }));
    manualSeed(1);
    const [parts, position] = [linear(3), new TrainingPosition()];
    const options = optionsFor(parts, drawn, { batchSize: undefined, position });
    const onStep = ({ epoch, done }: { epoch: number; done: number }) => {
      if (epoch === 2 && done === 3) throw new Error("interrupted");
    };
    await expect(fit(parts, { ...options, onStep })).rejects.toThrow("interrupted");
    await fit(parts, options);
    expect(await weights(parts)).toEqual(await weights(whole));
  });

  it.each<[string, number]>([
    ["in the middle of an epoch", 8],
    ["at its end", 10],
  ])("go on %s, beside a model that draws from the same generators", async (_, steps) => {
    const drawn = function* () {
      const order = defaultGenerator("sample").permutation(5);
      for (const i of order) {
        const noise = [defaultGenerator("sample").normal(), defaultGenerator("dropout").normal()];
        yield { inputs: tensor([INPUTS[i]]).add(tensor([noise])), targets: [LABELS[i]] };
      }
    };
    const noisy = () =>
      new Sequential((x: Tensor) => x.mul(1 + defaultGenerator("sample").uniform()), new Dropout(0.3), linear(3));
    const whole = noisy();
    await fit(whole, optionsFor(whole, drawn, { batchSize: undefined }));
    manualSeed(1);
    const [parts, position] = [noisy(), new TrainingPosition()];
    const options = optionsFor(parts, drawn, { batchSize: undefined, position });
    let left = steps;
    const onStep = () => {
      if (--left === 0) throw new Error("interrupted");
    };
    await expect(fit(parts, { ...options, onStep })).rejects.toThrow("interrupted");
    await fit(parts, options);
    expect(await weights(parts)).toEqual(await weights(whole));
  });

  it("have no length to be reported, nor a time that is left", async () => {
    const model = linear(3);
    const steps: unknown[] = [];
    const onStep = ({ done, total, secondsLeft }: object & { done: number; total?: number; secondsLeft?: number }) =>
      steps.push([done, total, secondsLeft]);
    await fit(model, optionsFor(model, list(), { epochs: 1, batchSize: undefined, onStep }));
    expect(steps).toEqual([
      [3, undefined, undefined],
      [5, undefined, undefined],
    ]);
  });
});

describe("errors", () => {
  const fitted = (train: unknown, changes: object = {}) => {
    const model = linear(3);
    return fit(model, optionsFor(model, train as DataSource, { batchSize: undefined, ...changes }));
  };
  const batch = () => ({ inputs: tensor(INPUTS), targets: LABELS });
  const once = function* () {
    yield batch();
  };
  it.each<[string, () => Promise<unknown>, string | RegExp]>([
    [
      "a generator for several epochs",
      () => fitted(once()),
      "fit: train: a generator can be walked only once. Give the function that makes it, or an array of its batches, as " +
        "[...batches]",
    ],
    [
      "a generator to test on after each of several epochs",
      () => fitted([batch()], { test: once() }),
      "fit: test: a generator can be walked only once",
    ],
    [
      "what is used up in another way",
      () => {
        const used = once();
        return fitted(() => used);
      },
      "fit: train: there are no batches; a generator can be walked only once",
    ],
    [
      "a function that makes no batches",
      () => fitted(() => 1),
      "fit: train: the function must give batches { inputs, targets }, one after the other, got 1",
    ],
    ["an empty array", () => fitted([]), "fit: train: the list of batches is empty"],
    ["a batch size", () => fitted([batch()], { batchSize: 2 }), "fit: batchSize is for datasets, and train is batches"],
    ["augmentation", () => fitted([batch()], { augment: {} }), "fit: augment is for datasets, and train is batches"],
    [
      "no batch size for a dataset",
      () => fitted(dataset([0, 1])),
      'fit: the option "batchSize" is missing; it must be a positive integer',
    ],
    [
      "a tensor",
      () => fitted(tensor(INPUTS)),
      "fit: train must be a dataset, batches { inputs, targets }, or a function that makes such batches, got a Tensor " +
        "[5, 2]; new TensorDataset({ inputs, targets }) makes a dataset",
    ],
    [
      "what a dataset is made of",
      () => fitted({ inputs: INPUTS, targets: LABELS }),
      "got an object { inputs, targets }; new TensorDataset({ inputs, targets }) makes a dataset",
    ],
    [
      "what is no batch",
      () => fitted([[tensor(INPUTS), LABELS]]),
      "fit: train: batch 0 must be { inputs, targets }, a tensor and an Int32Array or a tensor, got an array of 2",
    ],
    [
      "what is no batch, counted on from where the epoch was left",
      () =>
        fitted(
          { length: 5, batches: () => [null as never] },
          { batchSize: 2, position: Object.assign(new TrainingPosition(), { done: 4 }) },
        ),
      "fit: train: batch 2 must be",
    ],
    [
      "lists for inputs",
      () => fitted([batch(), { inputs: INPUTS, targets: LABELS }]),
      "batch 1 must be { inputs, targets }, a tensor and an Int32Array or a tensor, got { inputs: an array of 5, targets: " +
        "an Int32Array of 20 bytes }",
    ],
    [
      "fewer targets than inputs",
      () => fitted([{ inputs: tensor(INPUTS), targets: LABELS.slice(1) }]),
      "fit: train: batch 0 has inputs [5, 2] and targets 4: there must be as many of both",
    ],
    [
      "no batch",
      () => fitted([undefined as never]),
      "fit: train: batch 0 must be { inputs, targets }, a tensor and an Int32Array or a tensor, got undefined",
    ],
    [
      "targets of none of the inputs",
      () => fitted([{ inputs: tensor(INPUTS), targets: [] }]),
      "fit: train: batch 0 has inputs [5, 2] and targets 0: there must be as many of both",
    ],
    [
      "no targets",
      () => fitted([{ inputs: tensor(INPUTS) } as never]),
      "got { inputs: a Tensor [5, 2], targets: undefined }",
    ],
    [
      "fewer targets than inputs, in a tensor",
      () => fitted([{ inputs: tensor(INPUTS), targets: tensor([1, 2]) }]),
      "fit: train: batch 0 has inputs [5, 2] and targets [2]: there must be as many of both",
    ],
    [
      "targets of no inputs",
      () => fitted([{ inputs: tensor([], [0, 2]), targets: LABELS }]),
      "fit: train: batch 0 has inputs [0, 2] and targets 5: there must be as many of both",
    ],
    [
      "inputs without an axis",
      () => fitted([{ inputs: tensor(1), targets: tensor(1) }]),
      "fit: train: batch 0 has inputs [] and targets []: there must be as many of both",
    ],
    [
      "a batch that ends elsewhere than it did",
      () => fitted([batch()], { position: Object.assign(new TrainingPosition(), { done: 2 }) }),
      "fit: train: 2 examples were done, and no batch ends there: these are other batches",
    ],
    [
      "fewer batches than there were",
      () => fitted([batch()], { position: Object.assign(new TrainingPosition(), { done: 9 }) }),
      "fit: train: 9 examples were done, and there are 5: these are other batches",
    ],
    [
      "a dataset that passes over `start`",
      () =>
        fitted(
          { length: 5, batches: () => [batch()] },
          { batchSize: 5, position: Object.assign(new TrainingPosition(), { done: 2 }) },
        ),
      "fit: train: batches() gives more examples than the dataset's length, 5, of which 2 were to be left out (start)",
    ],
    [
      "a dataset that gives more than it has",
      () => fitted({ length: 4, batches: () => [batch()] }, { batchSize: 5 }),
      /gives more examples than the dataset's length, 4$/,
    ],
    [
      "a dataset that gives nothing",
      () => fitted({ length: 5, batches: () => [] }, { batchSize: 5 }),
      "fit: train: batches() gives none, and the dataset's length is 5",
    ],
    [
      "a dataset that gives no batches but a promise of them",
      () => fitted({ length: 5, batches: async () => [batch()] }, { batchSize: 5 }),
      "fit: train: batches() must give batches { inputs, targets }, one after the other, got a promise",
    ],
    [
      "a dataset that gives fewer examples than it is long",
      () => fitted({ length: 6, batches: () => [batch()] }, { batchSize: 5 }),
      "fit: train: batches() gives 5 examples, and the dataset's length is 6",
    ],
    ...[Number.NaN, 2.5, -1, undefined].map((length): [string, () => Promise<unknown>, string] => [
      `a dataset of the length ${length}`,
      () => fitted({ length, batches: () => [batch()] }, { batchSize: 5 }),
      `got an object { length, batches }; its length must be a whole number, and is ${length}`,
    ]),
    [
      "changes of images for what is none",
      () => {
        const train = new TensorDataset({ inputs: INPUTS, targets: LABELS });
        return fitted(train, { batchSize: 5, augment: {} });
      },
      "augment changes images, and a TensorDataset has numbers of any kind: imagesToDataset makes a dataset of images",
    ],
    [
      "probabilities of classes for nllLoss, which takes classes",
      () => fitted([{ inputs: tensor(INPUTS), targets: tensor(INPUTS.map(() => [0.5, 0.5, 0])) }], { loss: nllLossOf }),
      "got a Tensor [5, 3]; crossEntropy takes probabilities of classes [N, C], as mixup makes them",
    ],
    [
      "NaN in the inputs",
      () => {
        const inputs = INPUTS.map(([a, b], i) => [a, i === 3 ? Number.NaN : b]);
        return fitted([batch(), { inputs: tensor(inputs), targets: LABELS }]);
      },
      "epoch 1, step 2: there is NaN in the batch's inputs [5, 2], first in example 3: look for such numbers in the data",
    ],
    [
      "infinity in the targets",
      () => {
        const targets = tensor(INPUTS.map((_, i) => [1, i === 2 ? Infinity : 2, 3]));
        return fitted([{ inputs: tensor(INPUTS), targets }], { loss: mseLoss });
      },
      "epoch 1, step 1: there is Infinity in the batch's targets [5, 3], first in example 2: look for such numbers",
    ],
    [
      "a loss of each example",
      () =>
        fitted([batch()], {
          loss: (output: Tensor, labels: Int32Array) => crossEntropy(output, labels, { reduction: "none" }),
        }),
      "fit: what the loss returns must be one number, got [5]; mean() makes one",
    ],
    [
      "numbers to judge epochs by accuracy",
      () => {
        const train = new TensorDataset({ inputs: INPUTS, targets: INPUTS.map(() => [1, 2, 3]) });
        return fitted(train, { batchSize: 5, loss: mseLoss, earlyStop: { metric: "accuracy", patience: 1 } });
      },
      'fit: earlyStop by accuracy needs targets that are classes, and these are numbers: of them there is only the "loss"',
    ],
  ])("%s", (_, run, message) => expect(run()).rejects.toThrow(message));
});

it("a loss needs no types said, whatever it takes the targets for", async () => {
  const model = linear(1);
  const named = dataset([0, 1, 1, 0]);
  const train = new TensorDataset({ inputs: INPUTS, targets: VALUES.map(([value]) => value + 0.25) });
  await fit(model, optionsFor(model, train, { loss: (output, targets) => mseLoss(output, targets.reshape([-1, 1])) }));
  const { loss } = await evaluate(classifier(), named, {
    loss: (output, labels) => crossEntropy(output, labels, { labelSmoothing: 0.1 }),
  });
  expect(loss).toBeGreaterThan(0);
});

it("one epoch may be of a generator, which cannot be measured afterwards", async () => {
  const model = classifier();
  const once = () => dataset([0, 1, 1]).batches(2)[Symbol.iterator]() as IterableIterator<Batch>;
  const one = { epochs: 1, batchSize: undefined };
  expect(await fit(model, optionsFor(model, once(), one))).toHaveLength(1);
  const measured = { ...one, test: once(), evaluateTrain: true };
  expect(
    await fit(model, optionsFor<DataSource>(model, dataset([0, 1, 1]), { ...measured, batchSize: 2 })),
  ).toHaveLength(1);
  const onStep = () => expect.unreachable("it is trained");
  await expect(fit(model, optionsFor(model, once(), { ...one, evaluateTrain: true, onStep }))).rejects.toThrow(
    "fit: train: a generator can be walked only once",
  );
  const both = once();
  await expect(fit(model, optionsFor(model, both, { ...one, validation: both, onStep }))).rejects.toThrow(
    "fit: train: a generator can be walked only once",
  );
});

describe("what epochs are judged by", () => {
  const soft = new TensorDataset({ inputs: INPUTS, targets: INPUTS.map(() => [0.5, 0.5, 0]) });
  const told = new TensorDataset({ inputs: INPUTS, targets: LABELS });
  const run = (train: DataSource, changes: Partial<FitOptions<DataSource>>) => {
    const model = linear(3);
    return fit(model, optionsFor(model, train, { loss: crossEntropy as FitOptions<DataSource>["loss"], ...changes }));
  };

  it("is asked of what decides, for both options, and the loss is always there", async () => {
    await expect(run(told, { validation: soft, restoreBest: "f1" })).rejects.toThrow(
      "fit: restoreBest by f1 needs targets that are classes, and these are numbers",
    );
    await expect(run(told, { test: soft, earlyStop: { metric: "accuracy", patience: 1 } })).rejects.toThrow(
      "fit: earlyStop by accuracy needs targets that are classes",
    );
    await expect(
      run(told, { validation: soft, earlyStop: { metric: "loss", patience: 3 }, restoreBest: "auc" }),
    ).rejects.toThrow("fit: restoreBest by auc needs");
    await expect(
      run(soft, { validation: told, test: soft, earlyStop: { metric: "accuracy", patience: 9 } }),
    ).resolves.toHaveLength(3);
    await expect(run(told, { validation: soft, restoreBest: "loss" })).resolves.toHaveLength(3);
  });

  it("and the look at it draws nothing: the numbers are those without it", async () => {
    const lossesOf = async (changes: Partial<FitOptions<DataSource>>) => {
      manualSeed(3);
      return (await run(told, changes)).map(({ train }) => train.loss);
    };
    expect(await lossesOf({ earlyStop: { metric: "accuracy", patience: 9 } })).toEqual(await lossesOf({}));
  });
});

it("classes without names go with those that have some", async () => {
  const named = new TensorDataset({ inputs: INPUTS, targets: LABELS, classes: ["a", "b", "c"] });
  const nameless = new TensorDataset({ inputs: INPUTS, targets: LABELS });
  for (const [train, test] of [
    [named, nameless],
    [nameless, named],
    [nameless, nameless],
  ]) {
    const model = linear(3);
    await expect(fit(model, optionsFor(model, train, { test }))).resolves.toHaveLength(3);
  }
});
