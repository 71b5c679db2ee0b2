/** fit: the training loop. */

import { type AugmentOptions, someAugmentation } from "../data/augment/options.js";
import type { ClassDataset } from "../data/dataset.js";
import { aModule, type Module } from "../layers/module.js";
import { clipGradNorm, clipGradValue } from "../optim/clip.js";
import { anOptimizer, type Optimizer } from "../optim/optimizer.js";
import { aSchedule, type Schedule } from "../optim/schedules/schedule.js";
import {
  ArgumentError,
  aBoolean,
  aCount,
  checkArgument,
  checkOptions,
  functions,
  needed,
  type OptionKinds,
  oneOf,
} from "../tensor/arguments.js";
import { aSignal, numberAbove, optionsOf } from "../tensor/kinds.js";
import { formatShape } from "../tensor/shape.js";
import "../tensor/methods.js";
import { checkHolds, checkSchedules } from "./belongs.js";
import { aMetric, deciding, keepsImproving, type MetricName } from "./best-epoch.js";
import { BestWeights } from "./best-weights.js";
import {
  aDataSource,
  checkAsked,
  checkManyPasses,
  checkNotEmpty,
  type DataSource,
  isDataset,
  walk,
} from "./data-source.js";
import { beginStreams } from "./epoch-streams.js";
import { evaluate } from "./evaluate.js";
import type { AnyMetrics, MetricsOf } from "./metrics.js";
import { aPosition, TrainingPosition } from "./position.js";
import { rehearse } from "./rehearse.js";
import type { EpochReport, StepGradients, StepReport } from "./reports.js";
import { accuracyOf, examplesIn, indicesOf, meanLoss, outputsOf, stepsOf } from "./steps.js";
import { Tally } from "./tally.js";
import { classesOf, defaultLoss, type KnownTargets, type LossFunction } from "./target-loss.js";

/** @typeParam Data what is trained on: where its classes have names, there is more to report than the loss */
export interface FitOptions<Data extends DataSource = ClassDataset> {
  /** Of the model's parameters. */
  optimizer: Optimizer;
  /** What to train on: a dataset, or batches `{ inputs, targets }`, or the function that makes them in each epoch. */
  train: Data;
  /** What to judge each epoch by: for `schedule`, `earlyStop` and `restoreBest`. Default: the test set. */
  validation?: DataSource;
  /** What to measure each epoch on. Beside a validation set it decides nothing. */
  test?: DataSource;
  /** How often to go through the training set. */
  epochs: number;
  /** Ends after this epoch already; with the same `position`, a later call goes on to what all `epochs` come to. */
  until?: number;
  /** Examples in a batch. A dataset needs it; batches have their own. */
  batchSize?: number;
  /** Leaves out a last batch that is not full: batch norm may not know what to do with one example. Default false. */
  dropLast?: boolean;
  /**
   * Batches in a step of the optimizer, which goes by the mean gradient of all their examples: as with one batch of that
   * size, in the memory of a small one; only batch norm differs, as it sees each batch alone. Default 1.
   */
  accumulate?: number;
  /**
   * For a dataset of images. Changes the training photographs a little, each time they are seen. Default: they stay as they
   * are.
   */
  augment?: AugmentOptions;
  /**
   * Default where the targets are classes: cross-entropy, of logits or, where the model ends in `logSoftmax`, of
   * log-probabilities.
   */
  loss?: LossFunction<KnownTargets>;
  /** Measures the training set, too, after each epoch and in evaluation mode. Default false. */
  evaluateTrain?: boolean;
  /** Is stepped after each epoch, with the loss on the validation set (without one, on the test or the training set). */
  schedule?: Schedule;
  /** "step" steps the schedule after each step of the optimizer instead, with the loss before it. Default "epoch". */
  scheduleEvery?: "step" | "epoch";
  /** Gradients are scaled down where their common L2 norm is larger. */
  clipNorm?: number;
  /** Every element of a gradient is cut to [−clipValue, clipValue], after `clipNorm`. */
  clipValue?: number;
  /** Ends training when this metric has not been better than ever before for `patience` epochs. */
  earlyStop?: { metric: MetricName; patience: number };
  /** At the end, puts the weights of the best epoch back: best by this metric on the validation set, which this needs. */
  restoreBest?: MetricName;
  /** Looks at every operation of every step; without it, only at a step whose loss has broken. Default false. */
  detectAnomaly?: boolean;
  /** Where to begin; moved on after each step, so that a callback can save it. Default: the beginning. */
  position?: TrainingPosition;
  /** Ends training, after a step or between two batches of an evaluation, by throwing its reason. */
  signal?: AbortSignal;
  /**
   * Called between the way back and each step, before gradients are clipped, and waited for: what trains one model in several
   * processes puts the mean of their gradients in the place of each one's own.
   */
  onBackward?: (gradients: StepGradients) => unknown;
  /** Called after each step. Training waits for it, and for `onEpoch`. */
  onStep?: (report: StepReport) => unknown;
  /** Called after each epoch. */
  onEpoch?: (report: EpochReport<MetricsOf<Data>>) => unknown;
}

