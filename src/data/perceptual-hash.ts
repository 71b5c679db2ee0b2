/** perceptualHash: 63 bits of what a picture looks like from afar, and how many of them differ. */

import { GREY_SIZE as SIZE } from "./grey-picture.js";

/** Frequencies of the hash in each direction: 8 × 8, of which the first, the mean, is left out. */
const FREQUENCIES = 8;

/** cos(π (2x + 1) f / 2n), row f, column x. */
const COSINES = Float64Array.from({ length: FREQUENCIES * SIZE }, (_, i) =>
  Math.cos((Math.PI * (2 * (i % SIZE) + 1) * Math.floor(i / SIZE)) / (2 * SIZE)),
);

export type PerceptualHash = readonly [low: number, high: number];

/**
 * 63 bits in two words: which of the lowest frequencies of the cosine transform, without the mean, are above their
 * median. Small changes of detail, brightness and contrast leave them.
 * @see C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010 (pHash)
 */
export function perceptualHash(grey: Uint8Array): PerceptualHash {
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

/** Bits in which two hashes differ. */
export function hashDistance(a: PerceptualHash, b: PerceptualHash): number {
  return popCount(a[0] ^ b[0]) + popCount(a[1] ^ b[1]);
}
