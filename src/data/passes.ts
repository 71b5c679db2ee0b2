/** passes: the order of the examples of a dataset, batch by batch, in one epoch after the other. */

import { aBoolean, aCount, aNumber, checkArgument, needed, type OptionKinds, wholeFrom } from "../tensor/arguments.js";
import { optionsOf } from "../tensor/kinds.js";
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
  /**
   * One of so many shares of each batch, `index` from 0: processes that train one model together, each with a share, see the
   * batches that one process would. Nobody's share is empty. Default: all of each batch.
   */
  shard?: Shard;
}

interface Shard {
  index: number;
  of: number;
}

export const batchKinds: OptionKinds<BatchOptions> = {
  shuffle: aBoolean,
  generator: aGenerator,
  dropLast: aBoolean,
  start: aNumber,
  shard: optionsOf<Shard>({ index: needed(wholeFrom(0)), of: needed(aCount) }),
};

/** Each walk is another pass. */
export interface Passes<B extends Batch> extends Iterable<B> {
  /** Batches in a pass over all examples. */
  readonly length: number;
}

/** Shares differ by one example at most. */
function shareOf(indices: Int32Array, { index, of }: Shard): Int32Array {
  const border = (i: number) => Math.floor((i * indices.length) / of);
  return indices.slice(border(index), border(index + 1));
}

/** @throws RangeError when there is no such share, or a batch has fewer examples than there are shares */
function checkShard({ index, of }: Shard, length: number, batchSize: number, { dropLast }: BatchOptions): void {
  if (index >= of) throw new RangeError(`batches: shard ${index} of ${of}: the first is 0, the last ${of - 1}`);
  if (batchSize < of)
    throw new RangeError(`batches: a batch of ${batchSize} has not an example for each of ${of} shards`);
  const last = length % batchSize;
  if (dropLast || last === 0 || last >= of) return;
  throw new RangeError(
    `batches: the last batch, of ${last}, has not an example for each of ${of} shards: dropLast: true leaves it out`,
  );
}

/** What a pass draws is drawn when it begins. */
function* onePass<B extends Batch>(
  length: number,
  batchSize: number,
  options: BatchOptions,
  begin: () => (indices: Int32Array) => B,
): IterableIterator<B> {
  const { shuffle = true, dropLast = false, generator = defaultGenerator("shuffle"), start = 0, shard } = options;
  const order = shuffle ? generator.permutation(length) : Int32Array.from({ length }, (_, i) => i);
  const batchOf = begin();
  const end = dropLast ? length - batchSize + 1 : length;
  for (let at = start; at < end; at += batchSize) {
    const indices = order.slice(at, at + batchSize);
    const batch = batchOf(shard ? shareOf(indices, shard) : indices);
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
 * @throws RangeError unless `batchSize` is a positive integer, `start` one of the pass's positions, and no share empty
 */
export function passes<B extends Batch>(
  length: number,
  batchSize: number,
  options: BatchOptions,
  begin: () => (indices: Int32Array) => B,
): Passes<B> {
  checkArgument("batches", "batchSize", batchSize, aCount);
  let next = options.start ?? 0;
  checkArgument("batches", "start", next, wholeFrom(0, length));
  if (options.shard) checkShard(options.shard, length, batchSize, options);
  const round = options.dropLast ? Math.floor : Math.ceil;
  return {
    length: round(length / batchSize),
    [Symbol.iterator]: () => {
      const start = next;
      next = 0;
      return onePass(length, batchSize, { ...options, start }, begin);
    },
  };
}