/** Inside, whatever there is to train on. */
type AnyOptions = FitOptions<DataSource>;

const KINDS: OptionKinds<AnyOptions> = {
  optimizer: needed(anOptimizer),
  train: needed(aDataSource),
  validation: aDataSource,
  test: aDataSource,
  epochs: needed(aCount),
  until: aCount,
  batchSize: aCount,
  dropLast: aBoolean,
  accumulate: aCount,
  augment: someAugmentation,
  loss: functions<LossFunction<KnownTargets>>(),
  evaluateTrain: aBoolean,
  schedule: aSchedule,
  scheduleEvery: oneOf("step", "epoch"),
  clipNorm: numberAbove(0),
  clipValue: numberAbove(0),
  earlyStop: optionsOf({ metric: needed(aMetric), patience: needed(aCount) }),
  restoreBest: aMetric,
  detectAnomaly: aBoolean,
  position: aPosition,
  signal: aSignal,
  onBackward: functions<(gradients: StepGradients) => unknown>(),
  onStep: functions<(report: StepReport) => unknown>(),
  onEpoch: functions<(report: EpochReport<AnyMetrics>) => unknown>(),
};

function since(start: number): number {
  return (performance.now() - start) / 1000;
}

/** Of what is behind it. A browser's clock may be so coarse that no time has gone by. */
function imagesPerSecondOf({ done, seconds }: TrainingPosition): number {
  return done / Math.max(seconds, 1e-6);
}

/** What one fit draws from the default generators would be missing in another that runs at the same time. */
let running = false;

/**
 * Trains for `epochs` passes over the shuffled training set, and measures the other sets after each. The model is put into
 * training mode at the start of each epoch, except for parts that are in evaluation mode when `fit` begins while the model
 * itself is not: after `model.trunk.eval()`, the trunk's batch norms stay as they are. Before the first step, a batch of
 * each dataset that epochs are measured on goes through the model: what cannot be measured is refused then.
 * @returns one report per epoch, those before `position` included
 * @throws Error when a dataset is empty or has other classes, the optimizer or the schedule is another model's, the loss
 * depends on parameters that no optimizer holds, another `fit` is running, nothing tells the best epoch, to stop or to
 * restore, or the loss becomes NaN or infinite, naming the operation that did it
 */
export async function fit<Data extends DataSource>(
  model: Module,
  options: FitOptions<Data>,
): Promise<EpochReport<MetricsOf<Data>>[]> {
  const reports = await anyFit(model, options as unknown as AnyOptions);
  return reports as EpochReport<MetricsOf<Data>>[];
}

