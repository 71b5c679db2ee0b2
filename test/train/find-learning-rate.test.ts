/** findLearningRate: the sweep, what it suggests, and that nothing is changed by it. */

import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import "../../src/tensor/methods.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Linear } from "../../src/layers/linear.js";
import { mseLoss } from "../../src/layers/losses/mse-loss.js";
import { Sequential } from "../../src/layers/sequential.js";
import { Adam } from "../../src/optim/adam.js";
import { SGD } from "../../src/optim/sgd.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { generatorStates } from "../../src/tensor/generator-states.js";
import { manualSeed } from "../../src/tensor/random.js";
import type { Parameter, Tensor } from "../../src/tensor/tensor.js";
import {
  type FindLearningRateOptions,
  findLearningRate,
  type LearningRateSearch,
} from "../../src/train/find-learning-rate.js";
import { fit } from "../../src/train/fit.js";
import { BrokenLossError } from "../../src/train/pass.js";
import { onEachBackend } from "../targets.js";
import { classifier, dataset } from "./tiny-data.js";

interface SearchCase extends LearningRateSearch {
  options: { from: number; to: number; steps: number; smoothing: number };
  start: [number[], number[]];
  batches: { inputs: number[]; targets: number[] }[];
}

const cases: SearchCase[] = JSON.parse(readFileSync("test/fixtures/optim/searches.json", "utf8"));

beforeEach(async () => {
  await useBackend("js");
  manualSeed(1);
});

describe("PyTorch's losses, and the steepest of them", () => {
  for (const { options, start, batches, ...expected } of cases) {
    onEachBackend(`to ${options.to}`, async () => {
      const model = new Linear(3, 2);
      model.loadStateDict({ weight: tensor(start[0], [2, 3]), bias: tensor(start[1]) });
      const optimizer = new SGD(model.parameters(), { lr: 1, momentum: 0.9 });
      const train = batches.map((batch) => ({
        inputs: tensor(batch.inputs, [4, 3]).keep(),
        targets: tensor(batch.targets, [4, 2]).keep(),
      }));
      const { diverged, suggestion, ...lists } = await findLearningRate(model, {
        ...{ optimizer, train, loss: mseLoss },
        ...options,
      });
      expect([diverged, suggestion]).toEqual([expected.diverged, expect.closeTo(expected.suggestion!, 8)]);
      for (const name of ["rates", "losses", "smoothed"] as const) {
        expect(lists[name]).toHaveLength(expected[name].length);
        for (const [i, value] of lists[name].entries()) {
          expect(Math.abs(value / expected[name][i] - 1)).toBeLessThan(1e-4);
        }
      }
    });
  }
});

const noisy = () => new Sequential(new BatchNorm2d(3), new Dropout(0.3), classifier());
const numbers = (model: Sequential) => Promise.all(Object.values(model.stateDict()).map((value) => value.data()));

describe("everything is put back", () => {
  it.each([0, 1])(
    "bit for bit, so that training comes to what it would have come to (epochs before: %d)",
    async (epochs) => {
      const come = async (searches: boolean) => {
        manualSeed(3);
        const model = noisy();
        const optimizer = new Adam(model.parameters());
        const train = dataset([0, 1, 1, 0, 1, 0]);
        if (epochs > 0) await fit(model, { optimizer, train, epochs, batchSize: 2 });
        if (searches) {
          const held = memory().storages;
          const before = generatorStates();
          const { rates } = await findLearningRate(model, { optimizer, train, batchSize: 2, steps: 12 });
          expect(rates.length).toBeGreaterThan(3);
          expect(generatorStates()).toMatchObject(before);
          // Gradients have gone, of which a first step has none.
          expect(memory().storages).toBeLessThanOrEqual(held);
        }
        await fit(model, { optimizer, train, epochs: 2, batchSize: 2 });
        return { numbers: await numbers(model), lr: optimizer.lr };
      };
      expect(await come(true)).toEqual(await come(false));
    },
  );

  it("also when it is ended early, or the batches are none", async () => {
    const model = noisy().eval();
    const [, dropout] = model.layers as [unknown, Dropout];
    dropout.train();
    const optimizer = new SGD(model.parameters(), { lr: 0.5 });
    const before = await numbers(model);
    const train = dataset([0, 1, 1, 0]);
    const controller = new AbortController();
    const onStep = ({ done }: { done: number }) => done === 3 && controller.abort(new Error("enough"));
    const options = { optimizer, train, batchSize: 2, onStep, signal: controller.signal, from: 0.1 };
    await expect(findLearningRate(model, options)).rejects.toThrow("enough");
    expect([model.training, dropout.training, optimizer.lr]).toEqual([false, true, 0.5]);
    expect(await numbers(model)).toEqual(before);
  });
});

