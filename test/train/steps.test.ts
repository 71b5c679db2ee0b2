/** What is said of the batches of a step, by hand. */

import { expect, it } from "vitest";
import { accuracyOf, indicesOf } from "../../src/train/steps.js";

/** Examples of two columns. */
const said = (output: number[], labels?: number[], indices?: Int32Array) => {
  const count = output.length / 2;
  return { output: Float32Array.from(output), shape: [count, 2], labels, indices, count, loss: 0 };
};

it("the accuracy of a step is the share of its examples that have a class", () => {
  const batches = [said([0, 1, 1, 0, 2, 3], [1, -100, 0]), said([0, 5, 4, 0], [1, 0])];
  expect(accuracyOf(batches)).toBe(3 / 4);
  expect(accuracyOf([said([0, 1], [-100]), said([0, 1])])).toBeUndefined();
});

it("the indices of a step are those of all its batches, or none", () => {
  const [one, two] = [Int32Array.of(4, 1), Int32Array.of(3)];
  const ofBatches = (first?: Int32Array, second?: Int32Array) =>
    indicesOf([said([0, 0, 0, 0], undefined, first), said([0, 0], undefined, second)]);
  expect(indicesOf([said([0, 0, 0, 0], undefined, one)])).toEqual(one);
  expect(ofBatches(one, two)).toEqual(Int32Array.of(4, 1, 3));
  expect(ofBatches(one)).toBeUndefined();
  expect(ofBatches(undefined, two)).toBeUndefined();
  expect(ofBatches()).toBeUndefined();
});
