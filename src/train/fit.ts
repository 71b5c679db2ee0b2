/** fit: the training loop. */

import type { ImageDataset } from "../data/dataset.js";
import { nllLoss } from "../layers/losses.js";
import type { Module } from "../layers/module.js";
import type { Optimizer } from "../optim/optimizer.js";
import { checkNotEmpty, evaluate, type LossFunction, type Metrics, Tally } from "./evaluate.js";

/** Where a running epoch stands. */
export interface StepReport {
  epoch: number;
  epochs: number;
  /** Images done and to do in this epoch. */
  done: number;
  total: number;
  imagesPerSecond: number;
  /** Until the end of this epoch's training. */
  secondsLeft: number;
}

export interface EpochReport {
  epoch: number;
  epochs: number;
  /** Over the epoch's batches as they were trained on: in training mode, and before each step. */
  train: Metrics;
  /** After the epoch, in evaluation mode. */
  test?: Metrics;
  /** While training, without evaluation. */
  imagesPerSecond: number;
  /** Spent on this epoch, with evaluation. */
  seconds: number;
}

export interface FitOptions {
  optimizer: Optimizer;
  train: ImageDataset;
  test?: ImageDataset;
  epochs: number;
  batchSize: number;
  /** Default `nllLoss`: the model ends in log-softmax. */
  loss?: LossFunction;
  onStep?: (report: StepReport) => void;
  onEpoch?: (report: EpochReport) => void | Promise<void>;
}

function since(start: number): number {
  return (performance.now() - start) / 1000;
}

/**
 * Trains for `epochs` passes over the shuffled training set, and measures the test set after each. The whole model is
 * put into training mode at the start of each epoch.
 * @returns one report per epoch
 * @throws Error when a dataset is empty, or the model's output becomes NaN
 */
export async function fit(model: Module, options: FitOptions): Promise<EpochReport[]> {
  const { train: trainSet, test, epochs, batchSize, loss, onEpoch } = options;
  checkNotEmpty("fit: train", trainSet);
  if (test) checkNotEmpty("fit: test", test);
  if (!Number.isInteger(epochs) || epochs < 1)
    throw new RangeError(`fit: epochs must be a positive integer, got ${epochs}`);
  const reports: EpochReport[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const start = performance.now();
    const train = await trainEpoch(model, options, epoch);
    const imagesPerSecond = trainSet.length / since(start);
    const measured = test && (await evaluate(model, test, { batchSize, loss }));
    const report = { epoch, epochs, train, test: measured, imagesPerSecond, seconds: since(start) };
    reports.push(report);
    await onEpoch?.(report);
  }
  return reports;
}

async function trainEpoch(model: Module, options: FitOptions, epoch: number): Promise<Metrics> {
  const { optimizer, train, epochs, batchSize, loss: lossFunction = nllLoss, onStep } = options;
  const total = train.length;
  const tally = new Tally(train.classes.length);
  const start = performance.now();
  let done = 0;
  model.train();
  for (const { images, labels } of train.batches(batchSize)) {
    optimizer.zeroGrad();
    const output = model.forward(images);
    const loss = lossFunction(output, labels);
    loss.backward();
    optimizer.step();
    const [values, mean] = [await output.data(), await loss.item()];
    loss.release();
    tally.add(values, labels, mean);
    done += labels.length;
    const imagesPerSecond = done / since(start);
    onStep?.({ epoch, epochs, done, total, imagesPerSecond, secondsLeft: (total - done) / imagesPerSecond });
  }
  optimizer.zeroGrad();
  return tally.metrics();
}
