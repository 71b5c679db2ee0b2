/** The likeliest of classes, of however many. */

import { expect, it } from "vitest";
import { likeliest } from "../../src/metrics/likeliest.js";

it("is the first of the largest scores, of more classes than a function takes arguments", () => {
  expect(likeliest([-3, -1, -1, -2])).toBe(1);
  const scores = new Float32Array(1_000_000);
  scores[777_777] = 1;
  expect(likeliest(scores)).toBe(777_777);
});
