/** Tally: what a model said in a pass, summed up. */

import { IGNORED } from "../layers/losses/class-loss.js";
import { accuracy, classificationReport } from "../metrics/classification.js";
import { likeliest } from "../metrics/likeliest.js";
import { auc, rocCurve } from "../metrics/roc.js";
import type { AnyMetrics } from "./metrics.js";
import { BrokenLossError } from "./pass.js";

/** What a tally holds: enough to go on with it in another process. */
export interface TallyState {
  /** Columns of the outputs; 0 where the targets are no classes. */
  classes: number;
  /** [N, classes], row by row; none where the targets are no classes. */
  outputs: ArrayLike<number>;
  labels: ArrayLike<number>;
  /** Number of examples. */
  count: number;
  /** Sum over the examples. */
  loss: number;
}

/** Of a batch, what is collected. */
export interface Said {
  /** The model's output, row by row. */
  output: Float32Array;
  /** The class of each row; undefined where the targets are no classes. */
  labels: ArrayLike<number> | undefined;
  /** Number of examples. */
  count: number;
  /** Mean over them. */
  loss: number;
}

/** Collects what a model says, batch by batch, and sums it up. */
export class Tally {
  #classes: number | undefined;
  readonly #outputs: number[];
  readonly #labels: number[];
  #count: number;
  #loss: number;

  /** @param state where to go on from. `classes` alone is what the outputs must fit; without it, the first ones tell */
  constructor({ classes, outputs = [], labels = [], count = 0, loss = 0 }: Partial<TallyState> = {}) {
    this.#classes = classes;
    this.#outputs = Array.from(outputs);
    this.#labels = Array.from(labels);
    this.#count = count;
    this.#loss = loss;
  }

  /** @throws Error when the output is NaN, or does not have one column for each class */
  add({ output, labels, count, loss }: Said): void {
    this.#checkNumbers(output, count);
    this.#count += count;
    this.#loss += loss * count;
    this.#classes ??= labels ? output.length / labels.length : 0;
    if (!labels) return;
    const columns = this.#classes;
    if (!Number.isInteger(columns) || output.length !== labels.length * columns) {
      throw new Error(
        `the model's output has ${output.length / labels.length} columns, the dataset ${columns} classes`,
      );
    }
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] === IGNORED) continue;
      if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < columns)) {
        throw new Error(
          `the target ${labels[i]} is none of the classes of the model's output, 0 to ${columns - 1}; targets that are no ` +
            "classes are a tensor, in a TensorDataset a Float32Array or nested lists",
        );
      }
      this.#labels.push(labels[i]);
      for (const value of output.subarray(i * columns, (i + 1) * columns)) this.#outputs.push(value);
    }
  }

  #checkNumbers(output: Float32Array, count: number): void {
    const broken = output.findIndex(Number.isNaN);
    if (broken === -1) return;
    const example = this.#count + Math.floor((broken * count) / output.length);
    throw new BrokenLossError(`the model's output is NaN for example ${example} of this pass`);
  }

  state(): TallyState {
    const [classes, outputs, labels] = [this.#classes ?? 0, this.#outputs, this.#labels];
    return { classes, outputs, labels, count: this.#count, loss: this.#loss };
  }

  metrics(): AnyMetrics {
    const loss = this.#loss / this.#count;
    return this.#labels.length === 0 ? { loss } : { loss, ...this.#ofClasses(this.#classes!) };
  }

  #ofClasses(count: number): Omit<AnyMetrics, "loss"> {
    const labels = this.#labels;
    const rows = labels.map((_, i) => this.#outputs.slice(i * count, (i + 1) * count));
    const predictions = rows.map(likeliest);
    const right = accuracy(predictions, labels);
    const metrics = { accuracy: right, error: 1 - right };
    const { classes, macroF1 } = classificationReport(predictions, labels, count);
    if (count !== 2) {
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
