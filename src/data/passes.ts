/** passes: the order of the examples of a dataset, batch by batch, in one epoch after the other. */

import { aBoolean, aCount, aNumber, checkArgument, type OptionKinds, wholeFrom } from "../tensor/arguments.js";
import { aGenerator, defaultGenerator, type Generator } from "../tensor/random.js";
import { Tensor } from "../tensor/tensor.js";
import type { Batch } from "./batch.js";

export interface BatchOptions {
  /** A new order on every pass. Default true. */
  shuffle?: boolean;
  /** Where the order comes from. Default: the "shuffle" stream of `manualSeed`. */
  generator?: Generator;
  /** Leaves out a last batch that is not full. Default false. */
  dropLast?: boolean;
  /**
   * Examples at the beginning of the first pass that are left out. To go on in the middle of a pass as if it had not been
   * interrupted: put both generators back to where they were before it, and give the number of examples done. Default 0.
   */
  start?: number;
}

export const batchKinds: OptionKinds<BatchOptions> = {
  shuffle: aBoolean,
  generator: aGenerator,
  dropLast: aBoolean,
  start: aNumber,
};

/** What a pass draws is drawn when it begins. */
function* onePass<B extends Batch>(
  length: number,
  batchSize: number,
  options: BatchOptions,
  begin: () => (indices: Int32Array) => B,
): IterableIterator<B> {
  const { shuffle = true, dropLast = false, generator = defaultGenerator("shuffle"), start = 0 } = options;
  const order = shuffle ? generator.permutation(length) : Int32Array.from({ length }, (_, i) => i);
  const batchOf = begin();
  const end = dropLast ? length - batchSize + 1 : length;
  for (let at = start; at < end; at += batchSize) {
    const batch = batchOf(order.slice(at, at + batchSize));
    try {
      yield batch;
    } finally {
      // Also when the caller leaves the loop.
      batch.inputs.free("batch");
      if (batch.targets instanceof Tensor) batch.targets.free("batch");
    }
  }
}

/**
 * What `batches` of a dataset gives: each walk is another pass, of which only the first leaves out what is before `start`.
 * @param length number of examples
 * @param begin called at the beginning of a pass; what it gives makes a batch of some of the examples
 * @throws RangeError unless `batchSize` is a positive integer, and `start` one of the pass's positions
 */
export function passes<B extends Batch>(
  length: number,
  batchSize: number,
  options: BatchOptions,
  begin: () => (indices: Int32Array) => B,
): Iterable<B> {
  checkArgument("batches", "batchSize", batchSize, aCount);
  let next = options.start ?? 0;
  checkArgument("batches", "start", next, wholeFrom(0, length));
  return {
    [Symbol.iterator]: () => {
      const start = next;
      next = 0;
      return onePass(length, batchSize, { ...options, start }, begin);
    },
  };
}
