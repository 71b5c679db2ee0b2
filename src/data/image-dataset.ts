/** ImageDataset: labelled images of one size, kept in memory as bytes, handed out in batches. */

import {
  aPlainObject,
  aString,
  checkArgument,
  checkOptions,
  instanceOf,
  type Kind,
  listOf,
  needed,
  numbers,
  type OptionKinds,
} from "../tensor/arguments.js";
import { tensor } from "../tensor/factories/from-values.js";
import { fixFields, refuseOtherNames } from "../tensor/known-names.js";
import { aGenerator, defaultGenerator, type Generator } from "../tensor/random.js";
import { show } from "../tensor/show.js";
import type { Tensor } from "../tensor/tensor.js";
import { Augmentation } from "./augment/augmentation.js";
import { mixedTargets } from "./augment/mix.js";
import { type AugmentOptions, checkAugment, someAugmentation } from "./augment/options.js";
import type { Batch } from "./batch.js";
import type { ClassDataset } from "./dataset.js";
import { type Channels, someChannels } from "./image.js";
import { anImageSize, bytesOf, formatImageShape, type ImageShape, type ImageSize, shapeOf } from "./image-shape.js";
import { type MeanAndStd, meanAndStdOf } from "./mean-and-std.js";
import { type BatchOptions, batchKinds, type Passes, passes } from "./passes.js";
import { drawShare, type SplitOptions } from "./stratify.js";

/** Some images of a dataset, for one step: a `Batch` under the names that images have. */
export interface ImageBatch extends Batch {
  /** [N, channels, height, width], in [0, 1]: the inputs. Released when the next batch is asked for, and at the end. */
  images: Tensor;
  /** The class of each image. The targets are the same; of mixed images, they are probabilities. */
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
   * One image after another, each [channels, height, width]: all of its red, then green, then blue. Or a list with an array
   * for each image: one array holds 4 GiB at most on Node 20.
   */
  pixels: Uint8Array | readonly Uint8Array[];
  /** The class of each image. */
  labels: Int32Array;
  /** Width and height of every image: one number for both, or `{ width, height }`. */
  size: ImageSize;
  /** 1 (grey), 3 (red, green, blue) or 4 (and how opaque). Default 3. */
  channels?: Channels;
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
  size: needed(anImageSize),
  channels: someChannels,
  classes: needed(listOf("a list of names", aString)),
};

const BATCHES: OptionKinds<ImageBatchOptions> = {
  ...batchKinds,
  augment: someAugmentation,
  augmentGenerator: aGenerator,
};

/** What `subset` of such a dataset gives: of photographs with files, photographs with files. */
type Subset<D extends ImageDataset> = ReturnType<D["subset"]>;

/** Bytes in memory are a quarter of float32; a batch becomes floats when it is asked for. */
export class ImageDataset implements ClassDataset {
  /** The class of each image. */
  readonly labels: Int32Array;
  /** Of every image: channels, height and width. */
  readonly shape: ImageShape;
  /** What the classes are called, by label. */
  readonly classes: readonly string[];
  readonly #pixels: Uint8Array | readonly Uint8Array[];

  /**
   * @param data what it is made of
   * @throws RangeError when pixels and labels are not of the same number of images, or a label has no class.
   */
  constructor(data: ImageDatasetOptions) {
    checkArgument(new.target.name, "data", data, aPlainObject);
    const { pixels, labels, size, channels, classes, ...more } = data;
    // What a subclass has besides is for it to check.
    const own = { pixels, labels, size, channels, classes, ...(new.target === ImageDataset ? more : {}) };
    checkOptions(new.target.name, own, datasetKinds);
    this.#pixels = pixels;
    this.labels = labels;
    this.shape = shapeOf(size, channels ?? 3);
    this.classes = classes;
    fixFields(this);
    this.#checkPixels();
    const stray = labels.find((label) => label < 0 || label >= classes.length);
    if (stray !== undefined)
      throw new RangeError(`ImageDataset: label ${stray}, but there are ${classes.length} classes`);
  }

  #checkPixels(): void {
    const [pixels, shape, stride] = [this.#pixels, formatImageShape(this.shape), bytesOf(this.shape)];
    const got = pixels instanceof Uint8Array ? pixels.length : pixels.reduce((sum, { length }) => sum + length, 0);
    if (got !== this.length * stride) {
      throw new RangeError(
        `ImageDataset: ${this.length} images of ${shape} need ${this.length * stride} bytes of pixels, got ${got}`,
      );
    }
    const odd = pixels instanceof Uint8Array ? -1 : pixels.findIndex(({ length }) => length !== stride);
    if (odd === -1) return;
    const { length } = pixels[odd] as Uint8Array;
    throw new RangeError(`ImageDataset: image ${odd} has ${length} bytes of pixels, ${shape} are ${stride}`);
  }