async function anyFit(model: Module, options: AnyOptions): Promise<EpochReport<AnyMetrics>[]> {
  checkArgument("fit", "model", model, aModule);
  checkOptions("fit", options, KINDS);
  check(model, options);
  if (running) {
    throw new Error(
      "fit: another fit is running. Both would draw from the same generators, and neither come to what it comes to " +
        "alone: await the first, or train in another worker",
    );
  }
  running = true;
  try {
    await rehearse(model, options);
    return await (options.restoreBest ? runAndRestore(model, options, options.restoreBest) : runEpochs(model, options));
  } finally {
    running = false;
  }
}

/** @throws Error when something in the options cannot be meant */
function check(model: Module, options: AnyOptions): void {
  const { optimizer, schedule } = options;
  checkData(options);
  checkSchedules("fit", schedule, optimizer);
  checkHolds("fit", model, optimizer);
  checkLeavesNone(model, optimizer);
  if (options.restoreBest) checkRestore(options);
}

/** @throws Error when there is nothing in a dataset, or what is said of the batches does not go with the data */
function checkData({ train, validation, test, evaluateTrain, ...options }: AnyOptions): void {
  const { epochs, batchSize, dropLast, augment } = options;
  const all = { train, validation, test };
  const walked = [...Object.values(all), evaluateTrain && train];
  for (const [name, data] of Object.entries(all)) {
    if (!data) continue;
    checkNotEmpty(`fit: ${name}`, data);
    if (epochs > 1 || walked.filter((other) => other === data).length > 1) checkManyPasses(`fit: ${name}`, data);
    checkSameClasses(name, data, train);
  }
  if (isDataset(train)) {
    if (batchSize === undefined) {
      throw new ArgumentError(`fit: the option "batchSize" is missing; it must be ${aCount.expected}`);
    }
    if (dropLast && train.length < batchSize) {
      throw new Error(`fit: dropLast leaves nothing of ${train.length} examples in batches of ${batchSize}`);
    }
  }
  checkAsked("fit", train, { batchSize, dropLast, augment });
}

/** @throws Error when nothing tells the best epoch, or its weights may be gone */
function checkRestore({ validation, position }: AnyOptions): void {
  if (!validation) {
    throw new Error(
      "fit: restoreBest needs a validation set, which tells the best epoch: openSplits(folder, { size, valFraction: 0.1 }) " +
        "keeps one out of the training images. Chosen by the test set, a net looks better than it is",
    );
  }
  if (position && position.reports.length > 0) {
    throw new Error(
      `fit: restoreBest knows the weights of its own epochs, and position has ${position.reports.length} behind it. Save ` +
        "the best epoch in onEpoch by saveCheckpoint, and put it back by loadWeights",
    );
  }
}

/** What the classes of some data are called, in their order, where they have names. */
function namesOf(data: DataSource): string | undefined {
  return isDataset(data) ? data.classes?.join(", ") : undefined;
}

/** @throws Error when a label does not mean the same: figures would be wrong and look as if they were not */
function checkSameClasses(which: string, data: DataSource, train: DataSource): void {
  const [own, trained] = [namesOf(data), namesOf(train)];
  if (own === undefined || trained === undefined || own === trained) return;
  throw new Error(`fit: ${which} has the classes ${own}, train has ${trained}: a label must mean the same in both`);
}

/** @throws Error when the optimizer leaves out what is not frozen */
function checkLeavesNone(model: Module, optimizer: Optimizer): void {
  const held = new Set(optimizer.parameters);
  const left = model.namedParameters().filter(([, parameter]) => parameter.requiresGrad && !held.has(parameter));
  if (left.length === 0) return;
  const names = left.map(([name, { shape }]) => `${name} ${formatShape(shape)}`).join(", ");
  throw new Error(
    `fit: the optimizer does not hold ${names} of ${model.constructor.name}. Make it from model.parameters(), once all layers are there; ` +
      "freeze what is not to learn: parameter.requiresGrad = false",
  );
}

