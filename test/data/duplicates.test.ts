/** findDuplicates: the same pictures, changed as they are on their way through the web, and others that only look alike. */

import { decode, encode } from "jpeg-js";
import { describe, expect, it } from "vitest";
import { drawFace } from "../../examples/drawn-faces.js";
import { ImageDataset } from "../../src/data/dataset.js";
import { correlation, findDuplicates, perceptualHash } from "../../src/data/duplicates.js";
import { FaceFolder } from "../../src/data/face-folder.js";
import type { Image } from "../../src/data/image.js";
import { toPlanes } from "../../src/data/image-to-tensor.js";
import { resize } from "../../src/data/resize.js";
import { Generator } from "../../src/tensor/random.js";
import { folderOf, jpeg, png } from "./photographs.js";

const SIZE = 64;
const face = (i: number) => drawFace(SIZE, i % 2 === 1, new Generator(1).fork(`face ${i}`));

function datasetOf(images: Image[], labels: number[]): ImageDataset {
  const stride = 3 * SIZE * SIZE;
  const pixels = new Uint8Array(images.length * stride);
  for (const [i, image] of images.entries()) {
    toPlanes(resize(image, SIZE, SIZE), pixels.subarray(i * stride, (i + 1) * stride));
  }
  return new ImageDataset({ pixels, labels: Int32Array.from(labels), size: SIZE, classes: ["no", "yes"] });
}

/** The part of an image from (left, top), `size` wide and high. */
function crop(image: Image, left: number, top: number, size: number): Image {
  const data = new Uint8Array(3 * size * size);
  for (let y = 0; y < size; y++) {
    const start = 3 * ((top + y) * image.width + left);
    data.set(image.data.subarray(start, start + 3 * size), 3 * size * y);
  }
  return { width: size, height: size, data };
}

function recompressed(image: Image, quality: number): Image {
  const rgba = new Uint8Array((image.data.length / 3) * 4).fill(255);
  for (let i = 0; i < image.data.length; i++) rgba[4 * Math.floor(i / 3) + (i % 3)] = image.data[i];
  const file = encode({ width: image.width, height: image.height, data: rgba }, quality).data;
  return { ...image, data: decode(file, { useTArray: true, formatAsRGBA: false }).data };
}

const brightened = (image: Image): Image => ({ ...image, data: image.data.map((byte) => 20 + 0.8 * byte) });

describe("findDuplicates", () => {
  it("finds copies within and across splits, whatever was done to them", () => {
    const faces = Array.from({ length: 40 }, (_, i) => face(i));
    const [whole] = faces.splice(8, 1, crop(faces[8], 0, 0, 60));
    const train = datasetOf([...faces, recompressed(faces[3], 40)], [...faces.map((_, i) => i % 2), 1]);
    const test = datasetOf(
      [
        crop(whole, 2, 2, 60),
        crop(faces[30], 2, 2, 60),
        brightened(faces[11]),
        resize(faces[20], 40, 40),
        recompressed(faces[3], 70),
      ],
      [0, 0, 0, 0, 1],
    );
    const clusters = findDuplicates({ train, test });
    expect(
      clusters.map(({ images, acrossSplits, mixedLabels }) => [
        images.map(({ split, index, label }) => `${split} ${index}: ${label}`).join(", "),
        acrossSplits,
        mixedLabels,
      ]),
    ).toEqual([
      ["train 3: 1, train 40: 1, test 4: 1", true, false],
      ["train 8: 0, test 0: 0", true, false],
      ["train 11: 1, test 2: 0", true, true],
      ["train 20: 0, test 3: 0", true, false],
      ["train 30: 0, test 1: 0", true, false],
    ]);
    expect(clusters[0].images[0].file).toBeUndefined();
  });

  it("finds none among different pictures", () => {
    const faces = Array.from({ length: 60 }, (_, i) => face(i));
    expect(
      findDuplicates({
        all: datasetOf(
          faces,
          faces.map(() => 0),
        ),
      }),
    ).toEqual([]);
    // Even pictures correlate with nothing.
    const even = { width: 1, height: 1, data: Uint8Array.of(9, 9, 9) };
    expect(findDuplicates({ all: datasetOf([even, even], [0, 0]) })).toEqual([]);
  });

  it("names the files", async () => {
    const faces = await FaceFolder.open(await folderOf({ "1_0.png": png, "2_0.jpg": jpeg, "3_1.png": png }), {
      size: 32,
    });
    const [{ images, acrossSplits, mixedLabels }] = findDuplicates({ faces });
    expect(images.map(({ file }) => file)).toEqual(["1_0.png", "3_1.png"]);
    expect([acrossSplits, mixedLabels]).toEqual([false, true]);
  });

  it.each([
    [{ maxDistance: 64 }, "findDuplicates: maxDistance must be a number from 0 to 63, got 64"],
    [{ minCorrelation: 0 }, "findDuplicates: minCorrelation must be a number above 0 and up to 1, got 0"],
  ])("refuses %j", (options, message) => {
    expect(() => findDuplicates({}, options)).toThrow(new RangeError(message));
  });
});

describe("its measures", () => {
  const grey = (f: (x: number, y: number) => number) =>
    Uint8Array.from({ length: 32 * 32 }, (_, i) => f(i % 32, Math.floor(i / 32)));
  const wave = grey((x, y) => 128 + 60 * Math.sin(x / 4) + 40 * Math.cos(y / 5 + x / 9));

  /** Bits in which two hashes differ. */
  function distance(a: readonly number[], b: readonly number[]): number {
    return a.flatMap((word, i) => [...((word ^ b[i]) >>> 0).toString(2)]).filter((bit) => bit === "1").length;
  }

  it("the hash is of 63 frequencies around their median, whatever brightness and contrast are", () => {
    const hash = perceptualHash(wave);
    expect(distance(hash, [0, 0])).toBe(31);
    expect(hash[0] & 1).toBe(0); // the mean
    // In the negative all signs change: what was above the median is below it.
    expect(distance(hash, perceptualHash(wave.map((value) => 255 - value)))).toBe(62);
    expect(distance(hash, perceptualHash(wave.map((value) => value / 2)))).toBeLessThan(10);
  });

  it("the correlation is Pearson's, where the images overlap", () => {
    expect(correlation(wave, wave, 0, 0)).toBeCloseTo(1, 12);
    expect(
      correlation(
        wave,
        wave.map((value) => 255 - value),
        0,
        0,
      ),
    ).toBeCloseTo(-1, 12);
    const moved = grey((x, y) => wave[Math.max(0, y - 2) * 32 + Math.min(31, x + 1)]);
    expect(correlation(wave, moved, 1, -2)).toBeCloseTo(1, 12);
    expect(correlation(wave, moved, 0, 0)).toBeLessThan(0.99);
  });
});
