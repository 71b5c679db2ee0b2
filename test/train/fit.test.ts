/** fit: what it reports, that a seed decides it, and that it is the loop one would write by hand. */

import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import "../../src/tensor/methods.js";
import { ImageDataset } from "../../src/data/image-dataset.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Linear } from "../../src/layers/linear.js";
import type { Labels } from "../../src/layers/losses/class-loss.js";
import { mseLoss } from "../../src/layers/losses/mse-loss.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import { Module } from "../../src/layers/module.js";
import { Sequential } from "../../src/layers/sequential.js";
import { clipGradNorm, clipGradValue } from "../../src/optim/clip.js";
import { CosineWarmupLR } from "../../src/optim/schedules/cosine-warmup-lr.js";
import { StepLR } from "../../src/optim/schedules/step-lr.js";
import { SGD } from "../../src/optim/sgd.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { defaultGenerator, Generator, manualSeed } from "../../src/tensor/random.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { bestEpoch } from "../../src/train/best-epoch.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/train/checkpoint.js";
import type { DataSource } from "../../src/train/data-source.js";
import { evaluate } from "../../src/train/evaluate.js";
import { type FitOptions, fit } from "../../src/train/fit.js";
import { BrokenLossError } from "../../src/train/pass.js";
import { TrainingPosition } from "../../src/train/position.js";
import { predict } from "../../src/train/predict.js";
import type { EpochReport, StepGradients, StepReport } from "../../src/train/reports.js";
import { onEachBackend } from "../targets.js";
import { unreadable } from "../unreadable.js";
import { classifier, dataset } from "./tiny-data.js";

const TRAIN = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0];
const TEST = [1, 0, 0, 1, 1];

/** Options for a model: two epochs of batches of 4, 4 and 2. */
function optionsFor(model: Sequential, changes: Partial<FitOptions<ImageDataset>> = {}): FitOptions<ImageDataset> {
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  return { optimizer, train: dataset(TRAIN), test: dataset(TEST, { seed: 2 }), epochs: 2, batchSize: 4, ...changes };
}

const weights = (model: Sequential) => Promise.all(model.parameters().map((p) => p.data()));
/** What does not depend on the clock. */
const measured = (reports: EpochReport[]) =>
  reports.map(({ epoch, epochs, train, test }) => ({ epoch, epochs, train, test }));

beforeEach(async () => {
  await useBackend("js");
  manualSeed(1);
});

describe("the steps", () => {
  onEachBackend("are those of a loop by hand", async () => {
    const [model, byHand] = [classifier(), classifier()];
    const options = optionsFor(byHand);
    manualSeed(7);
    await fit(model, optionsFor(model));
    manualSeed(7);
    for (let epoch = 0; epoch < 2; epoch++) {
      for (const { images, labels } of options.train.batches(4)) {
        options.optimizer.zeroGrad();
        nllLoss(byHand.forward(images), labels).backward();
        options.optimizer.step();
      }
    }
    expect(await weights(model)).toEqual(await weights(byHand));
    expect(await weights(model)).not.toEqual(await weights(classifier()));
  });

  onEachBackend("leave no gradient and no graph behind", async (backend) => {
    const model = classifier();
    const options = optionsFor(model);
    // What was walked before, by another test, is over by then.
    for (let i = 0; i < 3; i++) await fit(model, options);
    const before = backend.memory().storages;
    await fit(model, options);
    expect(backend.memory().storages).toBe(before);
    expect(model.parameters().map(({ grad }) => grad)).toEqual([null, null]);
  });

  it("are taken in training mode, all the way down, in every epoch", async () => {
    const modes: boolean[][] = [];
    const part = new Sequential(new Dropout(0));
    const model = new Sequential(part, classifier());
    const loss = (output: Tensor, labels: Labels) => {
      modes.push([model.training, (part.layers[0] as Dropout).training]);
      return nllLoss(output, Int32Array.from(labels));
    };
    model.eval();
    await fit(model, optionsFor(model, { loss, batchSize: 10 }));
    expect(modes).toEqual([
      [false, false], // the look at the test set before the first step
      [true, true],
      [false, false],
      [true, true],
      [false, false],
    ]);
  });
});

