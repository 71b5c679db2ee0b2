/** evaluate: how good a model is on a dataset. */

import { aDataset, type ImageDataset } from "../data/dataset.js";
import { frozen } from "../layers/look-inside.js";
import type { Labels } from "../layers/losses/class-loss.js";
import { classLoss } from "../layers/losses/default-loss.js";
import { checkLogProbabilities, nllLoss } from "../layers/losses/nll-loss.js";
import { aModule, type Module } from "../layers/module.js";
import { accuracy, classificationReport } from "../metrics/classification.js";
import { auc, rocCurve } from "../metrics/roc.js";
import { aCount, aSignal, checkArgument, checkOptions, functions, type OptionKinds } from "../tensor/arguments.js";
import { noGrad } from "../tensor/autograd.js";
import type { Tensor } from "../tensor/tensor.js";
import { BrokenLossError, runPass } from "./pass.js";

/** From the model's output [N, C] and N labels to a scalar, the mean over the N. */
export type LossFunction = (output: Tensor, labels: Labels) => Tensor;

/** How good a model is on a dataset. */
export interface Metrics {
  /** Mean over the images. */
  loss: number;
  /** Share of right predictions, 0 to 1. */
  accuracy: number;
  /** Share of wrong predictions: 1 − accuracy. */
  error: number;
  /** Of class 1 where there are two classes, otherwise the mean over all classes ("macro"). */
  precision: number;
  /** Likewise. */
  recall: number;
  /** Likewise. */
  f1: number;
  /** Area under the ROC curve of class 1. Only for two classes that both occur. */
  auc?: number;
}

/** What a tally holds: enough to go on with it in another process. */
export interface TallyState {
  classes: number;
  /** [N, classes], row by row. */
  outputs: ArrayLike<number>;
  labels: ArrayLike<number>;
  /** Sum over the images. */
  loss: number;
}

/** Collects what a model says, batch by batch, and sums it up. */
export class Tally {
  readonly #classes: number;
  readonly #outputs: number[];
  readonly #labels: number[];
  #loss: number;

  constructor({ classes, outputs = [], labels = [], loss = 0 }: Pick<TallyState, "classes"> & Partial<TallyState>) {
    this.#classes = classes;
    this.#outputs = Array.from(outputs);
    this.#labels = Array.from(labels);
    this.#loss = loss;
  }

  /**
   * @param output [N, C], row by row: the larger a number, the likelier the class
   * @param loss mean over the batch
   * @throws Error when the output is NaN, or does not have one column for each class
   */
  add(output: Float32Array, labels: Int32Array, loss: number): void {
    const classes = this.#classes;
    if (output.length !== labels.length * classes) {
      throw new Error(
        `the model's output has ${output.length / labels.length} columns, the dataset ${classes} classes`,
      );
    }
    const broken = output.findIndex(Number.isNaN);
    if (broken !== -1) {
      const image = this.#labels.length + Math.floor(broken / classes);
      throw new BrokenLossError(`the model's output is NaN for image ${image} of this pass`);
    }
    for (const value of output) this.#outputs.push(value);
    for (const label of labels) this.#labels.push(label);
    this.#loss += loss * labels.length;
  }

  state(): TallyState {
    return { classes: this.#classes, outputs: this.#outputs, labels: this.#labels, loss: this.#loss };
  }

  metrics(): Metrics {
    const labels = this.#labels;
    const rows = labels.map((_, i) => this.#outputs.slice(i * this.#classes, (i + 1) * this.#classes));
    const predictions = rows.map((row) => row.indexOf(Math.max(...row)));
    const right = accuracy(predictions, labels);
    const metrics = { loss: this.#loss / labels.length, accuracy: right, error: 1 - right };
    const { classes, macroF1 } = classificationReport(predictions, labels, this.#classes);
    if (this.#classes !== 2) {
      const mean = (of: "precision" | "recall") =>
        classes.reduce((sum, scores) => sum + scores[of], 0) / classes.length;
      return { ...metrics, precision: mean("precision"), recall: mean("recall"), f1: macroF1 };
    }
    const { precision, recall, f1 } = classes[1];
    if (new Set(labels).size < 2) return { ...metrics, precision, recall, f1 };
    // One number orders the examples: log-odds for log-probabilities.
    const scores = rows.map(([zero, one]) => one - zero);
    return { ...metrics, precision, recall, f1, auc: auc(rocCurve(scores, labels)) };
  }
}

export interface EvaluateOptions {
  /** Images in a forward pass. Default 64; changes nothing but speed and memory. */
  batchSize?: number;
  /** Default: cross-entropy, of logits or, where the model ends in `logSoftmax`, of log-probabilities. */
  loss?: LossFunction;
  /** Ends the pass, between two batches, by throwing its reason. */
  signal?: AbortSignal;
}

const KINDS: OptionKinds<EvaluateOptions> = {
  batchSize: aCount,
  loss: functions<LossFunction>(),
  signal: aSignal,
};

/** @throws Error when the dataset is empty */
export function checkNotEmpty(who: string, dataset: ImageDataset): void {
  if (dataset.length === 0) throw new Error(`${who}: the dataset is empty`);
}

/**
 * Runs the whole dataset through the model in evaluation mode, without recording. Each module's own mode is put back.
 * @throws Error when the dataset is empty, or the output is not [N, classes]; a BrokenLossError when the loss is NaN or
 * infinite, naming the operation that did it
 */
export async function evaluate(model: Module, dataset: ImageDataset, options: EvaluateOptions = {}): Promise<Metrics> {
  checkArgument("evaluate", "model", model, aModule);
  checkArgument("evaluate", "dataset", dataset, aDataset);
  checkOptions("evaluate", options, KINDS);
  const { batchSize = 64, loss = classLoss, signal } = options;
  const tally = new Tally({ classes: dataset.classes.length });
  checkNotEmpty("evaluate", dataset);
  let step = 0;
  for (const { images, labels } of dataset.batches(batchSize, { shuffle: false })) {
    const pass = () =>
      noGrad(() =>
        frozen(model, () => {
          const output = model.forward(images);
          return { output, loss: loss(output, labels) };
        }),
      );
    const { values, mean } = await runPass(pass, model, `evaluation, step ${++step}`);
    if (loss === nllLoss) checkLogProbabilities(values, dataset.classes.length);
    tally.add(values, labels, mean);
    signal?.throwIfAborted();
  }
  return tally.metrics();
}
