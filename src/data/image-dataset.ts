/** ImageDataset: labelled images of one size, kept in memory as bytes, handed out in batches. */

import {
  aCount,
  aPlainObject,
  aString,
  checkArgument,
  checkOptions,
  instanceOf,
  type Kind,
  listOf,
  needed,
  type OptionKinds,
  show,
} from "../tensor/arguments.js";
import { tensor } from "../tensor/factories/from-values.js";
import { aGenerator, defaultGenerator, type Generator } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { Augmentation, type AugmentOptions, checkAugment, someAugmentation } from "./augment.js";
import type { Batch } from "./batch.js";
import type { ClassDataset } from "./dataset.js";
import { type BatchOptions, batchKinds, passes } from "./passes.js";

/** Some images of a dataset, for one step: a `Batch` under the names that images have. */
export interface ImageBatch extends Batch {
  /** [N, 3, size, size], in [0, 1]: the inputs. Released when the next batch is asked for, and at the end. */
  images: Tensor;
  /** The class of each image. */
  labels: Int32Array;
  /** Where each image stands in the dataset. */
  indices: Int32Array;
}

export interface ImageBatchOptions extends BatchOptions {
  /** Changes every image a little, otherwise on every pass. Default: the images as they are. */
  augment?: AugmentOptions;
  /** Where the changes come from: one number a pass. Default: the "augmentation" stream of `manualSeed`. */
  augmentGenerator?: Generator;
}

export interface ImageDatasetOptions {
  /**
   * One image after another, each [3, size, size]: all of its red, then green, then blue. Or a list with an array for
   * each image: one array holds 4 GiB at most on Node 20.
   */
  pixels: Uint8Array | readonly Uint8Array[];
  /** The class of each image. */
  labels: Int32Array;
  /** Width and height of every image. */
  size: number;
  /** What the classes are called, by label. */
  classes: readonly string[];
}

const eachPixels = listOf("a list of Uint8Arrays", instanceOf("a Uint8Array", Uint8Array));

const somePixels: Kind<Uint8Array | readonly Uint8Array[]> = {
  expected: "a Uint8Array, or a list with one for each image",
  accepts: (value) => value instanceof Uint8Array || eachPixels.accepts(value),
  hint: eachPixels.hint,
};

export const datasetKinds: OptionKinds<ImageDatasetOptions> = {
  pixels: needed(somePixels),
  labels: needed(instanceOf("an Int32Array", Int32Array)),
  size: needed(aCount),
  classes: needed(listOf("a list of names", aString)),
};

const BATCHES: OptionKinds<ImageBatchOptions> = {
  ...batchKinds,
  augment: someAugmentation,
  augmentGenerator: aGenerator,
};

/** Bytes in memory are a quarter of float32; a batch becomes floats when it is asked for. */
export class ImageDataset implements ClassDataset {
  /** The class of each image. */
  readonly labels: Int32Array;
  /** Width and height of every image. */
  readonly size: number;
  /** What the classes are called, by label. */
  readonly classes: readonly string[];
  readonly #pixels: Uint8Array | readonly Uint8Array[];

  /**
   * @param data what it is made of
   * @throws RangeError when pixels and labels are not of the same number of images, or a label has no class.
   */
  constructor(data: ImageDatasetOptions) {
    checkArgument(new.target.name, "data", data, aPlainObject);
    const { pixels, labels, size, classes, ...more } = data;
    // What a subclass has besides is for it to check.
    const own = { pixels, labels, size, classes, ...(new.target === ImageDataset ? more : {}) };
    checkOptions(new.target.name, own, datasetKinds);
    const stride = 3 * size * size;
    const got = pixels instanceof Uint8Array ? pixels.length : pixels.reduce((sum, { length }) => sum + length, 0);
    if (got !== labels.length * stride) {
      throw new RangeError(
        `ImageDataset: ${labels.length} images of 3 × ${size} × ${size} need ${labels.length * stride} bytes of ` +
          `pixels, got ${got}`,
      );
    }
    const odd = pixels instanceof Uint8Array ? -1 : pixels.findIndex(({ length }) => length !== stride);
    if (odd !== -1) {
      const { length } = pixels[odd] as Uint8Array;
      throw new RangeError(
        `ImageDataset: image ${odd} has ${length} bytes of pixels, 3 × ${size} × ${size} are ${stride}`,
      );
    }
    const stray = labels.find((label) => label < 0 || label >= classes.length);
    if (stray !== undefined)
      throw new RangeError(`ImageDataset: label ${stray}, but there are ${classes.length} classes`);
    this.#pixels = pixels;
    this.labels = labels;
    this.size = size;
    this.classes = classes;
  }