describe("the reports", () => {
  it("have a seed's numbers", async () => {
    const run = async (seed: number) => {
      manualSeed(seed);
      const noise = new Dropout(0.3, { generator: new Generator(seed) });
      const model = new Sequential(new BatchNorm2d(3), noise, classifier());
      return { reports: measured(await fit(model, optionsFor(model))), weights: await weights(model) };
    };
    const first = await run(3);
    expect(await run(3)).toEqual(first);
    expect(await run(4)).not.toEqual(first);
  });

  it("tell of each epoch, once it is over", async () => {
    const model = classifier();
    const seen: EpochReport[] = [];
    const onEpoch = async (report: EpochReport) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(report);
    };
    const reports = await fit(model, optionsFor(model, { onEpoch }));
    expect(reports).toEqual(seen);
    const metrics = { loss: expect.any(Number), accuracy: expect.any(Number), f1: expect.any(Number) };
    const fields = { train: metrics, test: metrics, imagesPerSecond: expect.any(Number), seconds: expect.any(Number) };
    expect(reports).toMatchObject([
      { epoch: 1, epochs: 2, ...fields },
      { epoch: 2, epochs: 2, ...fields },
    ]);
    for (const { imagesPerSecond, seconds } of reports) expect(Math.min(imagesPerSecond, seconds)).toBeGreaterThan(0);
  });

  it("give the training set as it was before each step, and the test set after the last", async () => {
    const [model, test] = [classifier(), dataset(TEST, { seed: 2 })];
    const before = await evaluate(model, dataset(TRAIN));
    const [report] = await fit(model, optionsFor(model, { test, epochs: 1, batchSize: 10 }));
    expect(report.train).toEqual({ ...before, loss: expect.closeTo(before.loss, 6) });
    expect(report.test).toEqual(await evaluate(model, test));
  });

  it("have no test metrics where there is no test set", async () => {
    const model = classifier();
    const [report] = await fit(model, optionsFor(model, { test: undefined, epochs: 1 }));
    expect(report.test).toBeUndefined();
  });

  it("have those of a validation set, beside a test set or without one", async () => {
    const [model, validation, test] = [classifier(), dataset(TEST, { seed: 4 }), dataset(TEST, { seed: 2 })];
    const [both] = await fit(model, optionsFor(model, { validation, test, epochs: 1 }));
    const measure = (set: ImageDataset) => evaluate(model, set, { batchSize: 4 });
    expect([both.validation, both.test]).toEqual([await measure(validation), await measure(test)]);
    const [one] = await fit(model, optionsFor(model, { validation, test: undefined, epochs: 1 }));
    expect([one.validation, one.test]).toEqual([await measure(validation), undefined]);
  });

  it("count the images of each step, and tell its loss: the epoch's is their mean", async () => {
    const model = classifier();
    const steps: StepReport[] = [];
    const reports = await fit(model, optionsFor(model, { onStep: (report) => steps.push(report) }));
    for (const { epoch, train } of reports) {
      const [a, b, c] = steps.filter((step) => step.epoch === epoch).map(({ loss }) => loss);
      expect((4 * a + 4 * b + 2 * c) / 10).toBeCloseTo(train.loss, 6);
    }
    const rows = steps.map(({ epoch, epochs, done, total }) => [epoch, epochs, done, total]);
    expect(rows).toEqual([1, 2].flatMap((epoch) => [4, 8, 10].map((done) => [epoch, 2, done, 10])));
    for (const { imagesPerSecond, secondsLeft, done, total } of steps) {
      expect(secondsLeft).toBeCloseTo((total! - done) / imagesPerSecond, 9);
    }
  });
});

describe("the report of a step", () => {
  const stepsOf = async (changes: Partial<FitOptions<ImageDataset>>) => {
    const model = classifier();
    const steps: StepReport[] = [];
    manualSeed(5);
    await fit(model, optionsFor(model, { epochs: 1, onStep: (report) => steps.push(report), ...changes }));
    return steps;
  };

  it("has what the model said to its examples before it, and the share that was right", async () => {
    const train = dataset(TRAIN);
    const steps = await stepsOf({ train });
    const [first] = steps;
    const before = await predict(classifier(), train);
    const expected = Array.from(first.indices!).flatMap((i) => [...before.data.subarray(2 * i, 2 * i + 2)]);
    expect([first.outputs.shape, [...first.outputs.data]]).toEqual([[4, 2], expected]);
    expect(steps.flatMap(({ indices }) => [...indices!]).sort((a, b) => a - b)).toEqual([...TRAIN.keys()]);
    for (const { accuracy, outputs, indices } of steps) {
      const right = Array.from(indices!).filter(
        (example, i) => Number(outputs.data[2 * i + 1] > outputs.data[2 * i]) === train.labels[example],
      );
      expect(accuracy).toBe(right.length / indices!.length);
    }
    expect(new Set(steps.map(({ accuracy }) => accuracy)).size).toBeGreaterThan(1);
  });

  it("has that of all batches in the step", async () => {
    const [one, several] = [await stepsOf({ batchSize: 6 }), await stepsOf({ batchSize: 3, accumulate: 2 })];
    for (const [i, { outputs, indices, accuracy }] of several.entries()) {
      expect(outputs.shape).toEqual(one[i].outputs.shape);
      expect([indices, accuracy]).toEqual([one[i].indices, one[i].accuracy]);
      for (const [j, value] of outputs.data.entries()) expect(value).toBeCloseTo(one[i].outputs.data[j], 5);
    }
  });

  it("has no accuracy where targets are no classes, and no indices where batches do not tell", async () => {
    const model = new Linear(1, 1);
    const steps: StepReport[] = [];
    const [inputs, targets] = [tensor([[1], [2]]), tensor([[2], [4]])];
    await fit(model, {
      ...{ train: [{ inputs, targets }], loss: mseLoss, epochs: 1 },
      ...{ optimizer: new SGD(model.parameters(), { lr: 0.1 }), onStep: (report) => steps.push(report) },
    });
    expect(steps.map(({ accuracy, indices, outputs }) => [accuracy, indices, outputs.shape])).toEqual([
      [undefined, undefined, [2, 1]],
    ]);
    // Nobody has counted the examples: how long they will take is not known.
    expect(steps.map(({ total, secondsLeft }) => [total, secondsLeft])).toEqual([[undefined, undefined]]);
  });
});

