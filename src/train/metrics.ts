/** Metrics: how good a model is on a dataset. */

import type { ClassDataset } from "../data/dataset.js";

/** How good a model is that tells classes. */
export interface Metrics {
  /** Mean over the examples. */
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

/** How good a model of any kind is: the loss; the others where the targets are classes. */
export type AnyMetrics = Pick<Metrics, "loss"> & Partial<Metrics>;

/** What is measured on such data: with names for the classes, all of it. */
export type MetricsOf<Data> = Data extends ClassDataset ? Metrics : AnyMetrics;
