/** findDuplicates: photographs that are the same one, perhaps recompressed, lit otherwise, or cut out a little aside. */

import {
  aPlainObject,
  checkArgument,
  checkOptions,
  type Kind,
  numberAbove,
  numberUpTo,
  type OptionKinds,
} from "../tensor/arguments.js";
import { aDataset, type ImageDataset } from "./dataset.js";
import { greyOf } from "./image.js";
import { PhotoFolder } from "./photo-folder.js";
import { resize } from "./resize.js";

/** Images are compared in grey, at this width and height. */
const SIZE = 32;
const AREA = SIZE * SIZE;

/** Frequencies of the hash in each direction: 8 × 8, of which the first, the mean, is left out. */
const FREQUENCIES = 8;

/** Pixels, of `SIZE`, that one image may have to be moved to lie on the other. */
const MOST_SHIFT = 3;

/** How much larger one image may show the same thing. */
const ZOOMS = [1.07, 1.14];

/** Among 24,345 faces, no pair that correlated less before shifting, or before zooming, proved to be a duplicate. */
const LEAST_UNSHIFTED = 0.8;
const LEAST_UNZOOMED = 0.88;

export interface DuplicateOptions {
  /** Hashes of duplicates differ in at most so many of their 63 bits. Default 18. */
  maxDistance?: number;
  /** Their greys, one image laid onto the other, have at least this correlation, above 0 and up to 1. Default 0.96. */
  minCorrelation?: number;
}

const KINDS: OptionKinds<DuplicateOptions> = { maxDistance: numberUpTo(0, 63), minCorrelation: numberAbove(0, 1) };

const datasets: Kind<Record<string, ImageDataset>> = {
  expected: "an object of datasets, as in { train, test }",
  accepts: (value): value is Record<string, ImageDataset> =>
    aPlainObject.accepts(value) && Object.values(value).every(aDataset.accepts),
};

/** An image that has duplicates. */
export interface DuplicateImage {
  /** The name of the split that it is in. */
  split: string;
  /** Where it stands there. */
  index: number;
  /** The class that it is said to be of. */
  label: number;
  /** Its path from the folder; undefined for images that come from no folder. */
  file: string | undefined;
}

/** Images that are duplicates, each of at least one other. */
export interface DuplicateCluster {
  /** All of them. */
  images: DuplicateImage[];
  /** Whether they are in more than one split: what is tested on has been trained on. */
  acrossSplits: boolean;
  /** Whether they have more than one label: one of them at least is wrong. */
  mixedLabels: boolean;
}

/** Rec. 601 grey of an image, [SIZE, SIZE]. */
function toGrey(planes: Uint8Array, size: number, grey: Uint8Array): void {
  const area = size * size;
  const data = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) {
    const value = Math.round(greyOf(planes[i], planes[area + i], planes[2 * area + i]));
    for (let c = 0; c < 3; c++) data[3 * i + c] = value;
  }
  const small = resize({ width: size, height: size, data }, SIZE, SIZE).data;
  for (let i = 0; i < AREA; i++) grey[i] = small[3 * i];
}

/** cos(π (2x + 1) f / 2n), row f, column x. */
const COSINES = Float64Array.from({ length: FREQUENCIES * SIZE }, (_, i) =>
  Math.cos((Math.PI * (2 * (i % SIZE) + 1) * Math.floor(i / SIZE)) / (2 * SIZE)),
);

/**
 * 63 bits in two words: which of the lowest frequencies of the cosine transform, without the mean, are above their
 * median. Small changes of detail, brightness and contrast leave them.
 * @see C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010 (pHash)
 */
export function perceptualHash(grey: Uint8Array): [low: number, high: number] {
  const rows = new Float64Array(SIZE * FREQUENCIES);
  for (let y = 0; y < SIZE; y++) {
    for (let f = 0; f < FREQUENCIES; f++) {
      for (let x = 0; x < SIZE; x++) rows[y * FREQUENCIES + f] += COSINES[f * SIZE + x] * grey[y * SIZE + x];
    }
  }
  const spectrum = new Float64Array(FREQUENCIES * FREQUENCIES);
  for (let f = 0; f < FREQUENCIES; f++) {
    for (let g = 0; g < FREQUENCIES; g++) {
      for (let y = 0; y < SIZE; y++) {
        spectrum[f * FREQUENCIES + g] += COSINES[f * SIZE + y] * rows[y * FREQUENCIES + g];
      }
    }
  }
  const median = spectrum.slice(1).sort()[31];
  const words: [number, number] = [0, 0];
  for (let i = 1; i < spectrum.length; i++) if (spectrum[i] > median) words[i >> 5] |= 1 << (i & 31);
  return words;
}

