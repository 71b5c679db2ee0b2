/** perceptualHash: of frequencies, around their median. */

import { expect, it } from "vitest";
import { hashDistance, perceptualHash } from "../../src/data/perceptual-hash.js";

const grey = (f: (x: number, y: number) => number) =>
  Uint8Array.from({ length: 32 * 32 }, (_, i) => f(i % 32, Math.floor(i / 32)));
const wave = grey((x, y) => 128 + 60 * Math.sin(x / 4) + 40 * Math.cos(y / 5 + x / 9));

it("the hash is of 63 frequencies around their median, whatever brightness and contrast are", () => {
  const hash = perceptualHash(wave);
  expect(hashDistance(hash, [0, 0])).toBe(31);
  expect(hash[0] & 1).toBe(0); // the mean
  // In the negative all signs change: what was above the median is below it.
  expect(hashDistance(hash, perceptualHash(wave.map((value) => 255 - value)))).toBe(62);
  expect(hashDistance(hash, perceptualHash(wave.map((value) => value / 2)))).toBeLessThan(10);
});

it("the distance counts the bits of both words", () => {
  expect(hashDistance([0, -1], [0, 0])).toBe(32);
  expect(hashDistance([0b1011, 1], [0b0001, 2])).toBe(4);
});