async function runAndRestore(
  model: Module,
  options: AnyOptions,
  metric: MetricName,
): Promise<EpochReport<AnyMetrics>[]> {
  const best = new BestWeights(model, metric);
  const { position = new TrainingPosition() } = options;
  const onEpoch = (report: EpochReport<AnyMetrics>) => {
    best.look(position.reports);
    return options.onEpoch?.(report);
  };
  try {
    const reports = await runEpochs(model, { ...options, position, onEpoch });
    best.restore();
    return reports;
  } finally {
    best.dispose();
  }
}

async function runEpochs(model: Module, options: AnyOptions): Promise<EpochReport<AnyMetrics>[]> {
  const { optimizer, train: trainSet, epochs, batchSize, loss, signal, schedule, earlyStop } = options;
  const { until = epochs, position = new TrainingPosition() } = options;
  const measure = (data: DataSource) => evaluate(model, data, { batchSize, loss, signal });
  // Parts that somebody put into evaluation mode one by one stay there; not the model as a whole.
  const beginTraining = model.training ? model.modes() : () => model.switchTo(true);
  while (position.epoch <= Math.min(until, epochs) && (!earlyStop || keepsImproving(position.reports, earlyStop))) {
    const { epoch } = position;
    beginTraining();
    let train = await trainEpoch(model, options, position);
    const imagesPerSecond = imagesPerSecondOf(position);
    const trained = performance.now();
    if (options.evaluateTrain) train = await measure(trainSet);
    const validation = options.validation && (await measure(options.validation));
    const test = options.test && (await measure(options.test));
    const seconds = position.seconds + since(trained);
    const report = { epoch, epochs, train, validation, test, lr: optimizer.lr, imagesPerSecond, seconds };
    if (options.scheduleEvery !== "step") schedule?.step(deciding(report).loss);
    position.finishEpoch(report);
    await options.onEpoch?.(report);
  }
  return position.reports;
}

/** How many examples an epoch trains on, where that is known. */
function examplesOf({ train, batchSize = 1, dropLast }: AnyOptions): number | undefined {
  if (!isDataset(train)) return undefined;
  return dropLast ? train.length - (train.length % batchSize) : train.length;
}

/** Trains on what is left of an epoch. */
async function trainEpoch(model: Module, options: AnyOptions, position: TrainingPosition): Promise<AnyMetrics> {
  const { optimizer, train, epochs, batchSize, dropLast, augment, clipNorm, clipValue } = options;
  const classes = classesOf(train);
  const { loss = defaultLoss("fit", classes), accumulate = 1, detectAnomaly } = options;
  const { epoch } = position;
  const total = examplesOf(options);
  position.tally ??= new Tally({ classes });
  const onStart = beginStreams(position, isDataset(train));
  let start = performance.now();
  const batches = walk("fit: train", train, { batchSize, dropLast, start: position.done, augment, onStart });
  const how = { optimizer, loss, classes, accumulate, epoch, detectAnomaly };
  for await (const said of stepsOf(model, batches, how)) {
    const mean = meanLoss(said);
    await options.onBackward?.({ parameters: optimizer.parameters, examples: examplesIn(said) });
    if (clipNorm !== undefined) clipGradNorm(optimizer.parameters, clipNorm).dispose();
    if (clipValue !== undefined) clipGradValue(optimizer.parameters, clipValue);
    // Before the step, as it refuses outputs that are not those of the classes.
    for (const batch of said) position.tally.add(batch);
    optimizer.step();
    if (options.scheduleEvery === "step") options.schedule?.step(mean);
    position.done += examplesIn(said);
    position.seconds += since(start);
    const imagesPerSecond = imagesPerSecondOf(position);
    const secondsLeft = total === undefined ? undefined : (total - position.done) / imagesPerSecond;
    await options.onStep?.({
      ...{ epoch, epochs, done: position.done, total, loss: mean, imagesPerSecond, secondsLeft },
      ...{ accuracy: accuracyOf(said), outputs: outputsOf(said), indices: indicesOf(said) },
    });
    options.signal?.throwIfAborted();
    // What the callback took is not the training's time.
    start = performance.now();
  }
  optimizer.zeroGrad();
  return position.tally.metrics();
}
