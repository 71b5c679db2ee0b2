/** findLearningRate: what becomes of the loss while the learning rate rises, and which rate to take. */

import { type AugmentOptions, someAugmentation } from "../data/augment/options.js";
import { aModule, type Module } from "../layers/module.js";
import { anOptimizer, type Optimizer } from "../optim/optimizer.js";
import type { OptimizerState } from "../optim/optimizer-state.js";
import {
  aCount,
  checkArgument,
  checkOptions,
  functions,
  needed,
  numberFrom,
  type OptionKinds,
  wholeFrom,
} from "../tensor/arguments.js";
import { generatorStates, setGeneratorStates } from "../tensor/generator-states.js";
import { aSignal, numberAbove } from "../tensor/kinds.js";
import { clone } from "../tensor/ops/movement/clone.js";
import { noGrad } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { aDataSource, checkAsked, checkNotEmpty, type DataSource, walk } from "./data-source.js";
import { KeptWeights } from "./kept-weights.js";
import { BrokenLossError } from "./pass.js";
import { meanLoss, stepsOf } from "./steps.js";
import { classesOf, defaultLoss, type KnownTargets, type LossFunction } from "./target-loss.js";

export interface FindLearningRateOptions {
  /** Of the model's parameters, with the options that it is to train with. */
  optimizer: Optimizer;
  /** What to train on, as `fit` takes it; gone through again where it does not last. */
  train: DataSource;
  /** Examples in a batch of a dataset; batches have their own. Default 64. */
  batchSize?: number;
  /** As in `fit`. */
  accumulate?: number;
  /** For a dataset of images, as in `fit`. */
  augment?: AugmentOptions;
  /** As in `fit`. */
  loss?: LossFunction<KnownTargets>;
  /** The rate to begin with. Default 1e-7. */
  from?: number;
  /** The rate to end with. Default 10. */
  to?: number;
  /** Steps, each with a rate that is larger by the same factor. Default 100. */
  steps?: number;
  /** Share of the past in the smoothed loss, from 0 (not smoothed) to below 1. Default 0.95. */
  smoothing?: number;
  /** The search is over once the smoothed loss is so many times the lowest. Default 4. */
  divergence?: number;
  /** Ends the search, after a step, by throwing its reason; everything is put back. */
  signal?: AbortSignal;
  /** Called after each step. The search waits for it. */
  onStep?: (report: { done: number; total: number; lr: number; loss: number }) => unknown;
}

const KINDS: OptionKinds<FindLearningRateOptions> = {
  optimizer: needed(anOptimizer),
  train: needed(aDataSource),
  batchSize: aCount,
  accumulate: aCount,
  augment: someAugmentation,
  loss: functions<LossFunction<KnownTargets>>(),
  from: numberAbove(0),
  to: numberAbove(0),
  steps: wholeFrom(2),
  smoothing: numberFrom(0, 1),
  divergence: numberAbove(1),
  signal: aSignal,
  onStep: functions<(report: { done: number; total: number; lr: number; loss: number }) => unknown>(),
};

/** What a search has found: one of each for each step that it took. */
export interface LearningRateSearch {
  /** What the step was taken with. */
  readonly rates: readonly number[];
  /** Of the batch, before the step. */
  readonly losses: readonly number[];
  /** Averages of the losses so far, the latest counting most. */
  readonly smoothed: readonly number[];
  /** The rate at which the smoothed loss falls most steeply; undefined where it does not fall. */
  readonly suggestion: number | undefined;
  /** The loss grew beyond all bounds, and the search ended early. */
  readonly diverged: boolean;
}

/** Optimizer, generators and modes of a model as they are now; the function puts them back. */
function keepEverything(model: Module, optimizer: Optimizer): () => void {
  const weights = new KeptWeights(model);
  weights.take();
  const { tensors, ...numbers } = optimizer.stateDict();
  const copy = (value: Tensor | null) => value && noGrad(() => clone(value)).keep();
  const copies = Object.fromEntries(Object.entries(tensors).map(([name, list]) => [name, list.map(copy)]));
  const state: OptimizerState = { ...numbers, tensors: copies };
  const generators = generatorStates();
  const modes = model.modules().map((module) => ({ module, training: module.training }));
  return () => {
    optimizer.zeroGrad();
    weights.restore();
    weights.dispose();
    optimizer.loadStateDict(state);
    for (const tensor of Object.values(copies).flat()) tensor?.dispose();
    setGeneratorStates(generators);
    for (const { module, training } of modes) module.training = training;
  };
}

