/** imageToTensor: interleaved bytes to planes in [0, 1], exactly the numbers of a dataset's batch. */

import { expect, it } from "vitest";
import { ImageDataset } from "../../src/data/image-dataset.js";
import { imageToTensor, toPlanes } from "../../src/data/image-to-tensor.js";
import { onEachBackend } from "../targets.js";

/** Two rows of three pixels: red counts 0 … 5, green 100 … 105, blue 250 … 255. */
const image = {
  width: 3,
  height: 2,
  data: Uint8Array.from({ length: 18 }, (_, i) => [0, 100, 250][i % 3] + Math.floor(i / 3)),
};
const PLANES = [0, 1, 2, 3, 4, 5, 100, 101, 102, 103, 104, 105, 250, 251, 252, 253, 254, 255];

onEachBackend("an image becomes a batch of one, plane by plane, row by row", async () => {
  const x = imageToTensor(image);
  expect(x.shape).toEqual([1, 3, 2, 3]);
  expect(await x.data()).toEqual(Float32Array.from(PLANES, (byte) => byte / 255));
});

it("fills the planes it is given, wherever they lie", () => {
  const pixels = new Uint8Array(20);
  toPlanes(image, pixels.subarray(1, 19));
  expect([...pixels]).toEqual([0, ...PLANES, 0]);
});

onEachBackend("a net is shown the same as in training", async () => {
  const square = { width: 2, height: 2, data: Uint8Array.from({ length: 12 }, (_, i) => 255 - 21 * i) };
  const pixels = new Uint8Array(12);
  toPlanes(square, pixels);
  const data = new ImageDataset({ pixels, labels: Int32Array.of(0), size: 2, classes: ["only"] });
  for (const { images } of data.batches(1)) {
    expect(imageToTensor(square).shape).toEqual(images.shape);
    expect(await imageToTensor(square).data()).toEqual(await images.data());
  }
});
