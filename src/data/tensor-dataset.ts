/** TensorDataset: examples from arrays or tensors of any shape, with classes or any numbers for targets. */

import {
  ArgumentError,
  aString,
  checkArgument,
  checkOptions,
  listOf,
  needed,
  numbers,
  type OptionKinds,
} from "../tensor/arguments.js";
import { fixFields, refuseOtherNames } from "../tensor/known-names.js";
import { formatShape, type Shape, ShapeError, sizeOf } from "../tensor/shape.js";
import { show } from "../tensor/show.js";
import { Tensor } from "../tensor/tensor.js";
import type { Batch } from "./batch.js";
import type { Dataset } from "./dataset.js";
import { type Examples, readExamples, someExamples } from "./examples.js";
import type { HostArray } from "./host-array.js";
import { type MeanAndStd, meanAndStdOf } from "./mean-and-std.js";
import { type BatchOptions, batchKinds, type Passes, passes } from "./passes.js";
import { copyRows, takeIntegers, takeRows } from "./rows.js";
import { drawShare, type SplitOptions } from "./stratify.js";
import { areClasses, labelsIn, readTargets } from "./target-values.js";

export interface TensorDatasetOptions<Names extends readonly string[] | undefined = readonly string[] | undefined> {
  /** [N, …], of any shape. Typed arrays and tensors are not copied; integers become floats as they are. */
  inputs: Examples;
  /**
   * The class of each example, [N]: a typed array of integers, or a list beside `classes`. (Of a shape [N, …], each example
   * has several, as each place in a text does.) Or real-valued, [N, …]: any numbers, 0 or 1 for each of several labels,
   * or, beside `classes`, the probability of each, [N, C].
   */
  targets: Examples;
  /** What the classes are called, by label. */
  classes?: Names;
}

const KINDS: OptionKinds<TensorDatasetOptions> = {
  inputs: needed(someExamples),
  targets: needed(someExamples),
  classes: listOf("a list of names", aString),
};

/** Only datasets of images have this option. */
function refuseAugment(options: object): void {
  // `Object`, since what is no object at all is refused later, with all other options.
  if (Object(options).augment === undefined) return;
  throw new ArgumentError(
    "augment changes images, and a TensorDataset has numbers of any kind: imagesToDataset makes a dataset of images; " +
      "other inputs change in a function that makes batches { inputs, targets }",
  );
}

/** Examples stay in the form that they come in; a batch becomes tensors when it is asked for. */
export class TensorDataset<Names extends readonly string[] | undefined = undefined> implements Dataset {
  /** What the classes are called, by label; undefined where that was not said. */
  readonly classes: Names;
  readonly #inputs: Tensor | HostArray;
  readonly #targets: Tensor | HostArray;

  /**
   * @param data what it is made of
   * @throws ShapeError when inputs and targets are not of the same number of examples, lists are ragged, or it cannot be
   * told whether targets are classes
   * @throws RangeError when a target is none of the classes
   * @see torch.utils.data.TensorDataset
   */
  constructor(data: TensorDatasetOptions<Names>) {
    checkOptions("TensorDataset", data as TensorDatasetOptions, KINDS);
    this.classes = data.classes as Names;
    fixFields(this);
    this.#inputs = readExamples("inputs", data.inputs);
    this.#targets = readTargets(data.targets, data.classes);
    const [n, targets] = [this.#inputs.shape[0], this.#targets.shape[0]];
    if (n === targets) return;
    throw new ShapeError(
      `TensorDataset: ${n} examples, inputs ${formatShape(this.#inputs.shape)}, have ${targets} targets, ` +
        `${formatShape(this.#targets.shape)}; a typed array has its shape beside it: { data, shape: [${targets}, …] }`,
    );
  }

  /** Number of examples. */
  get length(): number {
    return this.#inputs.shape[0];
  }

  /** Of one example, without the axis of examples. */
  get inputShape(): Shape {
    return this.#inputs.shape.slice(1);
  }

  /**
   * The mean and the deviation of each channel (of each column, where an example is one row) over all inputs: for `Normalize`.
   * @throws ShapeError when the inputs have no axis of channels, [N, C, …]
   */
  async meanAndStd(): Promise<MeanAndStd> {
    const inputs = this.#inputs;
    const [n, channels, ...rest] = inputs.shape;
    if (channels === undefined) {
      throw new ShapeError(`meanAndStd: the inputs ${formatShape(inputs.shape)} have no axis of channels, [N, C, …]`);
    }
    const data = inputs instanceof Tensor ? await inputs.data() : inputs.data;
    const inner = sizeOf(rest);
    const rows = () =>
      Array.from({ length: n }, (_, i) => data.subarray(i * channels * inner, (i + 1) * channels * inner));
    return meanAndStdOf(rows, { channels, inner });
  }

  /**
   * Some of the examples, in this order; copied.
   * @throws RangeError when there is no example of an index
   */
  subset(indices: ArrayLike<number>): TensorDataset<Names> {
    checkArgument("subset", "indices", indices, numbers);
    const wrong = Array.from(indices).findIndex((i) => !Number.isInteger(i) || i < 0 || i >= this.length);
    if (wrong !== -1) throw new RangeError(`subset: no example ${show(indices[wrong])}; there are ${this.length}`);
    const chosen = Int32Array.from(indices);
    const [inputs, targets] = [copyRows(this.#inputs, chosen), copyRows(this.#targets, chosen)];
    return new TensorDataset({ inputs, targets, classes: this.classes });
  }

  /**
   * Draws a share of the examples: where each has a class, of each class its share, at least one and not all.
   * @param fraction between 0 and 1
   * @returns the examples that stay, and those that were drawn
   */
  split(fraction: number, options: SplitOptions = {}): [rest: TensorDataset<Names>, share: TensorDataset<Names>] {
    const [rest, share] = drawShare(this.length, fraction, options, labelsIn(this.#targets), this.classes);
    return [this.subset(rest), this.subset(share)];
  }

  /**
   * The dataset batch by batch, the last one of what is left: for a loop, or one in each epoch, in a new order each time.
   * Its tensors are released when the next batch is asked for, and at the end.
   * @throws RangeError unless `batchSize` is a positive integer, `start` one of the pass's positions, and each `shard` has an
   * example of each batch
   * @throws ArgumentError when `fit` is to `augment` its examples, which need not be images
   * @see torch.utils.data.DataLoader
   */
  batches(batchSize: number, options: BatchOptions = {}): Passes<Batch> {
    refuseAugment(options);
    checkOptions("batches", options, batchKinds);
    const [inputs, targets] = [this.#inputs, this.#targets];
    return passes(this.length, batchSize, options, () => (indices) => ({
      inputs: takeRows(inputs, indices),
      targets: areClasses(targets) ? takeIntegers(targets, indices) : takeRows(targets, indices),
      indices,
    }));
  }
}

refuseOtherNames(TensorDataset, "its data is given when it is made, and options of batches are those of batches(…)", {
  ...{ size: "length", len: "length" },
  ...{ inputs: "batches(…): each has them", targets: "batches(…): each has them" },
});
