/** plan: what a run trains, and how, by its options and its photographs; nothing of its folder. */

import type { Targets } from "../data/batch.js";
import type { ImageDataset } from "../data/image-dataset.js";
import { type Labels, pickLoss } from "../layers/losses/class-loss.js";
import { crossEntropy } from "../layers/losses/cross-entropy.js";
import { classLoss } from "../layers/losses/default-loss.js";
import type { Module } from "../layers/module.js";
import type { Sequential } from "../layers/sequential.js";
import { Adam } from "../optim/adam.js";
import { AdamW } from "../optim/adamw.js";
import type { Optimizer } from "../optim/optimizer.js";
import { CosineWarmupLR } from "../optim/schedules/cosine-warmup-lr.js";
import { ReduceLROnPlateau } from "../optim/schedules/reduce-lr-on-plateau.js";
import type { Schedule } from "../optim/schedules/schedule.js";
import { StepLR } from "../optim/schedules/step-lr.js";
import { SGD } from "../optim/sgd.js";
import { div } from "../tensor/ops/pointwise/arithmetic.js";
import { manualSeed } from "../tensor/random.js";
import { Tensor } from "../tensor/tensor.js";
import { plural } from "../text.js";
import type { FitOptions } from "../train/fit.js";
import type { LossFunction } from "../train/target-loss.js";
import { flagOf, type TrainConfig } from "./config.js";
import type { RunData } from "./run-data.js";
import { buildModel } from "./run-folder.js";
import { stepsIn } from "./steps-in.js";

function optimizerOf(model: Module, { optimizer, lr, weightDecay, momentum }: TrainConfig): Optimizer {
  const parameters = model.parameters();
  if (optimizer === "sgd") return new SGD(parameters, { lr, weightDecay, momentum });
  return new (optimizer === "adam" ? Adam : AdamW)(parameters, { lr, weightDecay });
}

/** The cosine falls with each step, the others with an epoch. */
function scheduleOf(optimizer: Optimizer, config: TrainConfig, stepsPerEpoch: number): Schedule | undefined {
  const { schedule, epochs, warmupEpochs = 0, minLr, stepEpochs = 1, gamma } = config;
  switch (schedule) {
    case "constant":
      return undefined;
    case "cosine": {
      const warmupSteps = Math.round(warmupEpochs * stepsPerEpoch);
      return new CosineWarmupLR(optimizer, { steps: epochs * stepsPerEpoch, warmupSteps, minLr });
    }
    case "step":
      return new StepLR(optimizer, { stepSize: stepEpochs, gamma });
    case "plateau":
      return new ReduceLROnPlateau(optimizer, { patience: stepEpochs - 1, factor: gamma, minLr });
  }
}

function lossOf({ softmaxNll, classWeights }: TrainConfig, dataset: ImageDataset): LossFunction<Targets> {
  const weight = classWeights === "balanced" ? dataset.classWeights() : classWeights;
  const classes = dataset.classes.length;
  if (weight && weight.length !== classes) {
    const given = `${plural(weight.length, "weight")} for ${plural(classes, "class", "classes")}`;
    throw new Error(`${flagOf("classWeights")}: ${given}`);
  }
  // The original experiment gave probabilities, not their logarithms, to the NLL loss. What is divided by is the number of
  // photographs, not the sum of their weights: that differs from batch to batch, and may be 0.
  const options = { weight, reduction: "sum" } as const;
  const total = (output: Tensor, targets: Labels | Tensor) => {
    // Of images that are mixed, the probabilities of the classes.
    if (targets instanceof Tensor) return crossEntropy(output, targets, options);
    return softmaxNll ? pickLoss("softmaxNll", output.exp(), targets, options) : classLoss(output, targets, options);
  };
  return (output, targets) => div(total(output, targets), output.shape[0]);
}

/** Of more classes than these, an error says how many there are, and not how many photographs each has. */
const SHOWN = 10;

/** @throws Error when there is nothing to tell apart, or no way to measure it by `metric` */
function checkClasses({ data, metric }: TrainConfig, { train, validation, test, skipped }: RunData): void {
  const { classes, counts } = train;
  if (classes.length < 2) {
    throw new Error(`${data}: one class only ("${classes[0]}"); there must be a folder for each of two or more`);
  }
  const empty = counts.indexOf(0);
  if (empty !== -1) {
    const [first] = skipped;
    const why = first ? `; ${skipped.length} skipped, first ${first.file}: ${first.reason}` : "";
    throw new Error(`${data}: no photograph of class "${classes[empty]}" to train on${why}`);
  }
  const deciding = (validation ?? test).counts;
  if (metric === "auc" && (classes.length !== 2 || deciding.includes(0))) {
    const counted = classes.map((name, label) => `${deciding[label]} ${name}`);
    const found = classes.length > SHOWN ? plural(classes.length, "class", "classes") : counted.join(", ");
    const which = validation ? "validation" : "test";
    throw new Error(
      `${flagOf("metric")}: auc needs two classes, and ${which} photographs of both; ${data} has ${found}`,
    );
  }
}

/** What a run trains, and how: everything but its folder. */
export interface Plan {
  model: Sequential;
  optimizer: Optimizer;
  schedule: Schedule | undefined;
  options: FitOptions;
  /** What the end is measured on. */
  test: ImageDataset;
}

/** @throws Error when options and photographs do not fit together */
export function plan(config: TrainConfig, data: RunData): Plan {
  checkClasses(config, data);
  const { train, validation, test } = data;
  const steps = stepsIn(train.length, config);
  if (steps === 0) {
    const batches = `batches of ${config.batch} (${flagOf("batch")})`;
    throw new Error(
      `${flagOf("dropLast")}: ${plural(train.length, "photograph")} to train on are less than one of the ${batches}`,
    );
  }
  manualSeed(config.seed);
  const model = buildModel(config, train.classes.length);
  const optimizer = optimizerOf(model, config);
  const schedule = scheduleOf(optimizer, config, steps);
  const options: FitOptions = {
    optimizer,
    schedule,
    scheduleEvery: config.schedule === "cosine" ? "step" : "epoch",
    train,
    validation,
    // What decides nothing is measured at the end.
    test: validation && !config.evaluateTest ? undefined : test,
    epochs: config.epochs,
    batchSize: config.batch,
    dropLast: config.dropLast,
    accumulate: config.accumulate,
    augment: config.augment,
    loss: lossOf(config, train),
    evaluateTrain: config.evaluateTrain,
    clipNorm: config.clipNorm,
    clipValue: config.clipValue,
    earlyStop: config.earlyStop === undefined ? undefined : { metric: config.metric, patience: config.earlyStop },
    detectAnomaly: config.detectAnomaly,
  };
  return { model, optimizer, schedule, options, test };
}