describe("the clock", () => {
  it("stands still while callbacks take their time", async () => {
    const now = performance.now.bind(performance);
    let spent = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + spent);
    onTestFinished(() => clock.mockRestore());
    const DAY = 86_400_000;
    const [model, position] = [classifier(), new TrainingPosition()];
    const steps: StepReport[] = [];
    const seconds: number[] = [];
    const reports = await fit(
      model,
      optionsFor(model, {
        position,
        onStep: (report) => {
          steps.push(report);
          seconds.push(position.seconds);
          spent += DAY;
        },
        onEpoch: () => {
          spent += DAY;
        },
      }),
    );
    const hour = 3600;
    for (const { imagesPerSecond, secondsLeft } of steps) {
      expect(imagesPerSecond).toBeGreaterThan(1 / hour);
      expect(secondsLeft).toBeLessThan(10 * hour);
    }
    expect(Math.max(...seconds, ...reports.map((report) => report.seconds))).toBeLessThan(hour);
  });

  it("tells speed, what is left, and the seconds of an epoch with its evaluation", async () => {
    let milliseconds = 5000;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => milliseconds);
    onTestFinished(() => clock.mockRestore());
    // Two seconds for each batch: three to train on, and two of the test set.
    const loss = (output: Tensor, labels: Labels) => {
      milliseconds += 2000;
      return nllLoss(output, labels);
    };
    const [model, steps] = [classifier(), [] as StepReport[]];
    const onStep = (report: StepReport) => void steps.push(report);
    const [report] = await fit(model, optionsFor(model, { epochs: 1, loss, onStep }));
    expect(steps.map(({ imagesPerSecond, secondsLeft }) => [imagesPerSecond, secondsLeft])).toEqual([
      [2, 3],
      [2, 1],
      [10 / 6, 0],
    ]);
    expect([report.imagesPerSecond, report.seconds]).toEqual([10 / 6, 10]);
  });

  it("may be so coarse that it shows no time at all: figures stay numbers, which a checkpoint can hold", async () => {
    const clock = vi.spyOn(performance, "now").mockReturnValue(5000);
    onTestFinished(() => clock.mockRestore());
    const [model, position] = [classifier(), new TrainingPosition()];
    const options = optionsFor(model, { position });
    const speeds: number[] = [];
    await fit(model, { ...options, onStep: ({ imagesPerSecond }) => void speeds.push(imagesPerSecond) });
    expect([...speeds, ...position.reports.map(({ imagesPerSecond }) => imagesPerSecond)].every(Number.isFinite)).toBe(
      true,
    );
    const { optimizer } = options;
    const saved = await encodeCheckpoint({ model, optimizer, position });
    expect(await decodeCheckpoint(saved, { model, optimizer })).toEqual(position);
  });
});

