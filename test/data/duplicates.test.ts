/** findDuplicates: the same pictures, changed as they are on their way through the web, and others that only look alike. */

import { decode, encode } from "jpeg-js";
import { describe, expect, it } from "vitest";
import { drawFace } from "../../examples/draw-face.js";
import { type DuplicateCluster, findDuplicates } from "../../src/data/duplicates.js";
import { FaceFolder } from "../../src/data/face-folder.js";
import { correlation, greyPicture } from "../../src/data/grey-picture.js";
import type { Image } from "../../src/data/image.js";
import { ImageDataset } from "../../src/data/image-dataset.js";
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

/** Two legs with folds of their own: all look alike. */
function trousers(i: number): Image {
  const random = new Generator(2).fork(`trousers ${i}`);
  const folds = Array.from({ length: 12 }, () => [
    random.uniform() - 0.5,
    random.uniform() - 0.5,
    6 * random.uniform(),
  ]);
  const data = new Uint8Array(3 * SIZE * SIZE);
  for (let y = 2; y < SIZE - 2; y++) {
    for (let x = 0; x < SIZE; x++) {
      const aside = Math.abs(x - SIZE / 2);
      if (aside > 14 + y / 16 || (y > 14 && aside < (y - 14) / 8)) continue;
      const fold = folds.reduce((sum, [dx, dy, phase]) => sum + Math.sin(dx * x + dy * y + phase), 0);
      data.fill(200 + 5 * fold, 3 * (y * SIZE + x), 3 * (y * SIZE + x) + 3);
    }
  }
  return { width: SIZE, height: SIZE, data };
}

function greyOf(image: Image): Uint8Array {
  const planes = new Uint8Array(3 * SIZE * SIZE);
  toPlanes(image, planes);
  return greyPicture(planes, { channels: 3, height: SIZE, width: SIZE });
}

const summaryOf = (clusters: DuplicateCluster[]) =>
  clusters.map(({ images, exact, mixedLabels }) => [
    images.map(({ index }) => index).join(", "),
    { exact, mixedLabels },
  ]);

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
    expect(clusters.some(({ exact }) => exact)).toBe(false);
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
    const even = (value: number) => ({ width: 1, height: 1, data: new Uint8Array(3).fill(value) });
    expect(findDuplicates({ all: datasetOf([even(9), even(8)], [0, 0]) })).toEqual([]);
  });

  it("is certain of copies to the byte, whatever is around them", () => {
    const images = [...Array.from({ length: 60 }, (_, i) => trousers(i)), trousers(7), trousers(7), trousers(20)];
    const labels = images.map((_, i) => (i === 60 ? 1 : 0));
    expect(summaryOf(findDuplicates({ all: datasetOf(images, labels) }))).toEqual([
      ["7, 60, 61", { exact: true, mixedLabels: true }],
      ["20, 62", { exact: true, mixedLabels: false }],
    ]);
  });

  it("is as strict as it is told to be", () => {
    const all = datasetOf([face(1), recompressed(face(1), 60)], [0, 0]);
    expect(findDuplicates({ all })).toHaveLength(1);
    expect(findDuplicates({ all }, { minCorrelation: 1 })).toEqual([]);
    const cropped = datasetOf([face(1), crop(face(1), 1, 1, SIZE - 2)], [0, 0]);
    expect(findDuplicates({ all: cropped })).toHaveLength(1);
    expect(findDuplicates({ all: cropped }, { maxDistance: 0 })).toEqual([]);
  });

  it("is not fooled by bytes that come to the same number", () => {
    // 31 · 1 + 0 = 31 · 0 + 31: the hash that sorts them out takes them for the same.
    const pixels = (first: number, second: number) =>
      Uint8Array.from({ length: 27 }, (_, i) => [first, second][i] ?? 7 * i);
    const all = (...pairs: [number, number][]) =>
      new ImageDataset({
        pixels: pairs.map((pair) => pixels(...pair)),
        labels: new Int32Array(pairs.length),
        size: 3,
        classes: ["a"],
      });
    const exact = (dataset: ImageDataset) => findDuplicates({ dataset }).map((cluster) => cluster.exact);
    expect(exact(all([1, 0], [1, 0]))).toEqual([true]);
    expect(exact(all([1, 0], [0, 31]))).not.toContain(true);
  });

  it("takes pictures that all look alike for different ones, and still finds their copies", () => {
    const images = Array.from({ length: 60 }, (_, i) => trousers(i));
    const alike = images.flatMap((a, i) => images.slice(0, i).map((b) => correlation(greyOf(a), greyOf(b), 0, 0)));
    // They are more alike than copies have to be.
    expect(alike.filter((c) => c >= 0.96).length).toBeGreaterThan(500);
    const copies = [recompressed(images[3], 50), brightened(images[40]), brightened(images[40])];
    copies[2].data[100]++;
    const all = datasetOf([...images, ...copies], new Array(63).fill(0));
    expect(summaryOf(findDuplicates({ all }))).toEqual([
      ["3, 60", { exact: false, mixedLabels: false }],
      ["40, 61, 62", { exact: false, mixedLabels: false }],
    ]);
  });

  it("names the files", async () => {
    const faces = await FaceFolder.open(await folderOf({ "1_0.png": png, "2_0.jpg": jpeg, "3_1.png": png }), {
      size: 32,
    });
    const [{ images, exact, acrossSplits, mixedLabels }] = findDuplicates({ faces });
    expect(images.map(({ file }) => file)).toEqual(["1_0.png", "3_1.png"]);
    expect([exact, acrossSplits, mixedLabels]).toEqual([true, false, true]);
  });

  it.each([
    [{ maxDistance: 64 }, "findDuplicates: maxDistance must be a number from 0 to 63, got 64"],
    [{ minCorrelation: 0 }, "findDuplicates: minCorrelation must be a number above 0 and up to 1, got 0"],
  ])("refuses %j", (options, message) => {
    expect(() => findDuplicates({}, options)).toThrow(new RangeError(message));
  });
});
