/** What fit refuses before its first step, though the training alone would come to it after an epoch. */

import { beforeEach, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset.js";
import { ImageDataset } from "../../src/data/image-dataset.js";
import { TensorDataset } from "../../src/data/tensor-dataset.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SGD } from "../../src/optim/sgd.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { generatorStates } from "../../src/tensor/generator-states.js";
import { manualSeed } from "../../src/tensor/random.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { type FitOptions, fit } from "../../src/train/fit.js";
import { rehearse } from "../../src/train/rehearse.js";
import { classifier, dataset } from "./tiny-data.js";

const TRAIN = dataset([0, 1, 1, 0, 1, 0]);
const earlyStop = { metric: "auc", patience: 1 } as const;

beforeEach(async () => {
  await useBackend("js");
  manualSeed(1);
});

/** Trains where it may, and says how many steps were taken. */
async function stepsUntil(model: Sequential, changes: Partial<FitOptions<Dataset>>): Promise<number> {
  let steps = 0;
  const onStep = () => void steps++;
  const before = await model.parameters()[0].data();
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  await fit<Dataset>(model, { optimizer, train: TRAIN, epochs: 1, batchSize: 3, onStep, ...changes }).catch(
    async (error: Error) => {
      expect(await model.parameters()[0].data(), "weights").toEqual(before);
      throw error;
    },
  );
  return steps;
}

describe("before anything is trained, fit refuses", () => {
  const three = dataset([0, 1, 2, 0, 1, 2], { classes: 3 });
  const larger = new ImageDataset({
    pixels: new Uint8Array(2 * 3 * 16),
    labels: Int32Array.of(0, 1),
    size: 4,
    classes: TRAIN.classes,
  });
  const values = new TensorDataset({
    inputs: { data: new Float32Array(24), shape: [2, 3, 2, 2] },
    targets: [[0.5], [1]],
  });
  it.each<[string, Partial<FitOptions<Dataset>>, string]>([
    [
      "auc of a test set of one class",
      { test: dataset([1, 1, 1, 1]), earlyStop },
      "fit: earlyStop by auc needs examples",
    ],
    [
      "auc of a validation set of one class",
      { validation: dataset([0, 0]), test: TRAIN, restoreBest: "auc" },
      "fit: restoreBest by auc needs examples of both classes to judge by, and there are those of one",
    ],
    ["auc of a training set of one class", { train: dataset([0, 0, 0]), earlyStop }, "fit: earlyStop by auc needs"],
    ["test images of another size", { test: larger }, "Linear(12, 2): expected an input [..., 12]"],
    [
      "labels that the model has no output for",
      { train: three, test: three },
      "label 2 of example 2 is not one of the classes 0 to 1",
    ],
    [
      "a test set without targets for the loss",
      { test: values },
      "fit: the targets are a tensor [2, 1], which may mean",
    ],
  ])("%s", (_, changes, message) => expect(stepsUntil(classifier(), changes)).rejects.toThrow(message));

  it("auc of three classes", () =>
    expect(stepsUntil(classifier({ classes: 3 }), { train: three, earlyStop })).rejects.toThrow(
      'fit: earlyStop by auc needs two classes, and the model tells 3 classes; "accuracy" and "f1" are for any number',
    ));

  it("a model with more outputs than there are classes", () =>
    expect(stepsUntil(classifier({ classes: 3 }), {})).rejects.toThrow("the model's output has 3 columns"));
});

it("what can be judged is trained, wherever the second class stands, and with batches that nobody knows", async () => {
  const late = dataset([0, 0, 0, 0, 0, 1]);
  expect(await stepsUntil(classifier(), { test: late, earlyStop })).toBe(2);
  const source = () => TRAIN.batches(2);
  expect(await stepsUntil(classifier(), { test: source as unknown as Dataset, earlyStop })).toBe(2);
});

it("numbers that are too large before the training are no reason: they need not be so after it", async () => {
  const overflows = (x: Tensor) => (x.requiresGrad ? x : x.mul(1e38).mul(1e38).sub(x.mul(1e38).mul(1e38)));
  const model = new Sequential(classifier(), overflows);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const options = { optimizer, train: TRAIN, test: TRAIN, epochs: 1, batchSize: 3 };
  let steps = 0;
  await expect(fit(model, { ...options, onStep: () => void steps++ })).rejects.toThrow("evaluation, step 1");
  expect(steps).toBe(2);
});

it("one batch of what is to be measured is tried, and no more", async () => {
  let passes = 0;
  const loss = (output: Tensor) => {
    passes++;
    return output.mean();
  };
  await rehearse(classifier(), { train: TRAIN, test: TRAIN, batchSize: 2, loss });
  expect(passes).toBe(1);
});

it("nothing is drawn and no weight changes", async () => {
  const noisy = new Sequential(classifier(), (x) => x.add(tensor([0, 1])).dropout(0.5, { training: true }));
  const before = { generators: generatorStates(), weights: await noisy.parameters()[0].data() };
  await rehearse(noisy, { train: TRAIN, test: TRAIN, batchSize: 2 });
  expect({ generators: generatorStates(), weights: await noisy.parameters()[0].data() }).toEqual(before);
});