describe("the learning rate", () => {
  /** The rate that each step was taken with. */
  const ratesOf = async (changes: (optimizer: SGD) => Partial<FitOptions<ImageDataset>>) => {
    const model = classifier();
    const options = optionsFor(model, { epochs: 3 });
    const optimizer = options.optimizer as SGD;
    const rates: number[] = [];
    const loss = (output: Tensor, labels: Labels) => {
      if (output.requiresGrad) rates.push(optimizer.lr);
      return nllLoss(output, labels);
    };
    const reports = await fit(model, { ...options, loss, ...changes(optimizer) });
    return { rates, reports };
  };

  it("changes after each epoch", async () => {
    const { rates, reports } = await ratesOf((optimizer) => ({
      schedule: new StepLR(optimizer, { stepSize: 1, gamma: 0.5 }),
    }));
    expect(rates).toEqual([0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125]);
    expect(reports.map(({ lr }) => lr)).toEqual([0.5, 0.25, 0.125]);
  });

  it("or after each step", async () => {
    const { rates } = await ratesOf((optimizer) => ({
      schedule: new CosineWarmupLR(optimizer, { steps: 9, warmupSteps: 2 }),
      scheduleEvery: "step",
    }));
    const cosine = (t: number) => 0.25 * (1 + Math.cos((Math.PI * (t - 2)) / 7));
    const expected = [0.25, 0.5, ...[2, 3, 4, 5, 6, 7, 8].map(cosine)];
    for (const [t, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[t], 12);
    expect(rates).toHaveLength(9);
  });

  it("stays where there is no schedule, whenever that would be stepped", async () => {
    const { rates } = await ratesOf(() => ({ scheduleEvery: "step" }));
    expect(new Set(rates)).toEqual(new Set([0.5]));
  });

  it("follows the loss on the validation set, or without one on the test set, or on the training set", async () => {
    for (const [split, sets] of [
      ["train", { test: undefined }],
      ["test", { test: dataset(TEST) }],
      ["validation", { test: dataset(TEST), validation: dataset(TEST, { seed: 3 }) }],
    ] as const) {
      const seen: number[] = [];
      const schedule = { step: (metric: number) => seen.push(metric), stateDict: () => ({}), loadStateDict: () => {} };
      const { reports } = await ratesOf(() => ({ schedule, ...sets }));
      expect(seen).toEqual(reports.map((report) => report[split]!.loss));
    }
  });
});

describe("gradients are clipped", () => {
  it.each([
    ["by their norm", { clipNorm: 0.01 }, (p: Parameter[]) => clipGradNorm(p, 0.01)],
    ["by value", { clipValue: 0.002 }, (p: Parameter[]) => clipGradValue(p, 0.002)],
  ] as const)("%s, before each step", async (_, changes, clip) => {
    const [model, byHand, free] = [classifier(), classifier(), classifier()];
    const options = optionsFor(byHand, { epochs: 1, batchSize: 10 });
    await fit(model, optionsFor(model, { epochs: 1, batchSize: 10, ...changes }));
    await fit(free, optionsFor(free, { epochs: 1, batchSize: 10 }));
    for (const { images, labels } of options.train.batches(10)) {
      nllLoss(byHand.forward(images), labels).backward();
      clip([...options.optimizer.parameters]);
      options.optimizer.step();
    }
    const flat = async (model: Sequential) => (await weights(model)).flatMap((values) => [...values]);
    const [clipped, expected, unclipped] = await Promise.all([model, byHand, free].map(flat));
    for (const [i, value] of clipped.entries()) expect(value).toBeCloseTo(expected[i], 6);
    expect(Math.max(...clipped.map((value, i) => Math.abs(value - unclipped[i])))).toBeGreaterThan(1e-3);
  });
});

describe("steps of several batches", () => {
  it.each([
    [3, 2],
    [2, 3],
  ])("of %d examples, %d of them, come to what one large batch does", async (batchSize, accumulate) => {
    const [parts, whole] = [classifier(), classifier()];
    const run = async (model: Sequential, changes: Partial<FitOptions<ImageDataset>>) => {
      const steps: StepReport[] = [];
      manualSeed(5);
      const onStep = (report: StepReport) => steps.push(report);
      return { reports: await fit(model, optionsFor(model, { onStep, ...changes })), steps };
    };
    const one = await run(whole, { batchSize: 6 });
    const several = await run(parts, { batchSize, accumulate });
    expect(several.steps.map(({ done }) => done)).toEqual([6, 10, 6, 10]);
    for (const [i, { loss }] of one.steps.entries()) expect(several.steps[i].loss).toBeCloseTo(loss, 6);
    for (const [i, { train }] of one.reports.entries())
      expect(several.reports[i].train.loss).toBeCloseTo(train.loss, 6);
    const expected = await weights(whole);
    for (const [i, values] of (await weights(parts)).entries()) {
      for (const [j, value] of values.entries()) expect(value).toBeCloseTo(expected[i][j], 6);
    }
  });
});

describe("what stands between the way back and the step", () => {
  const options = (model: Sequential, changes: Partial<FitOptions<DataSource>>): FitOptions<DataSource> => ({
    optimizer: new SGD(model.parameters(), { lr: 0.5 }),
    train: () => dataset(TRAIN).batches(4, { generator: new Generator(5), dropLast: true }),
    epochs: 2,
    loss: nllLoss,
    ...changes,
  });

  it("is waited for, sees each step's gradients, and what it puts in their place is what is stepped with", async () => {
    const [model, still] = [classifier(), classifier()];
    const seen: number[] = [];
    const onBackward = async ({ parameters, examples }: StepGradients) => {
      expect(parameters.every((parameter, i) => parameter === model.parameters()[i])).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (const { grad } of parameters) {
        expect((await grad!.data()).some((value) => value !== 0)).toBe(true);
        grad!.copyFrom(zeros(grad!.shape));
      }
      seen.push(examples);
    };
    await fit(model, options(model, { onBackward }));
    expect(seen).toEqual([4, 4, 4, 4]);
    expect(await weights(model)).toEqual(await weights(still));
  });

  it("comes before gradients are cut, which then are those that it has put there", async () => {
    const [model, expected] = [classifier(), classifier()];
    const tenfold = ({ parameters }: StepGradients) => {
      for (const { grad } of parameters) grad!.copyFrom(grad!.mul(10));
    };
    await fit(model, options(model, { onBackward: tenfold, clipValue: 0.01 }));
    const byHand = options(expected, {});
    for (let epoch = 0; epoch < 2; epoch++) {
      for (const { images, labels } of dataset(TRAIN).batches(4, { generator: new Generator(5), dropLast: true })) {
        byHand.optimizer.zeroGrad();
        nllLoss(expected.forward(images), labels).backward();
        tenfold({ parameters: expected.parameters(), examples: 4 });
        clipGradValue(expected.parameters(), 0.01);
        byHand.optimizer.step();
      }
    }
    expect(await weights(model)).toEqual(await weights(expected));
  });

  it("makes one training of several, each on its share of every batch", async () => {
    const whole = classifier();
    await fit(whole, options(whole, {}));
    const models = [classifier(), classifier()];
    // As processes would: all go back, each takes the mean of their gradients, all step.
    const optimizers = models.map((model) => new SGD(model.parameters(), { lr: 0.5 }));
    for (let epoch = 0; epoch < 2; epoch++) {
      const shares = models.map((_, index) => {
        const shard = { index, of: 2 };
        return dataset(TRAIN)
          .batches(4, { generator: new Generator(5), dropLast: true, shard })
          [Symbol.iterator]();
      });
      for (let step = 0; step < 2; step++) {
        for (const [i, model] of models.entries()) {
          const { images, labels } = shares[i].next().value!;
          optimizers[i].zeroGrad();
          nllLoss(model.forward(images), labels).backward();
        }
        const [first, second] = models.map((model) => model.parameters());
        for (const [i, { grad }] of first.entries()) {
          const mean = grad!.add(second[i].grad!).div(2);
          for (const each of [grad!, second[i].grad!]) each.copyFrom(mean);
        }
        for (const optimizer of optimizers) optimizer.step();
      }
    }
    expect(await weights(models[0])).toEqual(await weights(models[1]));
    const expected = await weights(whole);
    for (const [i, values] of (await weights(models[0])).entries()) {
      for (const [j, value] of values.entries()) expect(value).toBeCloseTo(expected[i][j], 6);
    }
  });
});

describe("a last batch that is not full", () => {
  it("is left out, if asked to", async () => {
    const model = classifier();
    const steps: StepReport[] = [];
    await fit(model, optionsFor(model, { epochs: 1, dropLast: true, onStep: (report) => steps.push(report) }));
    expect(steps.map(({ done, total }) => [done, total])).toEqual([
      [4, 8],
      [8, 8],
    ]);
    expect(steps[1].secondsLeft).toBe(0);
  });

  it("is not the only one", async () => {
    const model = classifier();
    await expect(fit(model, optionsFor(model, { batchSize: 11, dropLast: true }))).rejects.toThrow(
      new Error("fit: dropLast leaves nothing of 10 examples in batches of 11"),
    );
    await expect(fit(model, optionsFor(model, { batchSize: 10, dropLast: true }))).resolves.toHaveLength(2);
  });
});

describe("early stop", () => {
  /** A test set that becomes worse from the third epoch on. */
  const accuracies = [0.5, 0.75, 0.75, 0.5, 0.75, 1];
  const run = async (patience: number, position?: TrainingPosition) => {
    const model = classifier();
    const optimizer = new SGD(model.parameters(), { lr: 0 });
    const onEpoch = (report: EpochReport) => {
      report.train.accuracy = accuracies[report.epoch - 1];
    };
    const earlyStop = { metric: "accuracy", patience } as const;
    const train = dataset(TRAIN);
    return fit(model, { optimizer, train, batchSize: 4, epochs: 6, earlyStop, onEpoch, position });
  };

  it.each([
    [1, 3],
    [2, 4],
    [3, 5],
    [4, 6],
  ])("with a patience of %d ends after epoch %d: equal is not better", async (patience, last) => {
    expect(await run(patience)).toHaveLength(last);
  });

  it("stays stopped when training goes on", async () => {
    const position = new TrainingPosition();
    await run(2, position);
    expect(await run(2, position)).toHaveLength(4);
    expect(await run(4, position)).toHaveLength(6);
  });

  it("knows which metrics are costs", () => {
    const reports = [0.3, 0.1, 0.2].map((value, i) => ({ epoch: i + 1, train: { loss: value, auc: value } }));
    expect(bestEpoch(reports as EpochReport[], "loss").epoch).toBe(2);
    expect(bestEpoch(reports as EpochReport[], "auc").epoch).toBe(1);
    expect(() => bestEpoch(reports as EpochReport[], "f1")).toThrow("there is no f1 in epoch");
    expect(() => bestEpoch(reports.slice(0, 1) as EpochReport[], "f1")).toThrow("there is no f1 in epoch 1");
    expect(() => bestEpoch([], "loss")).toThrow("no epoch is over");
  });
});

describe("the best epoch", () => {
  const reports = [0.3, 0.1, 0.2].map((value, i) => {
    const [worse, better] = [{ accuracy: value }, { accuracy: 1 - value }];
    return { epoch: i + 1, train: { accuracy: 0 }, validation: worse, test: better } as EpochReport;
  });

  it("is told by the validation set alone, where there is one", () => {
    expect(bestEpoch(reports, "accuracy").epoch).toBe(1);
    expect(
      bestEpoch(
        reports.map((report) => ({ ...report, validation: undefined })),
        "accuracy",
      ).epoch,
    ).toBe(2);
  });

  it("is the first of equals", () => {
    const equal = [0.2, 0.3, 0.1, 0.3].map((accuracy, i) => ({ epoch: i + 1, train: { accuracy } }) as EpochReport);
    expect(bestEpoch(equal, "accuracy").epoch).toBe(2);
  });

  it("has its weights and buffers put back at the end, if asked to", async () => {
    const model = new Sequential(new BatchNorm2d(3), classifier());
    const validation = dataset(TEST, { seed: 4 });
    // At this rate no epoch is like another.
    const options = optionsFor(model, { validation, epochs: 6, optimizer: new SGD(model.parameters(), { lr: 8 }) });
    const seen: unknown[] = [];
    const values = () => Promise.all(Object.values(model.stateDict()).map((value) => value.data()));
    const before = memory().storages;
    const reports = await fit(model, {
      ...options,
      restoreBest: "loss",
      onEpoch: async () => seen.push(await values()),
    });
    const best = bestEpoch(reports, "loss");
    expect(best.epoch).toBeLessThan(6);
    expect(await values()).toEqual(seen[best.epoch - 1]);
    expect(await evaluate(model, validation, { batchSize: 4 })).toEqual(best.validation);
    expect(memory().storages).toBe(before);
  });

  it("is put back without anybody listening, from a position before any epoch is over", async () => {
    const [model, validation] = [classifier(), dataset(TEST, { seed: 4 })];
    const optimizer = new SGD(model.parameters(), { lr: 8 });
    const position = new TrainingPosition();
    const reports = await fit(
      model,
      optionsFor(model, { validation, epochs: 6, optimizer, position, restoreBest: "loss" }),
    );
    const best = bestEpoch(reports, "loss");
    expect(best.epoch).toBeLessThan(6);
    expect(await evaluate(model, validation, { batchSize: 4 })).toEqual(best.validation);
  });

  it("cannot be put back where nothing tells it, or where its weights are not there any more", async () => {
    const model = classifier();
    await expect(fit(model, optionsFor(model, { restoreBest: "loss" }))).rejects.toThrow(
      "fit: restoreBest needs a validation set, which tells the best epoch: openSplits(folder, { size, valFraction: 0.1 })",
    );
    const [validation, position] = [dataset(TEST), new TrainingPosition()];
    await fit(model, optionsFor(model, { validation, position }));
    const more = optionsFor(model, { validation, position, epochs: 3, restoreBest: "loss" });
    await expect(fit(model, more)).rejects.toThrow(
      "fit: restoreBest knows the weights of its own epochs, and position has 2 behind it. Save the best epoch in onEpoch",
    );
    await expect(fit(model, optionsFor(model, { validation: dataset([]) }))).rejects.toThrow(
      "fit: validation: the dataset is empty",
    );
  });
});

describe("an interruption", () => {
  const shaken = (x: Tensor) => x.mul(defaultGenerator("sample").uniform());
  const noisy = () => new Sequential(new BatchNorm2d(3), new Dropout(0.3), shaken, classifier());

  it.each([1, 2, 3, 4, 5])("after step %d changes nothing in what comes", async (steps) => {
    const [whole, parts] = [noisy(), noisy()];
    const augment = { flip: 0.5, shift: 0.3 };
    manualSeed(5);
    const expected = await fit(whole, optionsFor(whole, { augment }));
    manualSeed(5);
    const position = new TrainingPosition();
    const controller = new AbortController();
    const options = optionsFor(parts, { augment, position });
    let left = steps;
    const onStep = () => {
      if (--left === 0) controller.abort(new Error("enough"));
    };
    await expect(fit(parts, { ...options, onStep, signal: controller.signal })).rejects.toThrow("enough");
    // Whatever else is drawn meanwhile: the streams of the order and of augmentation are put back.
    for (const stream of ["shuffle", "augmentation"] as const) defaultGenerator(stream).uint32();
    expect(measured(await fit(parts, options))).toEqual(measured(expected));
    expect(await weights(parts)).toEqual(await weights(whole));
  });

  it("between two steps of several batches changes nothing either", async () => {
    const [whole, parts] = [noisy(), noisy()];
    const changes = { batchSize: 2, accumulate: 2, dropLast: true };
    manualSeed(5);
    const expected = await fit(whole, optionsFor(whole, changes));
    manualSeed(5);
    const position = new TrainingPosition();
    const onStep = () => {
      if (position.done === 8) throw new Error("enough");
    };
    await expect(fit(parts, optionsFor(parts, { ...changes, position, onStep }))).rejects.toThrow("enough");
    expect(measured(await fit(parts, optionsFor(parts, { ...changes, position })))).toEqual(measured(expected));
    expect(await weights(parts)).toEqual(await weights(whole));
  });

  it("is heeded while the test set is measured", async () => {
    const model = classifier();
    const controller = new AbortController();
    const loss = (output: Tensor, labels: Labels) => {
      if (position.done === 10 && !output.requiresGrad) controller.abort(new Error("enough"));
      return nllLoss(output, labels);
    };
    const position = new TrainingPosition();
    const options = optionsFor(model, { loss, position, signal: controller.signal });
    await expect(fit(model, options)).rejects.toThrow("enough");
    expect([position.epoch, position.done, position.reports.length]).toEqual([1, 10, 0]);
  });
});

describe("an end before the end", () => {
  it("leaves the rest to a later call: both come to what one does", async () => {
    const [whole, parts] = [classifier(), classifier()];
    manualSeed(5);
    const expected = await fit(whole, optionsFor(whole, { epochs: 3 }));
    manualSeed(5);
    const position = new TrainingPosition();
    const options = optionsFor(parts, { epochs: 3, position });
    for (const [until, length] of [
      [2, 2],
      [2, 2],
      [5, 3],
    ]) {
      expect(await fit(parts, { ...options, until })).toHaveLength(length);
    }
    expect(measured(position.reports as EpochReport[])).toEqual(measured(expected));
    expect(await weights(parts)).toEqual(await weights(whole));
  });
});

describe("the training set", () => {
  it("is measured after the epoch, if asked for", async () => {
    const [model, train] = [classifier(), dataset(TRAIN)];
    const [report] = await fit(model, optionsFor(model, { train, epochs: 1, evaluateTrain: true }));
    expect(report.train).toEqual(await evaluate(model, train, { batchSize: 4 }));
  });
});

describe("a broken loss", () => {
  const breaksAt = (step: number, broken: (x: Tensor) => Tensor) => {
    let steps = 0;
    return (x: Tensor) => (x.requiresGrad && ++steps >= step ? broken(x) : x);
  };
  const run = async (layer: (x: Tensor) => Tensor, changes: Partial<FitOptions<ImageDataset>> = {}) => {
    const inner = classifier();
    const model = new Sequential(inner, layer);
    return fit(model, optionsFor(model, { optimizer: new SGD(inner.parameters(), { lr: 0.5 }), ...changes }));
  };

  it.each<[what: string, loss: (output: Tensor) => unknown]>([
    ["5", () => 5],
    ["a promise; await it first", async (output) => output.mean()],
  ])("is no loss at all: %s", async (what, loss) => {
    const options = { loss: loss as never };
    const message = `what the loss returns must be a tensor, got ${what}`;
    await expect(run((x) => x, options)).rejects.toThrow(`fit: ${message}`);
    await expect(evaluate(classifier(), dataset(TRAIN), options)).rejects.toThrow(`evaluate: ${message}`);
    const nothing = run(() => undefined as never, options);
    await expect(nothing).rejects.toThrow("fit: what the model returns must be a tensor, got undefined");
  });

  onEachBackend("is traced to the operation, without being asked to", async () => {
    const error = new BrokenLossError("epoch 2, step 2: log made the first NaN or infinity: [4, 2] → [4, 2]");
    await expect(run(breaksAt(5, (x) => x.log()))).rejects.toThrow(error);
  });

  it("is counted by steps, not by the batches of which they are made", async () => {
    const error = new BrokenLossError("epoch 1, step 2: log made the first NaN or infinity: [2, 2] → [2, 2]");
    await expect(
      run(
        breaksAt(3, (x) => x.log()),
        { accumulate: 2 },
      ),
    ).rejects.toThrow(error);
  });

  onEachBackend("is traced to the way back, when every step is looked at", async () => {
    // The root has no slope at 0: its gradient is infinite there, though the loss is not.
    const root = (x: Tensor) => x.add(x.sub(x.detach()).mul(x.sub(x.detach())).sqrt());
    const error = new BrokenLossError(
      "epoch 1, step 2: backward of sqrt made the first NaN or infinity: [4, 2] → [4, 2]",
    );
    await expect(run(breaksAt(2, root), { detectAnomaly: true })).rejects.toThrow(error);
    // Otherwise the next step finds broken weights, and tells what to do.
    const next =
      /^epoch 1, step 3: \w+ was given NaN or infinity, in its input \[2(, 12)?\], which is 0\.1\.(weight|bias): an earlier/;
    await expect(run(breaksAt(2, root))).rejects.toThrow(next);
  });

  it("finds nothing to complain about in a sound run", async () => {
    const [one, other] = [classifier(), classifier()];
    manualSeed(2);
    const expected = await fit(one, optionsFor(one));
    manualSeed(2);
    expect(measured(await fit(other, optionsFor(other, { detectAnomaly: true })))).toEqual(measured(expected));
  });
});

describe("errors", () => {
  const run = (changes: Partial<FitOptions<ImageDataset>>, ...layers: ((x: Tensor) => Tensor)[]) => {
    const model = classifier();
    return fit(new Sequential(model, ...layers), optionsFor(model, changes));
  };
  it.each<[string, () => Promise<unknown>, Error]>([
    ["no epoch", () => run({ epochs: 0 }), new RangeError("fit: epochs must be a positive integer, got 0")],
    ["half an epoch", () => run({ epochs: 1.5 }), new RangeError("fit: epochs must be a positive integer, got 1.5")],
    ["no batch size", () => run({ batchSize: 0 }), new RangeError("fit: batchSize must be a positive integer, got 0")],
    ["an empty training set", () => run({ train: dataset([]) }), new Error("fit: train: the dataset is empty")],
    ["an empty test set", () => run({ test: dataset([]) }), new Error("fit: test: the dataset is empty")],
    [
      "an output of NaN",
      () => run({}, (x) => x.log()),
      new BrokenLossError("epoch 1, step 1: log made the first NaN or infinity: [4, 2] → [4, 2]"),
    ],
    [
      "more classes than the model has",
      () => run({ train: dataset([0, 1, 1], { classes: 3 }), test: undefined }),
      new Error("the model's output has 2 columns, the dataset 3 classes"),
    ],
  ])("%s", (_, run, error) => expect(run()).rejects.toThrow(error));
});

describe("a model that ends in logits", () => {
  onEachBackend("learns what the one that ends in log-softmax learns", async () => {
    const model = classifier();
    const logits = new Sequential(...classifier().layers.slice(0, -1));
    manualSeed(7);
    const expected = await fit(model, optionsFor(model, { epochs: 4 }));
    manualSeed(7);
    const reports = await fit(logits, optionsFor(logits, { epochs: 4 }));
    for (const [i, { train, test }] of reports.entries()) {
      expect(train.loss).toBeCloseTo(expected[i].train.loss, 5);
      expect(test!.accuracy).toBe(expected[i].test!.accuracy);
    }
  });

  onEachBackend("is refused by nllLoss, also where nothing can be read at once", async () => {
    // Scaled: that a bare linear layer ends in logits is seen without a look at its numbers.
    const logits = new Sequential(...classifier().layers.slice(0, -1), (x) => x.mul(2));
    const refused = () =>
      expect(fit(logits, optionsFor(logits, { loss: nllLoss, test: undefined }))).rejects.toThrow(
        "nllLoss: expected log-probabilities, which are at most 0; example",
      );
    await refused();
    await unreadable(refused);
  });

  it("is refused by nllLoss, which names the example", async () => {
    const model = new Sequential(classifier(), (x) => x.mul(0).add(tensor([-1, -2, -2, 3], [2, 2])));
    const options = optionsFor(model, { train: dataset([0, 1]), batchSize: 2, test: undefined, loss: nllLoss });
    await unreadable(() => expect(fit(model, options)).rejects.toThrow("example 1 has 3."));
  });
});

describe("modes", () => {
  it("that parts were put into stay, whatever evaluation and callbacks do", async () => {
    const trunk = new Sequential(new BatchNorm2d(3), new Dropout(0.5));
    const model = new Sequential(trunk, new BatchNorm2d(3), classifier());
    trunk.eval();
    const before = await trunk.buffers()[0].data();
    await fit(model, optionsFor(model, { onEpoch: () => void model.train(), evaluateTrain: true }));
    expect([trunk.training, model.training]).toEqual([true, true]); // as the last callback left them
    expect(await trunk.buffers()[0].data()).toEqual(before);
    expect(await trunk.buffers()[2].item()).toBe(0);
    expect(await model.buffers()[5].item()).toBe(6);
  });
});

describe("what cannot be meant", () => {
  class Hiding extends Module {
    readonly #inner = classifier();
    readonly scale = new Parameter(ones([1]));
    forward(x: Tensor): Tensor {
      return this.#inner.forward(x.mul(this.scale));
    }
  }

  it("another model's optimizer", async () => {
    const [model, other] = [classifier(), classifier()];
    const { optimizer } = optionsFor(other);
    await expect(fit(model, optionsFor(model, { optimizer }))).rejects.toThrow(
      "fit: the optimizer holds none of the 2 parameters of Sequential. Make it from model.parameters()",
    );
  });

  it("a model that shows none of its parameters", async () => {
    class Hidden extends Module {
      readonly #inner = new Linear(1, 1);
      forward(x: Tensor): Tensor {
        return this.#inner.forward(x);
      }
    }
    await expect(fit(new Hidden(), optionsFor(classifier()))).rejects.toThrow(
      "none of the 0 parameters of Hidden; none were found, which is so for those in #private fields. Make it from",
    );
  });

  it("a text, though it can be walked", async () => {
    const model = classifier();
    await expect(fit(model, optionsFor(model, { train: "faces" as never }))).rejects.toThrow(
      'must be a dataset, batches { inputs, targets }, or a function that makes such batches, got "faces"',
    );
  });

  it("a validation or test set in which labels mean something else", async () => {
    const model = classifier();
    const sets = (names: string[]) => {
      const { labels, size } = dataset([0, 1]);
      return new ImageDataset({ pixels: new Uint8Array(3 * size ** 2 * 2), labels, size, classes: names });
    };
    for (const [which, names] of [
      ["validation", ["class 1", "class 0"]],
      ["test", ["class 0", "class 1", "class 2"]],
    ] as const) {
      await expect(fit(model, optionsFor(model, { [which]: sets([...names]) }))).rejects.toThrow(
        `fit: ${which} has the classes ${names.join(", ")}, train has class 0, class 1: a label must mean the same in both`,
      );
    }
  });

  it("an optimizer that was made before a layer, unless the layer is frozen", async () => {
    const model = new Sequential(new BatchNorm2d(3), classifier());
    const options = optionsFor(model, { optimizer: new SGD(model.parameters().slice(2)) });
    await expect(fit(model, options)).rejects.toThrow(
      "fit: the optimizer does not hold 0.weight [3], 0.bias [3] of Sequential. Make it from model.parameters(), once",
    );
    for (const parameter of model.parameters().slice(0, 2)) parameter.requiresGrad = false;
    await expect(fit(model, options)).resolves.toHaveLength(2);
  });

  it("a layer in a private field, at the first step", async () => {
    const model = new Hiding();
    const optimizer = new SGD(model.parameters());
    const steps: StepReport[] = [];
    const options = { ...optionsFor(classifier()), optimizer, onStep: (report: StepReport) => void steps.push(report) };
    await expect(fit(model, options)).rejects.toThrow(
      "SGD.step: the loss depends on parameters that no optimizer holds: Parameter [2], Parameter [2, 12]. If",
    );
    expect(steps).toEqual([]);
  });

  it("two at once, which would draw from the same generators", async () => {
    const [model, other] = [classifier(), classifier()];
    const first = fit(model, optionsFor(model));
    await expect(fit(other, optionsFor(other))).rejects.toThrow("fit: another fit is running. Both would draw from");
    await first;
    await expect(fit(other, optionsFor(other))).resolves.toHaveLength(2);
    await expect(fit(other, optionsFor(other, { onStep: () => Promise.reject(new Error("stop")) }))).rejects.toThrow(
      "stop",
    );
    await expect(fit(other, optionsFor(other))).resolves.toHaveLength(2);
  });

  it.each([
    [{ scheduleEvery: "batch" }, 'fit: scheduleEvery must be "step" or "epoch", got "batch"'],
    [{ earlyStop: { metric: "acc", patience: 1 } }, 'got an object { metric, patience }; metric is "acc"'],
    [{ epochs: 0 }, "epochs"],
    [{ train: dataset([]) }, "fit: train: the dataset is empty"],
  ])("%j", async (changes, message) => {
    const model = classifier();
    await expect(fit(model, optionsFor(model, changes as Partial<FitOptions<ImageDataset>>))).rejects.toThrow(message);
  });

  it("a schedule of another optimizer", async () => {
    const model = classifier();
    const schedule = new StepLR(new SGD(model.parameters()), { stepSize: 1 });
    await expect(fit(model, optionsFor(model, { schedule }))).rejects.toThrow(
      "fit: the schedule sets the rate of another optimizer; make it with the one that fit is given",
    );
  });
});
