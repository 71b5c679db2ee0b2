/** philox: random words as a function of a counter and a key. */

/** Random numbers are multiples of 2^−24: the highest 24 bits of a word. */
export const RESOLUTION = 2 ** 24;

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/**
 * High 32 bits of the 64-bit product of two 32-bit numbers, by halves: JavaScript has only the low ones. No partial sum
 * exceeds 32 bits, so that all of it stays in integer registers.
 * @see H. S. Warren, Hacker's Delight, 8-2
 */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const first = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const second = Math.imul(aLow, bHigh) + (first & 0xffff);
  return (Math.imul(aHigh, bHigh) + (first >>> 16) + (second >>> 16)) | 0;
}

/**
 * Philox4x32-10: four random words from a 4-word counter and a 2-word key. Being a function of its counter, it needs
 * no state but a position, and any part of the stream can be reached at once.
 * @see J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011
 */
export function philox(counter: Uint32Array, key0: number, key1: number, out: Uint32Array): void {
  // Signed from the beginning, as all that follow: a word beyond 2³¹ would make the loop one of doubles.
  let c0 = counter[0] | 0;
  let c1 = counter[1] | 0;
  let c2 = counter[2] | 0;
  let c3 = counter[3] | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
