/** A net from lines of text: what the lines mean, and what is said of those that mean nothing. */

import { beforeEach, expect, it } from "vitest";
import { netOf } from "../../examples/page/worker/layers.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { zeros } from "../../src/tensor/factories/filled.js";

beforeEach(() => useBackend("js"));

const IMAGE = [3, 8, 8];

const shapesOf = (text: string) =>
  netOf(text, IMAGE)
    .namedParameters()
    .map(([name, { shape }]) => `${name} ${shape.join("×")}`);

it("makes each line a layer that fits behind the one before", () => {
  expect(shapesOf("conv 4 3\n norm \nrelu\n\nmaxpool 2\navgpool 2\ndropout 0.5\nlinear 6\ntanh\nlinear 2")).toEqual([
    ...["0.weight 4×3×3×3", "0.bias 4", "1.weight 4", "1.bias 4"],
    ...["7.weight 6×16", "7.bias 6", "9.weight 2×6", "9.bias 2"],
  ]);
  expect(netOf("conv 4 5\nlinear 2", IMAGE).forward(zeros([5, ...IMAGE])).shape).toEqual([5, 2]);
});

it.each([
  ["conv 4", "“conv 4”: a whole number"],
  ["conv 4 4\nlinear 2", "1, 3, 5 or 7"],
  ["conv 300 3\nlinear 2", "from 1 to 256"],
  ["maxpool 9\nlinear 2", "8 × 8"],
  ["linear 4\nconv 2 3\nlinear 2", "needs maps"],
  ["linear 3", "linear 2"],
  ["", "linear 2"],
  ["dropout 1\nlinear 2", "a share"],
  ["toString\nlinear 2", "is no layer"],
  ["relu 7\nlinear 2", "“7” means nothing"],
  ["conv 4 3 9\nlinear 2", "“9” means nothing"],
])("says what is wrong with %j", (text, message) => {
  expect(() => netOf(text, IMAGE)).toThrow(message);
});
