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

it("a bit is set where a frequency is stronger than the median of all", () => {
  // A picture that is made of the frequencies, each as strong as the next, 31 of them positive.
  const signs = Array.from({ length: 64 }, (_, i) => ((i * 29) % 64 < 32 ? 1 : -1));
  expect(signs[0]).toBe(1);
  const cosine = (at: number, f: number) => Math.cos((Math.PI * (at + 0.5) * f) / 32);
  const sum = (x: number, y: number) =>
    signs.reduce((total, sign, i) => total + sign * cosine(x, i % 8) * cosine(y, Math.floor(i / 8)), 0) - 1;
  const positive = signs.map((sign, i) => (i > 0 && sign > 0 ? 1 : 0));
  const word = (from: number) => positive.slice(from, from + 32).reduce<number>((bits, bit, i) => bits | (bit << i), 0);
  expect(perceptualHash(grey((x, y) => 128 + 1.5 * sum(x, y)))).toEqual([word(0), word(32)]);
});
