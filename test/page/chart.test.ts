/** Many points as few, and without noise. */

import { expect, it } from "vitest";
import { smoothed, thinned } from "../../examples/page/points.js";

it("thins a line to means of neighbours, and leaves a short one alone", () => {
  const points = Array.from({ length: 10 }, (_, i) => [i, i * i] as const);
  expect(thinned(points, 10)).toBe(points);
  expect(thinned(points, 5)).toEqual([
    [1, 0.5],
    [3, 6.5],
    [5, 20.5],
    [7, 42.5],
    [9, 72.5],
  ]);
});

it("smooths by the mean of the first points, and then by what is nearest", () => {
  const points = [4, 2, 0, 8].map((y, x) => [x, y] as const);
  expect(smoothed(points, 0.5)).toEqual([
    [0, 4],
    [1, 3],
    [2, 1.5],
    [3, 4.75],
  ]);
  expect(smoothed([])).toEqual([]);
});
