/** DataSource: what `fit`, `evaluate` and `predict` go through: a dataset, or batches that a program makes. */

import type { AugmentOptions } from "../data/augment/options.js";
import type { Batch } from "../data/batch.js";
import { aDataset, type Dataset } from "../data/dataset.js";
import { ArgumentError, isNumberArray, type Kind } from "../tensor/arguments.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { show } from "../tensor/show.js";
import { Tensor } from "../tensor/tensor.js";

/** Batches one after the other, in each epoch the same way. */
export type Batches = Iterable<Batch> | AsyncIterable<Batch>;

/**
 * A dataset; or batches `{ inputs, targets }` of any size: an array of them, anything else that can be walked, or, as a
 * generator can be walked only once, the function that makes it, which is called in each epoch.
 */
export type DataSource = Dataset | Batches | (() => Batches | Promise<Batches>);

function canBeWalked(value: unknown): value is Batches {
  const { [Symbol.iterator]: each, [Symbol.asyncIterator]: eachLater } = Object(value);
  return typeof value === "object" && (typeof each === "function" || typeof eachLater === "function");
}

export const aDataSource: Kind<DataSource> = {
  expected: "a dataset, batches { inputs, targets }, or a function that makes such batches",
  accepts: (value): value is DataSource => {
    if (value instanceof Tensor || isNumberArray(value)) return false;
    return typeof value === "function" || aDataset.accepts(value) || canBeWalked(value);
  },
  hint: (value) =>
    value instanceof Tensor || isNumberArray(value) || Object.hasOwn(Object(value), "inputs")
      ? "new TensorDataset({ inputs, targets }) makes a dataset"
      : aDataset.hint?.(value),
};

/** A dataset gives batches of any size and knows how many examples it has. */
export function isDataset(data: DataSource): data is Dataset {
  return aDataset.accepts(data);
}

/** What a pass asks of a dataset. Batches that a program makes are as they are. */
export interface PassOptions {
  /** Default 64. */
  batchSize?: number;
  /** Default true. */
  shuffle?: boolean;
  /** Default false. */
  dropLast?: boolean;
  /** Examples at the beginning that are left out. */
  start?: number;
  augment?: AugmentOptions;
  /** Called once those at the beginning of batches have been drawn, which a program makes all the same. */
  onStart?: () => void;
}

/** @throws ArgumentError when something is asked of batches that a program makes */
export function checkAsked(who: string, data: DataSource, asked: PassOptions): void {
  const [name] = Object.entries(asked).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined || isDataset(data)) return;
  throw new ArgumentError(`${who}: ${name} is for datasets, and train is batches, which are as they are: leave it out`);
}

/** @throws Error when a dataset, or a list of batches, is empty */
export function checkNotEmpty(who: string, data: DataSource): void {
  if (Array.isArray(data) && data.length === 0) throw new Error(`${who}: the list of batches is empty`);
  if (isDataset(data) && data.length === 0) throw new Error(`${who}: the dataset is empty`);
}

const ONCE =
  "a generator can be walked only once. Give the function that makes it, or an array of its batches, as [...batches]";

/** @throws Error for what is used up by one pass, before any time is spent on it */
export function checkManyPasses(who: string, data: DataSource): void {
  if (isDataset(data) || typeof data === "function") return;
  const iterator: unknown = Symbol.iterator in data ? data[Symbol.iterator]() : data[Symbol.asyncIterator]();
  if (iterator === data) throw new Error(`${who}: ${ONCE}`);
}

/** Number of examples in a batch. @throws ArgumentError, ShapeError when it is none, naming it */
function sizeOfBatch(who: string, batch: Batch, at: number): number {
  const { inputs, targets } = Object(batch) as Partial<Batch>;
  if (!(inputs instanceof Tensor) || !(targets instanceof Tensor || Array.isArray(targets) || isNumberArray(targets))) {
    throw new ArgumentError(
      `${who}: batch ${at} must be { inputs, targets }, a tensor and an Int32Array or a tensor, got ` +
        (inputs === undefined ? show(batch) : `{ inputs: ${show(inputs)}, targets: ${show(targets)} }`),
    );
  }
  const [n] = inputs.shape;
  const fits = targets instanceof Tensor ? targets.shape[0] === n : targets.length > 0 && targets.length % n === 0;
  if (n !== undefined && fits) return n;
  const said = targets instanceof Tensor ? formatShape(targets.shape) : String(targets.length);
  throw new ShapeError(
    `${who}: batch ${at} has inputs ${formatShape(inputs.shape)} and targets ${said}: there must be as many of both`,
  );
}

/** A batch, where it stands in its pass, and its number of examples. */
export interface Step {
  readonly batch: Batch;
  readonly at: number;
  readonly count: number;
}

/**
 * One pass.
 * @param who walks, for messages: "fit: train"
 * @throws Error when there is no batch, a batch is none, or `start` is not where one begins
 */
export async function* walk(who: string, data: DataSource, options: PassOptions): AsyncIterable<Step> {
  if (isDataset(data)) yield* walkDataset(who, data, options);
  else yield* walkBatches(who, typeof data === "function" ? await madeBy(who, data) : data, options);
}

/** @throws ArgumentError when a function gives no batches */
async function madeBy(who: string, make: () => Batches | Promise<Batches>): Promise<Batches> {
  const made: unknown = await make();
  if (canBeWalked(made)) return made;
  throw new ArgumentError(
    `${who}: the function must give batches { inputs, targets }, one after the other, got ${show(made)}`,
  );
}

async function* walkDataset(who: string, data: Dataset, options: PassOptions): AsyncIterable<Step> {
  const { batchSize = 64, start = 0, onStart: _, ...asked } = options;
  let seen = start;
  let at = Math.ceil(start / batchSize);
  const batches: unknown = data.batches(batchSize, { ...asked, start });
  if (!canBeWalked(batches)) {
    throw new ArgumentError(
      `${who}: batches() must give batches { inputs, targets }, one after the other, got ${show(batches)}`,
    );
  }
  for await (const batch of batches) {
    const count = sizeOfBatch(who, batch, at);
    seen += count;
    if (seen > data.length) {
      const rest = start === 0 ? "" : `, of which ${start} were to be left out (start)`;
      throw new Error(`${who}: batches() gives more examples than the dataset's length, ${data.length}${rest}`);
    }
    yield { batch, at: at++, count };
  }
  if (data.length - seen < (asked.dropLast ? batchSize : 1)) return;
  const given = seen === 0 ? "none" : `${seen} examples`;
  throw new Error(`${who}: batches() gives ${given}, and the dataset's length is ${data.length}`);
}

async function* walkBatches(who: string, batches: Batches, { start = 0, onStart }: PassOptions): AsyncIterable<Step> {
  let seen = 0;
  let at = 0;
  for await (const batch of batches) {
    const count = sizeOfBatch(who, batch, at);
    if (seen < start && seen + count > start) {
      throw new Error(`${who}: ${start} examples were done, and no batch ends there: these are other batches`);
    }
    if (seen >= start) yield { batch, at, count };
    seen += count;
    if (seen === start) onStart?.();
    at++;
  }
  if (seen < start)
    throw new Error(`${who}: ${start} examples were done, and there are ${seen}: these are other batches`);
  if (at === 0) throw new Error(`${who}: there are no batches; ${ONCE}`);
}
