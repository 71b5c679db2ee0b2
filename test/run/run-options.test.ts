/** What a run's options mean: the training that a program would write with the library's own words. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { crossEntropy } from "../../src/layers/losses/cross-entropy.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import type { Sequential } from "../../src/layers/sequential.js";
import { Net1 } from "../../src/nets/net1.js";
import { Adam } from "../../src/optim/adam.js";
import { AdamW } from "../../src/optim/adamw.js";
import { CosineWarmupLR } from "../../src/optim/schedules/cosine-warmup-lr.js";
import { ReduceLROnPlateau } from "../../src/optim/schedules/reduce-lr-on-plateau.js";
import { StepLR } from "../../src/optim/schedules/step-lr.js";
import { SGD } from "../../src/optim/sgd.js";
import { trainConfig } from "../../src/run/config.js";
import { findRate, type RunEvent, resumeRun, startRun } from "../../src/run/run.js";
import { type RunData, readRunData } from "../../src/run/run-data.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { manualSeed } from "../../src/tensor/random.js";
import { loadWeights } from "../../src/train/checkpoint.js";
import { evaluate } from "../../src/train/evaluate.js";
import { findLearningRate } from "../../src/train/find-learning-rate.js";
import { type FitOptions, fit } from "../../src/train/fit.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 27, test: 10, size: 16 });
});
afterAll(() => rm(root, { recursive: true }));

/** Some two dozen photographs to train on, in five batches. */
const config = (changes: Record<string, unknown>) =>
  trainConfig({
    data: join(root, "faces"),
    net: "net1",
    size: 8,
    ...{ batch: 5, epochs: 3, backend: "wasm", threads: 1 },
    ...changes,
  });

const quiet = { onEvent: () => {} };

const weights = (model: Sequential) => Promise.all(Object.values(model.stateDict()).map((value) => value.data()));

type ByHand = (model: Sequential, data: RunData) => Omit<FitOptions, "train" | "validation" | "epochs">;

