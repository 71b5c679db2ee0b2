/** Small grey pictures, and how well one lies on another. */

import { greyOf } from "./image.js";
import type { ImageShape } from "./image-shape.js";
import { resize } from "./resize.js";

/** Their width and height. */
export const GREY_SIZE = 32;
const SIZE = GREY_SIZE;
const AREA = SIZE * SIZE;

/** Pixels that one picture may have to be moved to lie on the other. */
const MOST_SHIFT = 3;

/** How much larger one picture may show the same thing. */
const ZOOMS = [1.07, 1.14];

/** Rec. 601 grey of an image, [SIZE, SIZE]. */
export function greyPicture(planes: Uint8Array, { channels, height, width }: ImageShape): Uint8Array {
  const area = height * width;
  const greyAt = (i: number) => Math.round(greyOf(planes[i], planes[area + i], planes[2 * area + i]));
  const data = Uint8Array.from({ length: area }, (_, i) => (channels === 1 ? planes[i] : greyAt(i)));
  return resize({ width, height, data }, SIZE, SIZE).data;
}

/** Pearson's correlation of a and b where they overlap when b is moved by (dx, dy); 0 where one of them is even. */
export function correlation(a: Uint8Array, b: Uint8Array, dx: number, dy: number): number {
  let [sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0];
  for (let y = Math.max(0, dy); y < Math.min(SIZE, SIZE + dy); y++) {
    for (let x = Math.max(0, dx); x < Math.min(SIZE, SIZE + dx); x++) {
      const valueA = a[y * SIZE + x];
      const valueB = b[(y - dy) * SIZE + x - dx];
      sumA += valueA;
      sumB += valueB;
      squareA += valueA * valueA;
      squareB += valueB * valueB;
      product += valueA * valueB;
    }
  }
  const count = (SIZE - Math.abs(dx)) * (SIZE - Math.abs(dy));
  const spread = (count * squareA - sumA * sumA) * (count * squareB - sumB * sumB);
  return spread === 0 ? 0 : (count * product - sumA * sumB) / Math.sqrt(spread);
}

/** The best correlation over all shifts. */
export function shifted(a: Uint8Array, b: Uint8Array): number {
  let best = -1;
  for (let dy = -MOST_SHIFT; dy <= MOST_SHIFT; dy++) {
    for (let dx = -MOST_SHIFT; dx <= MOST_SHIFT; dx++) best = Math.max(best, correlation(a, b, dx, dy));
  }
  return best;
}

/** The middle of an image, enlarged to its size, bilinear. */
function zoomed(grey: Uint8Array, zoom: number): Uint8Array {
  const middle = (SIZE - 1) / 2;
  const at = (i: number) => middle + (i - middle) / zoom;
  const out = new Uint8Array(AREA);
  for (let y = 0; y < SIZE; y++) {
    const top = Math.floor(at(y));
    const down = at(y) - top;
    for (let x = 0; x < SIZE; x++) {
      const left = Math.floor(at(x));
      const right = at(x) - left;
      const i = top * SIZE + left;
      const above = grey[i] + right * (grey[i + 1] - grey[i]);
      const below = grey[i + SIZE] + right * (grey[i + SIZE + 1] - grey[i + SIZE]);
      out[y * SIZE + x] = Math.round(above + down * (below - above));
    }
  }
  return out;
}

/** The best correlation over all shifts and zooms of one of the two. */
export function shiftedAndZoomed(a: Uint8Array, b: Uint8Array): number {
  return Math.max(...ZOOMS.flatMap((zoom) => [shifted(zoomed(a, zoom), b), shifted(a, zoomed(b, zoom))]));
}
