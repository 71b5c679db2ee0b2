/** Small grey pictures: their correlation, where one is laid onto the other. */

import { expect, it } from "vitest";
import { correlation, shifted, shiftedAndZoomed } from "../../src/data/grey-picture.js";

const grey = (f: (x: number, y: number) => number) =>
  Uint8Array.from({ length: 32 * 32 }, (_, i) => f(i % 32, Math.floor(i / 32)));
const wave = grey((x, y) => 128 + 60 * Math.sin(x / 4) + 40 * Math.cos(y / 5 + x / 9));

it("the correlation is Pearson's, where the images overlap", () => {
  const negative = wave.map((value) => 255 - value);
  expect(correlation(wave, wave, 0, 0)).toBeCloseTo(1, 12);
  expect(correlation(wave, negative, 0, 0)).toBeCloseTo(-1, 12);
  const moved = grey((x, y) => wave[Math.max(0, y - 2) * 32 + Math.min(31, x + 1)]);
  expect(correlation(wave, moved, 1, -2)).toBeCloseTo(1, 12);
  expect(correlation(wave, moved, 0, 0)).toBeLessThan(0.99);
});

it("one picture is moved, and enlarged, until it lies on the other", () => {
  const at = (zoom: number, left: number) =>
    grey((x, y) => 128 + 90 * Math.sin((left + (x - 15.5) / zoom) / 3) * Math.cos((y - 15.5) / zoom / 4));
  expect(correlation(at(1, 0), at(1, 2), 0, 0)).toBeLessThan(0.9);
  expect(shifted(at(1, 0), at(1, 2))).toBeGreaterThan(0.999);
  expect(shifted(at(1, 0), at(1.14, 0))).toBeLessThan(0.96);
  expect(shiftedAndZoomed(at(1, 0), at(1.14, 0))).toBeGreaterThan(0.995);
  expect(shiftedAndZoomed(at(1.14, 0), at(1, 0))).toBeGreaterThan(0.995);
});
