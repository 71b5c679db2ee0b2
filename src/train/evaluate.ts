/** evaluate: how good a model is on a dataset. */

import type { ImageDataset } from "../data/dataset.js";
import { type Labels, nllLoss } from "../layers/losses.js";
import type { Module } from "../layers/module.js";
import { accuracy, f1 } from "../metrics/classification.js";
import { auc, rocCurve } from "../metrics/roc.js";
import { noGrad } from "../tensor/autograd.js";
import type { Tensor } from "../tensor/tensor.js";

/** From the model's output [N, C] and N labels to a scalar, the mean over the N. */
export type LossFunction = (output: Tensor, labels: Labels) => Tensor;

export interface Metrics {
  loss: number;
  /** Share of right predictions, 0 to 1. */
  accuracy: number;
  /** Of class 1, 0 to 1. Only for two classes. */
  f1?: number;
  /** Area under the ROC curve of class 1. Only for two classes that both occur. */
  auc?: number;
}

/** Collects what a model says, batch by batch, and sums it up. */
export class Tally {
  readonly #classes: number;
  readonly #labels: number[] = [];
  readonly #predictions: number[] = [];
  readonly #scores: number[] = [];
  #loss = 0;

  constructor(classes: number) {
    this.#classes = classes;
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
      throw new Error(`the model's output is NaN for image ${image} of this pass; a smaller learning rate may help`);
    }
    labels.forEach((label, i) => {
      const row = output.subarray(i * classes, (i + 1) * classes);
      this.#labels.push(label);
      this.#predictions.push(row.indexOf(Math.max(...row)));
      // For two classes one number orders the examples: log-odds for log-probabilities.
      this.#scores.push(row[1] - row[0]);
    });
    this.#loss += loss * labels.length;
  }

  metrics(): Metrics {
    const loss = this.#loss / this.#labels.length;
    const right = accuracy(this.#predictions, this.#labels);
    if (this.#classes !== 2) return { loss, accuracy: right };
    const metrics = { loss, accuracy: right, f1: f1(this.#predictions, this.#labels) };
    if (new Set(this.#labels).size < 2) return metrics;
    return { ...metrics, auc: auc(rocCurve(this.#scores, this.#labels)) };
  }
}

export interface EvaluateOptions {
  /** Images in a forward pass. Default 64; changes nothing but speed and memory. */
  batchSize?: number;
  /** Default `nllLoss`: the model ends in log-softmax. */
  loss?: LossFunction;
}

/** @throws Error when the dataset is empty */
export function checkNotEmpty(who: string, dataset: ImageDataset): void {
  if (dataset.length === 0) throw new Error(`${who}: the dataset is empty`);
}

/**
 * Runs the whole dataset through the model in evaluation mode, without recording. Each module's own mode is put back.
 * @throws Error when the dataset is empty, or the output is NaN or not [N, classes]
 */
export async function evaluate(model: Module, dataset: ImageDataset, options: EvaluateOptions = {}): Promise<Metrics> {
  const { batchSize = 64, loss = nllLoss } = options;
  const tally = new Tally(dataset.classes.length);
  checkNotEmpty("evaluate", dataset);
  const modes = Array.from(model.modules(), (module) => [module, module.training] as const);
  model.eval();
  try {
    for (const { images, labels } of dataset.batches(batchSize, { shuffle: false })) {
      const [output, batchLoss] = noGrad(() => {
        const output = model.forward(images);
        return [output, loss(output, labels)];
      });
      const [values, mean] = [await output.data(), await batchLoss.item()];
      output.release();
      batchLoss.release();
      tally.add(values, labels, mean);
    }
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
  return tally.metrics();
}
