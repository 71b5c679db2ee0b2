/** Where each pixel of an augmented image comes from: it is moved, turned, mirrored, cropped and stretched in one step. */

import { clamp } from "../clamp.js";
import type { ImageShape } from "../image-shape.js";

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

/**
 * Bilinear; beyond the edges, the pixels of the edges are repeated.
 * @param bytes [channels, height, width]
 * @param values receives [channels, height, width] in [0, 1]
 * @see Pillow's `Image.transform(size, Image.AFFINE, …, Image.BILINEAR)`, but for the edges
 */
export function move(
  bytes: Uint8Array,
  { channels, height, width }: ImageShape,
  movement: Movement,
  values: Float32Array,
): void {
  const { offsetX, offsetY, rightX, rightY, downX, downY } = movement;
  const area = height * width;
  const [lastX, lastY] = [width - 1, height - 1];
  // Pixel i has its centre at i + ½, the image its middle at half of its width.
  const [middleX, middleY] = [lastX / 2, lastY / 2];
  let target = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const right = column - middleX;
      const down = row - middleY;
      const x = clamp(middleX + offsetX + right * rightX + down * downX, 0, lastX);
      const y = clamp(middleY + offsetY + right * rightY + down * downY, 0, lastY);
      const left = Math.floor(x);
      const top = Math.floor(y);
      const stepX = left < lastX ? 1 : 0;
      const stepY = top < lastY ? width : 0;
      for (let channel = 0, at = top * width + left; channel < channels; channel++, at += area) {
        const above = bytes[at] + (x - left) * (bytes[at + stepX] - bytes[at]);
        const below = bytes[at + stepY] + (x - left) * (bytes[at + stepY + stepX] - bytes[at + stepY]);
        values[channel * area + target] = (above + (y - top) * (below - above)) / 255;
      }
      target++;
    }
  }
}