/** Where the smoothed loss falls most steeply before its lowest point; its beginning is the average of too few. */
function steepest(smoothed: readonly number[]): number | undefined {
  const lowest = smoothed.indexOf(Math.min(...smoothed));
  const fall = (i: number) => smoothed[i - 1] - smoothed[i + 1];
  let best: number | undefined;
  for (let i = Math.max(1, Math.floor(smoothed.length / 10)); i < lowest; i++) {
    // What is not more than rounding is no fall.
    if (fall(i) > (best === undefined ? 1e-6 * Math.abs(smoothed[i]) : fall(best))) best = i;
  }
  return best;
}

/**
 * Trains with a learning rate that rises from step to step, from one that changes nothing to one that is far too large,
 * and writes down the loss: lr_i = from · (to / from)^(i / (steps − 1)). The model's numbers, the optimizer, the default
 * generators and the modes of the layers are put back afterwards. Where the optimizer has groups, the rate is that of the
 * first, and the others keep their ratio to it; where that of the first is 0, all have the same.
 * @returns the loss at each rate, and the rate to take
 * @throws RangeError unless `to` is larger than `from`
 * @throws BrokenLossError when the loss is NaN or infinite before any step has been taken
 * @see L. N. Smith, "Cyclical learning rates for training neural networks", 2017, arXiv:1506.01186
 */
export async function findLearningRate(model: Module, options: FindLearningRateOptions): Promise<LearningRateSearch> {
  checkArgument("findLearningRate", "model", model, aModule);
  checkOptions("findLearningRate", options, KINDS);
  const { optimizer, train, batchSize, augment, from = 1e-7, to = 10 } = options;
  checkAsked("findLearningRate", train, { batchSize, augment });
  checkNotEmpty("findLearningRate: train", train);
  if (!(to > from)) throw new RangeError(`findLearningRate: to must be larger than from, got ${from} to ${to}`);
  const putBack = keepEverything(model, optimizer);
  if (!model.training) model.switchTo(true);
  try {
    return await search(model, options);
  } finally {
    putBack();
  }
}

/** The batches of one pass after the other. */
async function* endlessly(model: Module, options: FindLearningRateOptions) {
  const { optimizer, train, batchSize, accumulate = 1, augment } = options;
  const classes = classesOf(train);
  const { loss = defaultLoss("findLearningRate", classes) } = options;
  for (let epoch = 1; ; epoch++) {
    const batches = walk("findLearningRate: train", train, { batchSize, augment });
    yield* stepsOf(model, batches, { optimizer, loss, classes, accumulate, epoch });
  }
}

async function search(model: Module, options: FindLearningRateOptions): Promise<LearningRateSearch> {
  const { optimizer, from = 1e-7, to = 10, steps: total = 100, smoothing = 0.95, divergence = 4 } = options;
  const [first] = optimizer.groups;
  // To a rate of 0 there is no ratio.
  const ratios = optimizer.groups.map(({ lr }) => (first.lr === 0 ? 1 : lr / first.lr));
  const [rates, losses, smoothed]: number[][] = [[], [], []];
  let [average, diverged] = [0, false];
  try {
    for await (const said of endlessly(model, options)) {
      const i = rates.length;
      const loss = meanLoss(said);
      const lr = from * (to / from) ** (i / (total - 1));
      average = smoothing * average + (1 - smoothing) * loss;
      rates.push(lr);
      losses.push(loss);
      // The average began at 0: without it, the first ones would be too low.
      smoothed.push(average / (1 - smoothing ** (i + 1)));
      await options.onStep?.({ done: i + 1, total, lr, loss });
      options.signal?.throwIfAborted();
      diverged = smoothed[i] > divergence * Math.min(...smoothed);
      if (diverged || rates.length === total) break;
      for (const [k, group] of optimizer.groups.entries()) group.lr = lr * ratios[k];
      optimizer.step();
    }
  } catch (error) {
    if (!(error instanceof BrokenLossError) || rates.length === 0) throw error;
    diverged = true;
  }
  const best = steepest(smoothed);
  return { rates, losses, smoothed, suggestion: best === undefined ? undefined : rates[best], diverged };
}
