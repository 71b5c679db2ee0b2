/** Rectangles of an image by chance: what is erased, cut out, or put in from another image. */

import type { Generator } from "../../tensor/random.js";
import { clamp } from "../clamp.js";
import type { ImageShape } from "../image-shape.js";

/** In whole pixels, within its image. */
export interface Rectangle {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** Of random erasing: shares of the area, and height to width. */
const AREA = [0.02, 0.33];
const RATIO = [0.3, 3.3];

/** Uniform in its logarithm: 2 is as likely as ½. */
export function logUniform(random: Generator, [low, high]: readonly number[]): number {
  return low * (high / low) ** random.uniform();
}

/** @see torchvision.transforms.RandomErasing, whose defaults are taken */
export function anyRectangle({ height, width }: ImageShape, random: Generator): Rectangle {
  const area = height * width * (AREA[0] + (AREA[1] - AREA[0]) * random.uniform());
  const ratio = logUniform(random, RATIO);
  const own = {
    height: clamp(Math.round(Math.sqrt(area * ratio)), 1, height),
    width: clamp(Math.round(Math.sqrt(area / ratio)), 1, width),
  };
  return { ...own, top: random.int(height - own.height + 1), left: random.int(width - own.width + 1) };
}

/**
 * Around any pixel, of the image's shape, with a share of its area, cut off at the edges.
 * @see torchvision.transforms.v2.CutMix
 */
export function shareOf({ height, width }: ImageShape, share: number, random: Generator): Rectangle {
  const [x, y] = [random.int(width), random.int(height)];
  const [halfX, halfY] = [width, height].map((size) => Math.floor((Math.sqrt(share) * size) / 2));
  const [left, top] = [Math.max(x - halfX, 0), Math.max(y - halfY, 0)];
  return { left, top, width: Math.min(x + halfX, width) - left, height: Math.min(y + halfY, height) - top };
}

/**
 * Copies a rectangle of one image into another, or makes it black.
 * @param values [channels, height, width], changed in place
 * @param from likewise; undefined is black
 */
export function fillRectangle(
  values: Float32Array,
  { channels, height, width }: ImageShape,
  rectangle: Rectangle,
  from?: Float32Array,
): void {
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rectangle.height; row++) {
      const start = (channel * height + rectangle.top + row) * width + rectangle.left;
      const end = start + rectangle.width;
      if (from) values.set(from.subarray(start, end), start);
      else values.fill(0, start, end);
    }
  }
}