describe("the options of training", () => {
  it.each<[what: string, options: Record<string, unknown>, byHand: ByHand]>([
    [
      // At such a rate the loss grows from epoch to epoch.
      "SGD that keeps its speed, on a plateau",
      {
        ...{ optimizer: "sgd", lr: 3, momentum: 0.7, weightDecay: 0.02 },
        ...{ schedule: "plateau", stepEpochs: 1, gamma: 0.5, minLr: 1, epochs: 4 },
      },
      (model) => {
        const optimizer = new SGD(model.parameters(), { lr: 3, momentum: 0.7, weightDecay: 0.02 });
        const schedule = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5, minLr: 1 });
        return { optimizer, schedule, batchSize: 5 };
      },
    ],
    [
      "AdamW by steps of two batches, all of them full, with gradients of a small norm",
      {
        ...{ optimizer: "adamw", lr: 0.01, weightDecay: 0.1, accumulate: 2, dropLast: true, clipNorm: 0.1 },
        ...{ schedule: "step", stepEpochs: 2, gamma: 0.3 },
      },
      (model) => {
        const optimizer = new AdamW(model.parameters(), { lr: 0.01, weightDecay: 0.1 });
        const schedule = new StepLR(optimizer, { stepSize: 2, gamma: 0.3 });
        return { optimizer, schedule, batchSize: 5, accumulate: 2, dropLast: true, clipNorm: 0.1 };
      },
    ],
    [
      "Adam along a cosine of every step, with small gradients and classes that count alike",
      {
        ...{ lr: 0.01, weightDecay: 0.05, accumulate: 2, clipValue: 0.01, classWeights: "balanced" },
        ...{ schedule: "cosine", warmupEpochs: 1.4, minLr: 0.004, augment: { flip: 0.5 } },
      },
      (model, { train }) => {
        const optimizer = new Adam(model.parameters(), { lr: 0.01, weightDecay: 0.05 });
        // Three steps an epoch; 4.2 of them are 4.
        const schedule = new CosineWarmupLR(optimizer, { steps: 9, warmupSteps: 4, minLr: 0.004 });
        const weight = train.classWeights();
        return {
          ...{ optimizer, schedule, scheduleEvery: "step", batchSize: 5, accumulate: 2, clipValue: 0.01 },
          ...{ augment: { flip: 0.5 } },
          loss: (output, labels) => nllLoss(output, labels, { weight, reduction: "sum" }).div(output.shape[0]),
        };
      },
    ],
    [
      "mixed photographs, weighed",
      { augment: { mixup: 0.4 }, classWeights: [1, 3] },
      (model) => ({
        optimizer: new Adam(model.parameters(), { lr: 0.001, weightDecay: 0.001 }),
        ...{ batchSize: 5, augment: { mixup: 0.4 } },
        loss: (output, targets) =>
          crossEntropy(output, targets, { weight: [1, 3], reduction: "sum" }).div(output.shape[0]),
      }),
    ],
    [
      "the original experiment's loss, of probabilities",
      { softmaxNll: true, optimizer: "sgd", lr: 0.05, momentum: 0, weightDecay: 0 },
      (model) => ({
        optimizer: new SGD(model.parameters(), { lr: 0.05 }),
        batchSize: 5,
        loss: (output, labels) => {
          const shares = Array.from(labels as Int32Array, (label) => [label === 0 ? -1 : 0, label === 1 ? -1 : 0]);
          return output.exp().mul(tensor(shares)).sum().div(shares.length);
        },
      }),
    ],
  ])("%s", async (what, options, byHand) => {
    const path = join(root, what);
    await startRun(path, config({ ...options, seed: 7 }), quiet);
    const run = await RunFolder.open(path);
    const data = await readRunData(run.config);
    manualSeed(7);
    const [model, trained] = [new Net1({ size: 8 }), new Net1({ size: 8 })];
    await loadWeights(run.checkpoint("last"), trained);
    const { train, validation } = data;
    const reports = await fit(model, { train, validation, epochs: run.config.epochs, ...byHand(model, data) });
    expect((await run.metrics()).map(({ lr }) => lr)).toEqual(reports.map(({ lr }) => lr));
    const expected = await weights(model);
    for (const [i, values] of (await weights(trained)).entries()) {
      const worst = values.reduce((most, value, j) => Math.max(most, Math.abs(value - expected[i][j])), 0);
      expect(worst).toBeLessThan(1e-6);
    }
  });

  it("hold for the search for a learning rate, too", async () => {
    const options = config({ optimizer: "sgd", momentum: 0.5, accumulate: 2, augment: { flip: 0.5 }, seed: 7 });
    const found = await findRate(options, quiet);
    const { train } = await readRunData(options);
    manualSeed(7);
    const model = new Net1({ size: 8 });
    const optimizer = new SGD(model.parameters(), { lr: 0.001, weightDecay: 0.001, momentum: 0.5 });
    const rest = { batchSize: 5, accumulate: 2, augment: { flip: 0.5 } };
    expect(found).toEqual(await findLearningRate(model, { optimizer, train, ...rest }));
  });

  it("may measure the photographs to train on afterwards: in evaluation mode, with the weights that are saved", async () => {
    const path = join(root, "evaluated");
    await startRun(path, config({ evaluateTrain: true, epochs: 1 }), quiet);
    const run = await RunFolder.open(path);
    const { train } = await readRunData(run.config);
    const [line] = await run.metrics();
    expect(line.train).toEqual(await evaluate(await run.loadModel("last"), train, { batchSize: 5 }));
  });
});

it("there is a weight for each class", async () => {
  await expect(startRun(join(root, "weights"), config({ classWeights: [1, 2, 3] }), quiet)).rejects.toThrow(
    "--class-weights: 3 weights for 2 classes",
  );
});

it("while photographs are read, it is told what they all take: a byte for each colour of each pixel", async () => {
  const told: { done: number; total: number; bytes: number }[] = [];
  const onEvent = (event: RunEvent) => event.event === "reading" && told.push(event);
  await startRun(join(root, "read"), config({ epochs: 1 }), { onEvent });
  expect(told.at(-1)).toMatchObject({ done: 37, total: 37 });
  for (const { total, bytes } of told) expect(bytes).toBe(total * 3 * 8 * 8);
});

it("epochs that have been begun cannot be taken back, by an option or in config.json", async () => {
  const path = join(root, "fewer");
  const controller = new AbortController();
  let steps = 0;
  const onEvent = ({ event }: RunEvent) => {
    if (event === "step" && ++steps === 7) controller.abort(new Error("enough"));
  };
  await expect(startRun(path, config({}), { onEvent, signal: controller.signal })).rejects.toThrow("enough");
  await expect(resumeRun(path, { epochs: 1 }, quiet)).rejects.toThrow(
    `${path}: epochs cannot become 1: the run is in epoch 2 already`,
  );
  const file = join(path, "config.json");
  const text = await readFile(file, "utf8");
  await writeFile(file, JSON.stringify({ ...JSON.parse(text), epochs: 1 }));
  await expect(resumeRun(path, {}, quiet)).rejects.toThrow(`${file}: epochs cannot become 1: the run is in epoch 2`);
  await writeFile(file, text);
  await resumeRun(path, { epochs: 2 }, quiet);
  expect(await (await RunFolder.open(path)).metrics()).toHaveLength(2);
});
