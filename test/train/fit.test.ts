/** fit: what it reports, that a seed decides it, and that it is the loop one would write by hand. */

import { beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Dropout } from "../../src/layers/dropout.js";
import { nllLoss } from "../../src/layers/losses.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SGD } from "../../src/optim/sgd.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { BrokenLossError } from "../../src/train/broken-loss.js";
import { evaluate } from "../../src/train/evaluate.js";
import { type EpochReport, type FitOptions, fit, type StepReport } from "../../src/train/fit.js";
import { collectGarbage } from "../garbage.js";
import { onEachBackend } from "../targets.js";
import { classifier, dataset } from "./tiny-data.js";

const TRAIN = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0];
const TEST = [1, 0, 0, 1, 1];

/** Options for a model: two epochs of batches of 4, 4 and 2. */
function optionsFor(model: Sequential, changes: Partial<FitOptions> = {}): FitOptions {
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
    await collectGarbage();
    const before = backend.memory().storages;
    await fit(model, options);
    expect(backend.memory().storages).toBe(before);
    expect(model.parameters().map(({ grad }) => grad)).toEqual([null, null]);
  });

  it("are taken in training mode, all the way down, in every epoch", async () => {
    const modes: boolean[][] = [];
    const part = new Sequential(new Dropout(0));
    const model = new Sequential(part, classifier());
    const loss = (output: Tensor, labels: ArrayLike<number>) => {
      modes.push([model.training, (part.layers[0] as Dropout).training]);
      return nllLoss(output, Int32Array.from(labels));
    };
    model.eval();
    await fit(model, optionsFor(model, { loss, batchSize: 10 }));
    expect(modes).toEqual([
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

  it("count the images of each step", async () => {
    const model = classifier();
    const steps: StepReport[] = [];
    await fit(model, optionsFor(model, { onStep: (report) => steps.push(report) }));
    const rows = steps.map(({ epoch, epochs, done, total }) => [epoch, epochs, done, total]);
    expect(rows).toEqual([1, 2].flatMap((epoch) => [4, 8, 10].map((done) => [epoch, 2, done, 10])));
    for (const { imagesPerSecond, secondsLeft, done, total } of steps) {
      expect(secondsLeft).toBeCloseTo((total - done) / imagesPerSecond, 9);
    }
  });
});

describe("errors", () => {
  const run = (changes: Partial<FitOptions>, ...layers: ((x: Tensor) => Tensor)[]) => {
    const model = classifier();
    return fit(new Sequential(model, ...layers), optionsFor(model, changes));
  };
  it.each<[string, () => Promise<unknown>, Error]>([
    ["no epoch", () => run({ epochs: 0 }), new RangeError("fit: epochs must be a positive integer, got 0")],
    ["half an epoch", () => run({ epochs: 1.5 }), new RangeError("fit: epochs must be a positive integer, got 1.5")],
    [
      "no batch size",
      () => run({ batchSize: 0 }),
      new RangeError("batches: batchSize must be a positive integer, got 0"),
    ],
    ["an empty training set", () => run({ train: dataset([]) }), new Error("fit: train: the dataset is empty")],
    ["an empty test set", () => run({ test: dataset([]) }), new Error("fit: test: the dataset is empty")],
    [
      "an output of NaN",
      () => run({}, (x) => x.log()),
      new BrokenLossError("epoch 1, step 1: log made the first NaN or infinity: [4, 2] → [4, 2]"),
    ],
    [
      "more classes than the model has",
      () => run({ train: dataset([0, 1, 1], { classes: 3 }) }),
      new Error("the model's output has 2 columns, the dataset 3 classes"),
    ],
  ])("%s", (_, run, error) => expect(run()).rejects.toThrow(error));
});