/** Ones in a word. */
function popCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
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
function shifted(a: Uint8Array, b: Uint8Array): number {
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

/** Whether a shift, or a zoom of one of them and a shift, brings the images together. */
function alike(a: Uint8Array, b: Uint8Array, minCorrelation: number): boolean {
  if (correlation(a, b, 0, 0) < Math.min(LEAST_UNSHIFTED, minCorrelation)) return false;
  const unzoomed = shifted(a, b);
  if (unzoomed >= minCorrelation) return true;
  if (unzoomed < LEAST_UNZOOMED) return false;
  return ZOOMS.some(
    (zoom) => shifted(zoomed(a, zoom), b) >= minCorrelation || shifted(a, zoomed(b, zoom)) >= minCorrelation,
  );
}

/** Sets of numbers, joined pair by pair. */
class DisjointSets {
  readonly #parents: Int32Array;

  constructor(n: number) {
    this.#parents = Int32Array.from({ length: n }, (_, i) => i);
  }

  root(i: number): number {
    while (this.#parents[i] !== i) i = this.#parents[i];
    return i;
  }

  /** The smaller root wins, so that it is the set's first member. */
  join(i: number, j: number): void {
    const [a, b] = [this.root(i), this.root(j)];
    this.#parents[Math.max(a, b)] = Math.min(a, b);
  }
}

/**
 * Finds the same photographs within and across splits. Every pair is compared by a perceptual hash of 63 bits; where
 * these are close, by the correlation of their pixels, one image moved and enlarged by up to a tenth. 24,000 images take
 * some ten seconds, and the time grows with the square of their number.
 * @param splits by name: `{ train, test }`
 * @returns clusters in the order of their first images
 * @throws RangeError on an option out of its range
 */
export function findDuplicates(
  splits: Readonly<Record<string, ImageDataset>>,
  options: DuplicateOptions = {},
): DuplicateCluster[] {
  checkArgument("findDuplicates", "splits", splits, datasets);
  checkOptions("findDuplicates", options, KINDS);
  const { maxDistance = 18, minCorrelation = 0.96 } = options;
  const images: DuplicateImage[] = [];
  const greys: Uint8Array[] = [];
  for (const [split, dataset] of Object.entries(splits)) {
    for (const [index, label] of dataset.labels.entries()) {
      images.push({ split, index, label, file: dataset instanceof PhotoFolder ? dataset.files[index] : undefined });
      const grey = new Uint8Array(AREA);
      toGrey(dataset.pixels(index), dataset.size, grey);
      greys.push(grey);
    }
  }
  const low = new Int32Array(images.length);
  const high = new Int32Array(images.length);
  for (const [i, grey] of greys.entries()) [low[i], high[i]] = perceptualHash(grey);

  const sets = new DisjointSets(images.length);
  for (let i = 0; i < images.length; i++) {
    for (let j = 0; j < i; j++) {
      if (popCount(low[i] ^ low[j]) + popCount(high[i] ^ high[j]) > maxDistance) continue;
      if (alike(greys[i], greys[j], minCorrelation)) sets.join(i, j);
    }
  }
  return clustersOf(images, sets);
}

function clustersOf(images: readonly DuplicateImage[], sets: DisjointSets): DuplicateCluster[] {
  const members: DuplicateImage[][] = images.map(() => []);
  for (const [i, image] of images.entries()) members[sets.root(i)].push(image);
  const clusters = members.filter((together) => together.length > 1);
  return clusters.map((together) => {
    return {
      images: together,
      acrossSplits: new Set(together.map(({ split }) => split)).size > 1,
      mixedLabels: new Set(together.map(({ label }) => label)).size > 1,
    };
  });
}
