/** Dataset: what can be trained and measured on, whatever it holds. */

import type { Kind } from "../tensor/arguments.js";
import { show } from "../tensor/show.js";
import type { AugmentOptions } from "./augment/options.js";
import type { Batch } from "./batch.js";
import type { BatchOptions } from "./passes.js";

/** Anything with a length and `batches()`. */
export interface Dataset {
  /** Number of examples. */
  readonly length: number;
  /** What the classes are called, by label; undefined where the targets are no classes, or have no names. */
  readonly classes?: readonly string[] | undefined;
  /**
   * One pass over all examples, batch by batch. `fit` asks for those behind the first `start` ones where it goes on in the
   * middle of an epoch, and `evaluate` for an order that stays (`shuffle: false`).
   */
  batches(
    batchSize: number,
    options?: BatchOptions & { augment?: AugmentOptions },
  ): Iterable<Batch> | AsyncIterable<Batch>;
}

/** A dataset whose targets are classes with names. */
export interface ClassDataset extends Dataset {
  /** By label. */
  readonly classes: readonly string[];
}

export const aDataset: Kind<Dataset> = {
  expected: "a dataset",
  accepts: (value): value is Dataset => {
    const { length, batches } = (value ?? {}) as Partial<Dataset>;
    return Number.isSafeInteger(length) && length! >= 0 && typeof batches === "function";
  },
  hint: (value) => {
    const { length, batches } = (value ?? {}) as Partial<Dataset>;
    return typeof batches === "function" ? `its length must be a whole number, and is ${show(length)}` : undefined;
  },
};