describe("the sweep", () => {
  it("rises by the same factor, and keeps the ratio of groups", async () => {
    const model = classifier();
    const [weight, bias] = model.parameters();
    const groups = [
      { params: [weight], lr: 0.1 },
      { params: [bias], lr: 0.02 },
    ];
    const optimizer = new SGD(groups);
    const seen: number[][] = [];
    const options = { optimizer, train: dataset([0, 1, 1]), batchSize: 3, from: 1e-4, to: 1, steps: 5 };
    const { rates } = await findLearningRate(model, {
      ...options,
      onStep: () => seen.push(optimizer.groups.map(({ lr }) => lr)),
    });
    expect(rates).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1].map((rate) => expect.closeTo(rate, 9)));
    for (const [first, second] of seen) expect(second / first).toBeCloseTo(0.2, 9);
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([0.1, 0.02]);
  });

  it.each<[string, (parameters: Parameter[], lr: number) => SGD]>([
    ["one group", (parameters, lr) => new SGD(parameters, { lr })],
    ["two groups", ([weight, bias], lr) => new SGD([weight, bias].map((parameter) => ({ params: [parameter], lr })))],
  ])("is the same for an optimizer whose rate is 0, with %s", async (_, optimizerOf) => {
    const rates = [0, 0.1].map(async (lr) => {
      const model = classifier();
      const options = { optimizer: optimizerOf(model.parameters(), lr), train: dataset([0, 1, 1]), steps: 3 };
      return (await findLearningRate(model, options)).losses;
    });
    expect(await rates[0]).toEqual(await rates[1]);
  });

  it("ends where the loss breaks, which at the beginning is the model's fault", async () => {
    const model = classifier();
    const optimizer = new SGD(model.parameters());
    const train = dataset([0, 1, 1, 0]);
    let passes = 0;
    const loss = (output: Tensor) => (passes++ < 4 ? output.square().mean() : output.mean().div(0));
    const found = await findLearningRate(model, { optimizer, train, batchSize: 4, loss });
    expect([found.diverged, found.rates.length]).toEqual([true, 4]);
    passes = 4;
    await expect(findLearningRate(model, { optimizer, train, batchSize: 4, loss })).rejects.toThrow(BrokenLossError);
  });

  it("suggests nothing where the loss does not fall", async () => {
    const model = classifier();
    const optimizer = new SGD(model.parameters());
    const loss = (output: Tensor) => output.mean().mul(0).add(1);
    const options = { optimizer, train: dataset([0, 1, 1, 0]), batchSize: 4, steps: 20, loss };
    expect((await findLearningRate(model, options)).suggestion).toBeUndefined();
  });

  it.each([0.1, 1])("wants a larger rate at the end, not %d", async (to) => {
    const model = classifier();
    const optimizer = new SGD(model.parameters());
    await expect(findLearningRate(model, { optimizer, train: dataset([0, 1]), from: 1, to })).rejects.toThrow(
      new RangeError(`findLearningRate: to must be larger than from, got 1 to ${to}`),
    );
  });

  /** A search in which the losses are these, whatever the model says. */
  function searched(losses: readonly number[], changes: Partial<FindLearningRateOptions> = {}) {
    const model = classifier();
    let step = 0;
    const loss = (output: Tensor) => output.mean().mul(0).add(losses[step++]);
    const options = { optimizer: new SGD(model.parameters()), train: dataset([0, 1, 1, 0]), loss, smoothing: 0 };
    return findLearningRate(model, { ...options, steps: losses.length, divergence: 100, ...changes });
  }

  it.each([1, 2 ** -20])("suggests the first of the steepest falls before the lowest loss, times %d", async (scale) => {
    // From 4.5 to 2.75, and as much from 2.75 to 1, the lowest; from 3 to 1.125 and from 5 to 2 it falls farther.
    const losses = [4.5, 3, 2.75, 2.75, 3, 1, 1.125, 5, 5, 2, 2, 6];
    const { rates, suggestion } = await searched(losses.map((loss) => loss * scale));
    expect(suggestion).toBe(rates[1]);
  });

  it("goes on where the loss is as many times the lowest as it may be, and not beyond", async () => {
    const { rates, diverged } = await searched([1, 2, 1, 2.5, 1], { divergence: 2 });
    expect([rates.length, diverged]).toEqual([4, true]);
  });

  it("counts its steps", async () => {
    const done: string[] = [];
    await searched([3, 2, 1], { onStep: (report) => done.push(`${report.done} of ${report.total}`) });
    expect(done).toEqual(["1 of 3", "2 of 3", "3 of 3"]);
  });

  it("takes batches of the size and with the changes that were asked for", async () => {
    const images = dataset([0, 1, 1, 0]);
    const batches = vi.spyOn(images, "batches");
    const augment = { flip: 0.5 };
    await searched([2, 1], { train: images, batchSize: 3, augment });
    expect(batches).toHaveBeenCalledWith(3, expect.objectContaining({ augment }));
    const made = [{ inputs: zeros([1, 3, 2, 2]), targets: [0] }];
    await expect(searched([2, 1], { train: made, batchSize: 3 })).rejects.toThrow(
      "findLearningRate: batchSize is for datasets",
    );
    await expect(searched([2, 1], { train: made, augment })).rejects.toThrow("augment is for datasets");
  });

  it.each([
    ["all of a model that was evaluating learn", false, [true, true]],
    ["what was left evaluating stay so", true, [true, false]],
  ])("has %s", async (_, training, expected) => {
    const [dropout, model] = [new Dropout(0.5), classifier()];
    const whole = new Sequential(dropout, model);
    whole.training = training;
    dropout.training = false;
    const loss = (output: Tensor) => {
      expect([whole.training, dropout.training]).toEqual(expected);
      return output.mean();
    };
    const optimizer = new SGD(model.parameters());
    await findLearningRate(whole, { optimizer, train: dataset([0, 1]), loss, steps: 2 });
    expect([whole.training, dropout.training]).toEqual([training, false]);
  });
});
