/** mixup and cutmix: images of a batch that are laid over each other, or put into each other. */

import type { Generator } from "../../tensor/random.js";
import type { ImageShape } from "../image-shape.js";
import { beta } from "./beta.js";
import type { Strengths } from "./options.js";
import { fillRectangle, shareOf } from "./rectangle.js";

/** What of each image stays its own, and whose is the rest. */
export interface Mixture {
  /** λ: the share of the image itself. */
  readonly own: number;
  /** The other image of each, by their places in the batch. */
  readonly others: Int32Array;
}

/**
 * Mixes the images of a batch, each with another.
 * @param values [N, channels, height, width], changed in place
 * @see Zhang et al. 2018 (mixup); Yun et al. 2019 (CutMix)
 */
export function mix(
  values: Float32Array,
  shape: ImageShape,
  { mixup, cutmix }: Pick<Strengths, "mixup" | "cutmix">,
  random: Generator,
): Mixture {
  const stride = shape.channels * shape.height * shape.width;
  const others = random.permutation(values.length / stride);
  const lays = cutmix === 0 || (mixup > 0 && random.uniform() < 0.5);
  const share = beta(lays ? mixup : cutmix, random);
  const before = Float32Array.from(values);
  const otherOf = (i: number) => before.subarray(others[i] * stride, (others[i] + 1) * stride);
  if (lays) {
    for (const i of others.keys()) {
      otherOf(i).forEach((value, j) => {
        values[i * stride + j] = share * values[i * stride + j] + (1 - share) * value;
      });
    }
    return { own: share, others };
  }
  const rectangle = shareOf(shape, 1 - share, random);
  for (const i of others.keys()) {
    fillRectangle(values.subarray(i * stride, (i + 1) * stride), shape, rectangle, otherOf(i));
  }
  return { own: 1 - (rectangle.width * rectangle.height) / (shape.width * shape.height), others };
}

/** [N, classes]: λ for an image's class, 1 − λ for that of the other. */
export function mixedTargets(labels: Int32Array, classes: number, { own, others }: Mixture): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) {
    targets[i * classes + label] += own;
    targets[i * classes + labels[others[i]]] += 1 - own;
  }
  return targets;
}
