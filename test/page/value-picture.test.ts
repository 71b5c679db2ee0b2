/** Numbers as pictures: where each number is, and in which colour. */

import { expect, it } from "vitest";
import type { Pixels } from "../../examples/page/protocol.js";
import { imagesOf, pictureOf } from "../../examples/page/step/value-picture.js";

/** A pixel's colour. */
const at = ({ width, data }: Pixels, x: number, y: number) => {
  const [red, green, blue, opaque] = data.slice(4 * (y * width + x), 4 * (y * width + x) + 4);
  return opaque === 0 ? GAP : [red, green, blue];
};

const GAP = "nothing";
const [BELOW, ZERO, ABOVE] = [
  [30, 96, 176],
  [250, 248, 244],
  [214, 98, 20],
];

it("shows a matrix by rows, the strongest number in full colour", () => {
  const picture = pictureOf(Float32Array.of(-4, 0, 2, 0, 4, -2), [2, 3]);
  expect([picture.width, picture.height]).toEqual([3, 2]);
  expect(at(picture, 0, 0)).toEqual(BELOW);
  expect(at(picture, 1, 0)).toEqual(ZERO);
  expect(at(picture, 1, 1)).toEqual(ABOVE);
  expect(at(picture, 2, 0)).toEqual([232, 173, 132]);
});

it("shows maps beside each other, examples below each other, a pixel apart", () => {
  const values = Float32Array.from({ length: 2 * 3 * 2 * 2 }, (_, i) => (i === 17 ? 1 : 0));
  const picture = pictureOf(values, [2, 3, 2, 2]);
  expect([picture.width, picture.height]).toEqual([8, 5]);
  // Number 17: example 1, map 1, row 0, column 1.
  expect(at(picture, 4, 3)).toEqual(ABOVE);
  expect(at(picture, 2, 0)).toEqual(GAP);
  expect(at(picture, 0, 2)).toEqual(GAP);
  expect(at(picture, 3, 3)).toEqual(ZERO);
});

it("leaves out the maps that are too many, and shows the right ones", () => {
  const values = Float32Array.from({ length: 10 * 9 }, (_, i) => (i === 9 ? -1 : 0));
  const picture = pictureOf(values, [10, 9, 1, 1]);
  expect([picture.width, picture.height]).toEqual([15, 15]);
  expect(at(picture, 0, 2)).toEqual(BELOW);
});

it("shows numbers that are all zero, and a single one", () => {
  expect(at(pictureOf(new Float32Array(3), [3]), 2, 0)).toEqual(ZERO);
  expect(at(pictureOf(Float32Array.of(5), []), 0, 0)).toEqual(ABOVE);
});

it("shows images in their colours", () => {
  const values = Float32Array.of(0, 1, 0.2, 0.4, 1, 0, /**/ 1, 1, 1, 1, 1, 1);
  const picture = imagesOf(values, [2, 3, 1, 2]);
  expect([picture.width, picture.height]).toEqual([5, 1]);
  expect(at(picture, 0, 0)).toEqual([0, 51, 255]);
  expect(at(picture, 1, 0)).toEqual([255, 102, 0]);
  expect(at(picture, 2, 0)).toEqual(GAP);
  expect(at(picture, 4, 0)).toEqual([255, 255, 255]);
});
