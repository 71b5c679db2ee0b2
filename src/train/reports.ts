/** What training tells while it runs: after each step, and after each epoch. */

import type { Parameter } from "../tensor/tensor.js";
import type { AnyMetrics, Metrics } from "./metrics.js";
import type { Prediction } from "./predict.js";

/** What a step is about to be taken with. */
export interface StepGradients {
  /**
   * Those of the optimizer. Each `grad` is of the mean loss over the step's examples; `null` where the loss does not depend
   * on it.
   */
  parameters: readonly Parameter[];
  /** Examples in the step. */
  examples: number;
}

/** Where a running epoch stands. */
export interface StepReport {
  /** Counted from 1. */
  epoch: number;
  /** How many there are to be. */
  epochs: number;
  /** Examples that this epoch has trained on. */
  done: number;
  /** Examples that it trains on altogether; undefined where it is given batches, which nobody has counted. */
  total?: number;
  /** Mean over the examples of the step, before it. */
  loss: number;
  /** The share of them that was rightly told, before it; undefined where the targets are no classes. */
  accuracy?: number;
  /** What the model said to them, in training mode and before the step: what `loss` and `accuracy` are of. */
  outputs: Prediction;
  /** Where each of them stands in the dataset; undefined where batches do not tell (`Batch.indices`). */
  indices?: Int32Array;
  /** In this epoch so far, without the time that callbacks took. */
  imagesPerSecond: number;
  /** Until the end of this epoch's training; undefined where that is not known. */
  secondsLeft?: number;
}

/** What an epoch came to. */
export interface EpochReport<M extends AnyMetrics = Metrics> {
  /** Counted from 1. */
  epoch: number;
  /** How many there are to be. */
  epochs: number;
  /** Over the epoch's batches as they were trained on, in training mode and before each step; see `evaluateTrain`. */
  train: M;
  /** After the epoch, in evaluation mode; where it is there, it tells which epoch is the best. */
  validation?: M;
  /** Likewise, where there is no validation. */
  test?: M;
  /** At the end of the epoch's training. */
  lr: number;
  /** While training, without evaluation and callbacks. */
  imagesPerSecond: number;
  /** Spent on this epoch, with evaluation, without callbacks. */
  seconds: number;
}
