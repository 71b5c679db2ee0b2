/** Augmentation: each time a photograph is seen, it is moved, turned, cropped and coloured a little differently. */

import {
  aPlainObject,
  checkOptions,
  type Kind,
  numberFrom,
  numberUpTo,
  type OptionKinds,
} from "../tensor/arguments.js";
import type { Generator } from "../tensor/random.js";
import { greyOf } from "./image.js";

/** How much of what. Everything is off until it is given. */
export interface AugmentOptions {
  /** Probability that left and right are exchanged, 0 to 1. */
  flip?: number;
  /** Moves by up to this share of the size, left or right and up or down: 0 to 1. */
  shift?: number;
  /** Turns by up to so many degrees, either way: 0 to 180. */
  rotate?: number;
  /** Cuts out a square that is up to this share smaller, somewhere, and stretches it to the full size: 0 to below 1. */
  crop?: number;
  /** All values times b: b is 1 ± up to this, 0 to 1. */
  brightness?: number;
  /** m + c · (x − m), m the mean grey of the image: c is 1 ± up to this, 0 to 1. */
  contrast?: number;
  /** g + s · (x − g), g the grey of the pixel: s is 1 ± up to this, 0 to 1. */
  saturation?: number;
}

const aShare = numberUpTo(0, 1);

const KINDS: OptionKinds<AugmentOptions> = {
  flip: aShare,
  shift: aShare,
  rotate: numberUpTo(0, 180),
  crop: numberFrom(0, 1),
  brightness: aShare,
  contrast: aShare,
  saturation: aShare,
};

/** What is in it, `checkAugment` says. */
export const someAugmentation: Kind<AugmentOptions> = aPlainObject;

/**
 * Every option, those that were not given as 0.
 * @throws RangeError naming the option that is unknown or out of its range
 */
export function checkAugment(options: AugmentOptions): Required<AugmentOptions> {
  checkOptions("augment", options, KINDS);
  const { flip = 0, shift = 0, rotate = 0, crop = 0, brightness = 0, contrast = 0, saturation = 0 } = options;
  return { flip, shift, rotate, crop, brightness, contrast, saturation };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** What was drawn for one image. */
export interface Draw extends Movement, Colors {}

/** Which point of the image is shown where in the result. */
export interface Movement {
  /** From the middle of the result to the point of the image that is shown there, in pixels. */
  offsetX: number;
  offsetY: number;
  /** Where a step right, and a step down, in the result leads in the image. */
  rightX: number;
  rightY: number;
  downX: number;
  downY: number;
}

/** Factors; 1 changes nothing. */
export interface Colors {
  brightness: number;
  contrast: number;
  saturation: number;
}

/**
 * Bilinear; beyond the edges, the pixels of the edges are repeated.
 * @param bytes [3, size, size]
 * @param values receives [3, size, size] in [0, 1]
 * @see Pillow's `Image.transform(size, Image.AFFINE, …, Image.BILINEAR)`, but for the edges
 */
export function move(bytes: Uint8Array, size: number, movement: Movement, values: Float32Array): void {
  const { offsetX, offsetY, rightX, rightY, downX, downY } = movement;
  const area = size * size;
  const last = size - 1;
  // Pixel i has its centre at i + ½, the image its middle at size / 2.
  const middle = last / 2;
  let target = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const right = column - middle;
      const down = row - middle;
      const x = clamp(middle + offsetX + right * rightX + down * downX, 0, last);
      const y = clamp(middle + offsetY + right * rightY + down * downY, 0, last);
      const left = Math.floor(x);
      const top = Math.floor(y);
      const stepX = left < last ? 1 : 0;
      const stepY = top < last ? size : 0;
      for (let channel = 0, at = top * size + left; channel < 3; channel++, at += area) {
        const above = bytes[at] + (x - left) * (bytes[at + stepX] - bytes[at]);
        const below = bytes[at + stepY] + (x - left) * (bytes[at + stepY + stepX] - bytes[at + stepY]);
        values[channel * area + target] = (above + (y - top) * (below - above)) / 255;
      }
      target++;
    }
  }
}

/**
 * Brightness, then contrast, then saturation, each clamped to [0, 1].
 * @param values [3, size, size], changed in place
 * @see Pillow's `ImageEnhance`
 */
export function color(values: Float32Array, { brightness, contrast, saturation }: Colors): void {
  if (brightness === 1 && contrast === 1 && saturation === 1) return;
  const area = values.length / 3;
  let mean = 0;
  for (let i = 0; i < area; i++) {
    const red = Math.min(brightness * values[i], 1);
    const green = Math.min(brightness * values[area + i], 1);
    const blue = Math.min(brightness * values[2 * area + i], 1);
    mean += greyOf(red, green, blue);
    values[i] = red;
    values[area + i] = green;
    values[2 * area + i] = blue;
  }
  mean /= area;
  for (let i = 0; i < area; i++) {
    const red = clamp(mean + contrast * (values[i] - mean), 0, 1);
    const green = clamp(mean + contrast * (values[area + i] - mean), 0, 1);
    const blue = clamp(mean + contrast * (values[2 * area + i] - mean), 0, 1);
    const grey = greyOf(red, green, blue);
    values[i] = clamp(grey + saturation * (red - grey), 0, 1);
    values[area + i] = clamp(grey + saturation * (green - grey), 0, 1);
    values[2 * area + i] = clamp(grey + saturation * (blue - grey), 0, 1);
  }
}

/**
 * The augmentation of one pass over a dataset. What happens to an image depends on the pass and on the image's index,
 * not on what was asked for before it: a pass that is resumed in the middle goes on with the same images.
 */
export class Augmentation {
  readonly #options: Required<AugmentOptions>;
  readonly #pass: Generator;
  readonly #size: number;

  /**
   * @param size width and height of the images
   * @param generator one number is drawn from it, which decides the pass
   * @throws RangeError naming the option that is unknown or out of its range
   */
  constructor(options: AugmentOptions, size: number, generator: Generator) {
    this.#options = checkAugment(options);
    this.#size = size;
    this.#pass = generator.fork(`pass ${generator.uint32()}`);
  }

  /** Always the same draws in the same order: a new option changes nothing in the others. */
  #draw(index: number): Draw {
    const { flip, shift, rotate, crop, brightness, contrast, saturation } = this.#options;
    const random = this.#pass.fork(String(index));
    const around = (strength: number) => strength * (2 * random.uniform() - 1);
    const mirror = random.uniform() < flip ? -1 : 1;
    const [shiftX, shiftY] = [around(shift), around(shift)];
    const angle = (around(rotate) * Math.PI) / 180;
    const smaller = crop * random.uniform();
    const [cropX, cropY] = [around(smaller / 2), around(smaller / 2)];
    const [cos, sin] = [(1 - smaller) * Math.cos(angle), (1 - smaller) * Math.sin(angle)];
    return {
      offsetX: (shiftX + cropX) * this.#size,
      offsetY: (shiftY + cropY) * this.#size,
      rightX: mirror * cos,
      rightY: mirror * sin,
      downX: -sin,
      downY: cos,
      brightness: 1 + around(brightness),
      contrast: 1 + around(contrast),
      saturation: 1 + around(saturation),
    };
  }

  /**
   * Writes an augmented image, [3, size, size] in [0, 1].
   * @param bytes [3, size, size], 0 to 255
   * @param index of the image in its dataset
   */
  apply(bytes: Uint8Array, index: number, values: Float32Array): void {
    const draw = this.#draw(index);
    move(bytes, this.#size, draw, values);
    color(values, draw);
  }
}
