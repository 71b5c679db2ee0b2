/** Predictions: what a model says to every photograph of a dataset. */

import type { ImageDataset } from "../data/image-dataset.js";
import type { Module } from "../layers/module.js";
import { likeliest } from "../metrics/likeliest.js";
import { predict } from "../train/predict.js";

/** ln Σ exp(value), without overflow. */
function logSumExp(values: readonly number[]): number {
  const largest = values[likeliest(values)];
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

export class Predictions {
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  /** The likeliest class of each photograph. */
  readonly predicted: Int32Array;
  /** By photograph, of each class: log-probabilities, up to a number that is the same for all classes. */
  readonly #outputs: readonly (readonly number[])[];

  /** @param outputs by photograph, the model's output: logits or log-probabilities */
  constructor(classes: readonly string[], labels: Int32Array, outputs: readonly (readonly number[])[]) {
    this.classes = classes;
    this.labels = labels;
    this.#outputs = outputs;
    this.predicted = Int32Array.from(outputs, likeliest);
  }

  /** Those for some of the photographs. */
  of(indices: readonly number[]): Predictions {
    const labels = Int32Array.from(indices, (i) => this.labels[i]);
    return new Predictions(
      this.classes,
      labels,
      indices.map((i) => this.#outputs[i]),
    );
  }

  /** Whether one score orders all photographs: of two classes, which both occur. */
  get canRank(): boolean {
    return this.classes.length === 2 && new Set(this.labels).size === 2;
  }

  get length(): number {
    return this.labels.length;
  }

  /** Of photograph i: how probable each class is, 0 to 1. */
  distribution(i: number): number[] {
    const total = logSumExp(this.#outputs[i]);
    return this.#outputs[i].map((output) => Math.min(1, Math.exp(output - total)));
  }

  /** Of photograph i: how probable class k is, 0 to 1. */
  probability(i: number, k: number): number {
    return Math.min(1, Math.exp(this.#outputs[i][k] - logSumExp(this.#outputs[i])));
  }

  /** How probable class k is, for every photograph. */
  probabilities(k: number): number[] {
    return Array.from(this.labels, (_, i) => this.probability(i, k));
  }

  /** Log-odds of class k against all others: they order the photographs where probabilities are all 1 when rounded. */
  scores(k: number): number[] {
    return Array.from(this.labels, (_, i) => this.#logOdds(i, k));
  }

  /** 1 for each photograph of class k, 0 for the others. */
  is(k: number): number[] {
    return Array.from(this.labels, (label) => Number(label === k));
  }

  /** How probable photograph i was found to be what it was called. */
  confidence(i: number): number {
    return this.probability(i, this.predicted[i]);
  }

  /** How many classes were found likelier for photograph i than its own: 0 where it is called what it is. */
  rank(i: number): number {
    const row = this.#outputs[i];
    const own = this.labels[i];
    // Of equals the first one counts as the likelier, as it does in `predicted`.
    return row.filter((value, k) => value > row[own] || (value === row[own] && k < own)).length;
  }

  /** Photographs that are called what they are not, those with the highest confidence first. */
  mistakes(): number[] {
    const wrong = [...this.labels.keys()].filter((i) => this.predicted[i] !== this.labels[i]);
    const sure = wrong.map((i) => ({ i, logOdds: this.#logOdds(i, this.predicted[i]) }));
    return sure.sort((a, b) => b.logOdds - a.logOdds).map(({ i }) => i);
  }

  #logOdds(i: number, k: number): number {
    const row = this.#outputs[i];
    return row[k] - logSumExp(row.filter((_, j) => j !== k));
  }
}

/** Runs a whole dataset through a model, in evaluation mode. */
export async function predictAll(model: Module, dataset: ImageDataset): Promise<Predictions> {
  const { data, shape } =
    dataset.length > 0 ? await predict(model, dataset) : { data: new Float32Array(0), shape: [0, 0] };
  const [n, classes] = shape;
  const rows = Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * classes, (i + 1) * classes)));
  return new Predictions(dataset.classes, dataset.labels, rows);
}
