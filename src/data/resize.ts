/** resize: bilinear with anti-aliasing, the same numbers as Pillow's. */

import { aCount, checkArgument, refuseMore } from "../tensor/arguments.js";
import { anImage, channelsOf, type Image } from "./image.js";

/** Weights are integers in units of 2^-22, as in Pillow: 8 bits of pixel and 22 of weight fit a 32-bit sum. */
const PRECISION = 22;

/** For each output position: the first input position it reads, how many, and their weights. */
interface Filter {
  readonly n: number;
  readonly outN: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `taps` weights for each output position; those past its count are 0. */
  readonly weights: Int32Array;
  readonly taps: number;
}

/**
 * The triangle max(0, 1 − |t|) around the centre of each output pixel. When shrinking it is stretched by the scale, so
 * that every input pixel counts (anti-aliasing).
 */
function triangleFilter(n: number, outN: number): Filter {
  const scale = n / outN;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outN);
  const count = new Int32Array(outN);
  const weights = new Int32Array(outN * taps);
  for (let i = 0; i < outN; i++) {
    const center = (i + 0.5) * scale;
    first[i] = Math.max(0, Math.trunc(center - support + 0.5));
    count[i] = Math.min(n, Math.trunc(center + support + 0.5)) - first[i];
    const triangle = Array.from({ length: count[i] }, (_, k) =>
      Math.max(0, 1 - Math.abs((first[i] + k - center + 0.5) / support)),
    );
    const total = triangle.reduce((sum, weight) => sum + weight, 0);
    for (let k = 0; k < count[i]; k++) weights[i * taps + k] = Math.trunc((triangle[k] / total) * 2 ** PRECISION + 0.5);
  }
  return { n, outN, first, count, weights, taps };
}

/** Filters the middle axis of a row-major [outer, n, inner] box of bytes to [outer, outN, inner], rounding each. */
function filterAxis(source: Uint8Array, outer: number, inner: number, filter: Filter): Uint8Array {
  const { n, outN, first, count, weights, taps } = filter;
  const out = new Uint8Array(outer * outN * inner);
  let target = 0;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < outN; i++) {
      const start = (o * n + first[i]) * inner;
      const from = i * taps;
      const to = from + count[i];
      for (let j = 0; j < inner; j++) {
        let sum = 1 << (PRECISION - 1);
        for (let k = from, p = start + j; k < to; k++, p += inner) sum = (sum + Math.imul(source[p], weights[k])) | 0;
        out[target++] = sum >> PRECISION;
      }
    }
  }
  return out;
}

/**
 * The image stretched to width × height: y = Σ w(t)·x over the pixels under a triangle, rows first, then columns, each
 * rounded to 8 bits.
 * @throws RangeError unless both sizes are positive integers
 * @see Pillow's `Image.resize((width, height), Image.BILINEAR)`, which this reproduces bit by bit
 */
export function resize(image: Image, width: number, height: number, ...more: never[]): Image {
  refuseMore("resize(image, width, height)", more);
  checkArgument("resize", "image", image, anImage);
  checkArgument("resize", "width", width, aCount);
  checkArgument("resize", "height", height, aCount);
  let { data } = image;
  const channels = channelsOf(image);
  if (width !== image.width) data = filterAxis(data, image.height, channels, triangleFilter(image.width, width));
  if (height !== image.height) data = filterAxis(data, 1, width * channels, triangleFilter(image.height, height));
  return { width, height, data };
}