  /**
   * Width and height of every image.
   * @throws Error where they differ
   */
  get size(): number {
    const { width, height } = this.shape;
    if (width === height) return width;
    throw new Error(`size: the images are ${width} pixels wide and ${height} high, which \`shape\` says`);
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
   * The bytes of the image at `index`, [channels, height, width]: a view, not to be written to.
   * @throws RangeError when there is no such image
   */
  pixels(index: number): Uint8Array {
    this.#checkIndex("pixels", index);
    if (!(this.#pixels instanceof Uint8Array)) return this.#pixels[index];
    const stride = bytesOf(this.shape);
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
   * The mean and the deviation of each channel, in [0, 1], over all images: for `Normalize`. A promise, as for datasets whose
   * numbers are elsewhere.
   */
  async meanAndStd(): Promise<MeanAndStd> {
    const { channels, height, width } = this.shape;
    const images = () => Array.from(this.labels, (_, i) => this.pixels(i));
    return meanAndStdOf(images, { channels, inner: height * width, unit: 1 / 255 });
  }

  /**
   * One image, [channels, height, width] in [0, 1], and its class.
   * @throws RangeError when there is no image `index`.
   */
  item(index: number): { image: Tensor; label: number } {
    this.#checkIndex("item", index);
    const { channels, height, width } = this.shape;
    return { image: tensor(this.#floats([index]), [channels, height, width]), label: this.labels[index] };
  }

  /**
   * Some of the images, in this order. Their pixels are shared.
   * @throws RangeError when there is no image of an index
   */
  subset(indices: ArrayLike<number>): ImageDataset {
    return new ImageDataset(this.dataOf(indices));
  }

  /**
   * Draws a share of the images, of each class its share: at least one and not all; of a class with one image, none.
   * @param fraction between 0 and 1
   * @returns the images that stay, and those that were drawn
   */
  split(fraction: number, options: SplitOptions = {}): [rest: Subset<this>, share: Subset<this>] {
    const [rest, share] = drawShare(this.length, fraction, options, this.labels, this.classes);
    return [this.subset(rest) as Subset<this>, this.subset(share) as Subset<this>];
  }

  /** Internal: what `subset` is made of. */
  protected dataOf(indices: ArrayLike<number>): ImageDatasetOptions {
    checkArgument("subset", "indices", indices, numbers);
    const { width, height, channels } = this.shape;
    return {
      pixels: Array.from(indices, (index) => this.pixels(index)),
      labels: Int32Array.from(indices, (index) => this.labels[index]),
      size: { width, height },
      channels: channels as Channels,
      classes: this.classes,
    };
  }

  /**
   * The dataset batch by batch, the last one of what is left: for a loop, or one in each epoch, in a new order each time.
   * @throws RangeError unless `batchSize` is a positive integer, `start` one of the pass's positions, and each `shard` has an
   * example of each batch
   * @see torch.utils.data.DataLoader
   */
  batches(batchSize: number, options: ImageBatchOptions = {}): Passes<ImageBatch> {
    checkOptions("batches", options, BATCHES);
    const { augment, augmentGenerator = defaultGenerator("augmentation"), ...order } = options;
    if (augment) checkAugment(augment);
    return passes(this.length, batchSize, order, () => {
      const augmentation = augment && new Augmentation(augment, this.shape, augmentGenerator);
      return (indices) => this.#batch(indices, augmentation);
    });
  }

  #batch(indices: Int32Array, augmentation: Augmentation | undefined): ImageBatch {
    const { channels, height, width } = this.shape;
    const values = this.#floats(indices, augmentation);
    const labels = indices.map((index) => this.labels[index]);
    const mixture = augmentation?.mix(values, indices);
    const images = tensor(values, [indices.length, channels, height, width]);
    const [n, classes] = [labels.length, this.classes.length];
    const targets = mixture ? tensor(mixedTargets(labels, classes, mixture), [n, classes]) : labels;
    return { inputs: images, targets, images, labels, indices };
  }

  #floats(indices: ArrayLike<number>, augmentation?: Augmentation): Float32Array {
    const stride = bytesOf(this.shape);
    const values = new Float32Array(indices.length * stride);
    for (let i = 0, target = 0; i < indices.length; i++) {
      const bytes = this.pixels(indices[i]);
      if (augmentation) augmentation.apply(bytes, indices[i], values.subarray(i * stride, (i + 1) * stride));
      else for (let j = 0; j < stride; j++) values[target++] = bytes[j] / 255;
    }
    return values;
  }
}

refuseOtherNames(ImageDataset, "its data is given when it is made, and options of batches are those of batches(…)", {
  ...{ len: "length", targets: "labels", images: "item(i)" },
});
