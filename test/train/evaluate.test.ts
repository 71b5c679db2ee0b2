/** evaluate against metrics computed by hand from the model's outputs. */

import { beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import type { ImageDataset } from "../../src/data/image-dataset.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Dropout } from "../../src/layers/dropout.js";
import type { Labels } from "../../src/layers/losses/class-loss.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import type { Module } from "../../src/layers/module.js";
import { Sequential } from "../../src/layers/sequential.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { full } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { noGrad } from "../../src/tensor/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { evaluate } from "../../src/train/evaluate.js";
import { BrokenLossError } from "../../src/train/pass.js";
import { onEachBackend } from "../targets.js";
import { unreadable } from "../unreadable.js";
import { classifier, dataset } from "./tiny-data.js";

const LABELS = [0, 1, 1, 0, 1, 0, 0, 1, 1];

/** Log-probabilities of every image, in the dataset's order. */
function outputsOf(model: Module, data: ImageDataset): Promise<number[][]> {
  const outputs = Array.from({ length: data.length }, async (_, i) => {
    const image = data.item(i).image.reshape([1, 3, 2, 2]);
    return [...(await noGrad(() => model.forward(image)).data())];
  });
  return Promise.all(outputs);
}

const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

beforeEach(() => useBackend("js"));

describe("the metrics", () => {
  onEachBackend("are those of the model's outputs, whatever the batch size", async () => {
    const [model, data] = [classifier({ seed: 2 }), dataset(LABELS)];
    const outputs = await outputsOf(model, data);
    const called = outputs.map(([bare, covered]) => Number(covered > bare));
    const count = (label: number, prediction: number) =>
      LABELS.filter((l, i) => l === label && called[i] === prediction).length;
    // The share of pairs of a 1 and a 0 in which the 1 scores higher.
    const pairs = LABELS.flatMap((one, i) => LABELS.flatMap((zero, j) => (one === 1 && zero === 0 ? [[i, j]] : [])));
    const expected = {
      loss: mean(LABELS.map((label, i) => -outputs[i][label])),
      accuracy: mean(LABELS.map((label, i) => Number(called[i] === label))),
      error: mean(LABELS.map((label, i) => Number(called[i] !== label))),
      precision: count(1, 1) / (count(1, 1) + count(0, 1)),
      recall: count(1, 1) / (count(1, 1) + count(1, 0)),
      f1: (2 * count(1, 1)) / (2 * count(1, 1) + count(0, 1) + count(1, 0)),
      auc: mean(pairs.map(([i, j]) => Number(outputs[i][1] > outputs[j][1]))),
    };
    // A set on which the model is neither always right nor always wrong.
    for (const value of [expected.accuracy, expected.f1, expected.auc]) expect(value * (1 - value)).toBeGreaterThan(0);
    for (const batchSize of [1, 2, 4, 9, undefined]) {
      expect(await evaluate(model, data, { batchSize }), `batches of ${batchSize}`).toEqual({
        ...expected,
        loss: expect.closeTo(expected.loss, 6),
        error: expect.closeTo(expected.error, 12),
        auc: expect.closeTo(expected.auc, 12),
      });
    }
  });

  it("of three classes are means over the classes, without AUC", async () => {
    const [model, data] = [classifier({ classes: 3 }), dataset([0, 1, 2, 2, 1, 0, 0], { classes: 3 })];
    const outputs = await outputsOf(model, data);
    const called = outputs.map((row) => row.indexOf(Math.max(...row)));
    const share = (of: number[], hits: number[]) =>
      of.length === 0 ? 0 : of.filter((i) => hits.includes(i)).length / of.length;
    const scores = [0, 1, 2].map((c) => {
      const [is, isCalled] = [data.labels, called].map((list) => [...list.keys()].filter((i) => list[i] === c));
      const [precision, recall] = [share(isCalled, is), share(is, isCalled)];
      return { precision, recall, f1: precision + recall && (2 * precision * recall) / (precision + recall) };
    });
    const right = mean(called.map((c, i) => Number(c === data.labels[i])));
    expect(await evaluate(model, data, { batchSize: 3 })).toEqual({
      loss: expect.closeTo(mean(outputs.map((row, i) => -row[data.labels[i]])), 6),
      accuracy: right,
      error: 1 - right,
      precision: expect.closeTo(mean(scores.map(({ precision }) => precision)), 12),
      recall: expect.closeTo(mean(scores.map(({ recall }) => recall)), 12),
      f1: expect.closeTo(mean(scores.map(({ f1 }) => f1)), 12),
    });
  });

  it.each([0, 1])("have no AUC where all images are of class %d", async (label) => {
    const metrics = await evaluate(classifier(), dataset([label, label, label]));
    expect(Object.keys(metrics)).toEqual(["loss", "accuracy", "error", "precision", "recall", "f1"]);
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
  });

  it("have the loss that is asked for, weighted by the size of each batch", async () => {
    const lossOf = (_: Tensor, labels: Labels) => full([], labels.length);
    // Batches of 4, 4 and 1.
    expect((await evaluate(classifier(), dataset(LABELS), { batchSize: 4, loss: lossOf })).loss).toBeCloseTo(33 / 9, 6);
  });
});

describe("the model", () => {
  const noisy = () => new Sequential(new BatchNorm2d(3), new Sequential(new Dropout(0.5)), classifier());
  const modesOf = (model: Module) => Array.from(model.modules(), ({ training }) => training);

  it("is measured in evaluation mode, and left as it was: modes, buffers, gradients", async () => {
    const [model, data] = [noisy(), dataset(LABELS)];
    const before = model.buffers().map((buffer) => [...buffer.dataSync()]);
    const first = await evaluate(model, data, { batchSize: 2 });
    expect(await evaluate(model, data, { batchSize: 2 })).toEqual(first);
    expect(model.buffers().map((buffer) => [...buffer.dataSync()])).toEqual(before);
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  it.each([
    ["training", (model: Module) => model.train()],
    ["evaluation", (model: Module) => model.eval()],
    ["training, but for a frozen part", (model: Sequential) => void (model.layers[0] as Module).eval()],
    ["evaluation, but for a part", (model: Sequential) => void (model.eval().layers[1] as Module).train()],
  ])("keeps its modes: %s", async (_, set) => {
    const model = noisy();
    set(model);
    const before = modesOf(model);
    await evaluate(model, dataset(LABELS));
    expect(modesOf(model)).toEqual(before);
    const fails = () => {
      throw new Error("inside");
    };
    await expect(evaluate(model, dataset(LABELS), { loss: fails })).rejects.toThrow("inside");
    expect(modesOf(model)).toEqual(before);
  });

  onEachBackend("and the dataset leave nothing in memory", async (backend) => {
    const [model, data] = [noisy(), dataset(LABELS)];
    const before = backend.memory().storages;
    await evaluate(model, data, { batchSize: 4 });
    expect(backend.memory().storages).toBe(before);
  });
});

describe("errors", () => {
  it.each<[string, () => Promise<unknown>, Error]>([
    [
      "an output of NaN",
      () => {
        let done = 0;
        // From the third batch on.
        const breaks = (x: Tensor) => (++done >= 3 ? x.log() : x);
        return evaluate(new Sequential(classifier(), breaks), dataset(LABELS), { batchSize: 3 });
      },
      new BrokenLossError("evaluation, step 3: log made the first NaN or infinity: [3, 2] → [3, 2]"),
    ],
    [
      "an output of NaN that the loss does not see",
      () => evaluate(new Sequential(classifier(), (x) => x.log()), dataset(LABELS), { loss: () => full([], 1) }),
      new BrokenLossError("the model's output is NaN for example 0 of this pass"),
    ],
    [
      "more columns than classes",
      () => evaluate(classifier({ classes: 3 }), dataset(LABELS)),
      new Error("the model's output has 3 columns, the dataset 2 classes"),
    ],
    ["an empty dataset", () => evaluate(classifier(), dataset([])), new Error("evaluate: the dataset is empty")],
    [
      "no batch size",
      () => evaluate(classifier(), dataset(LABELS), { batchSize: 0 }),
      new RangeError("evaluate: batchSize must be a positive integer, got 0"),
    ],
  ])("%s", (_, run, error) => expect(run()).rejects.toThrow(error));
});

describe("a model that ends in logits", () => {
  onEachBackend("has the metrics of the one that ends in log-softmax", async () => {
    const [model, data] = [classifier({ seed: 2 }), dataset(LABELS)];
    const logits = new Sequential(...model.layers.slice(0, -1));
    const expected = await evaluate(model, data);
    const metrics = await evaluate(logits, data);
    expect(metrics).toEqual({ ...expected, loss: expect.closeTo(expected.loss, 6) });
  });

  onEachBackend("is refused by nllLoss, also where nothing can be read at once", async () => {
    const logits = new Sequential(...classifier({ seed: 2 }).layers.slice(0, -1));
    const refused = () =>
      expect(evaluate(logits, dataset(LABELS), { loss: nllLoss })).rejects.toThrow(
        "nllLoss: expected log-probabilities, which are at most 0; example",
      );
    await refused();
    await unreadable(refused);
  });

  it("is refused by nllLoss, which names the example", async () => {
    const logits = new Sequential(() => tensor([-1, -2, -2, 3], [2, 2]));
    const refused = () =>
      expect(evaluate(logits, dataset([0, 1]), { loss: nllLoss })).rejects.toThrow("example 1 has 3.");
    await refused();
    await unreadable(refused);
  });
});
