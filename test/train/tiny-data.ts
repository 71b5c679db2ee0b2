/** A dataset and a model that are small enough to measure by hand. */

import { ImageDataset } from "../../src/data/image-dataset.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { flatten } from "../../src/tensor/ops/movement/reshape.js";
import { Generator } from "../../src/tensor/random.js";

const SIZE = 2;

/** One random image of 3 × 2 × 2 for each label. */
export function dataset(labels: readonly number[], { classes = 2, seed = 1 } = {}): ImageDataset {
  const random = new Generator(seed);
  return new ImageDataset({
    pixels: Uint8Array.from({ length: labels.length * 3 * SIZE ** 2 }, () => random.int(256)),
    labels: Int32Array.from(labels),
    size: SIZE,
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
  });
}

/** An affine map of the pixels, to log-probabilities. */
export function classifier({ classes = 2, seed = 1 } = {}): Sequential {
  const generator = new Generator(seed);
  return new Sequential(flatten, new Linear(3 * SIZE ** 2, classes, { generator }), (x) => x.logSoftmax(1));
}