  /** Number of images. */
  get length(): number {
    return this.labels.length;
  }

  #checkIndex(who: string, index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new RangeError(`${who}: no image ${show(index)}; there are ${this.length}`);
    }
  }

  /**
   * The bytes of the image at `index`, [3, size, size]: a view, not to be written to.
   * @throws RangeError when there is no such image
   */
  pixels(index: number): Uint8Array {
    this.#checkIndex("pixels", index);
    if (!(this.#pixels instanceof Uint8Array)) return this.#pixels[index];
    const stride = 3 * this.size * this.size;
    return this.#pixels.subarray(index * stride, (index + 1) * stride);
  }

  /** Number of images of each class. */
  get counts(): number[] {
    const counts = this.classes.map(() => 0);
    for (const label of this.labels) counts[label]++;
    return counts;
  }

  /**
   * How much an image of each class should count so that all classes count the same: n / (classes · n_c). For the
   * `weight` option of `nllLoss` and `crossEntropy`.
   * @throws RangeError when there is no image of a class
   * @see sklearn.utils.class_weight.compute_class_weight("balanced", …)
   */
  classWeights(): number[] {
    return this.counts.map((count, label) => {
      if (count === 0) throw new RangeError(`classWeights: there is no image of class "${this.classes[label]}"`);
      return this.length / (this.classes.length * count);
    });
  }

  /**
   * One image, [3, size, size] in [0, 1], and its class.
   * @throws RangeError when there is no image `index`.
   */
  item(index: number): { image: Tensor; label: number } {
    this.#checkIndex("item", index);
    return { image: tensor(this.#floats([index]), [3, this.size, this.size]), label: this.labels[index] };
  }

  /**
   * The dataset batch by batch, the last one of what is left: for a loop, or one in each epoch, in a new order each time.
   * @throws RangeError unless `batchSize` is a positive integer, and `start` one of the pass's positions
   * @see torch.utils.data.DataLoader
   */
  batches(batchSize: number, options: ImageBatchOptions = {}): Iterable<ImageBatch> {
    checkOptions("batches", options, BATCHES);
    const { augment, augmentGenerator = defaultGenerator("augmentation"), ...order } = options;
    if (augment) checkAugment(augment);
    return passes(this.length, batchSize, order, () => {
      const augmentation = augment && new Augmentation(augment, this.size, augmentGenerator);
      return (indices) => this.#batch(indices, augmentation);
    });
  }

  #batch(indices: Int32Array, augmentation: Augmentation | undefined): ImageBatch {
    const images = tensor(this.#floats(indices, augmentation), [indices.length, 3, this.size, this.size]);
    const labels = indices.map((index) => this.labels[index]);
    return { inputs: images, targets: labels, images, labels, indices };
  }

  #floats(indices: ArrayLike<number>, augmentation?: Augmentation): Float32Array {
    const stride = 3 * this.size * this.size;
    const values = new Float32Array(indices.length * stride);
    for (let i = 0, target = 0; i < indices.length; i++) {
      const bytes = this.pixels(indices[i]);
      if (augmentation) augmentation.apply(bytes, indices[i], values.subarray(i * stride, (i + 1) * stride));
      else for (let j = 0; j < stride; j++) values[target++] = bytes[j] / 255;
    }
    return values;
  }
}
