/** ImageDataset: which images come in which batch, as which numbers, and how long they live. */

import { beforeAll, describe, expect, it } from "vitest";
import { ImageDataset } from "../../src/data/image-dataset.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";
import { noGrad } from "../../src/tensor/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";

/** Ten images of 3 × 2 × 2; each byte is ten times the image's index plus its place. */
function tenImages(): ImageDataset {
  const pixels = Uint8Array.from({ length: 10 * 12 }, (_, i) => Math.floor(i / 12) * 10 + (i % 12));
  const labels = Int32Array.from({ length: 10 }, (_, i) => i % 3);
  return new ImageDataset({ pixels, labels, size: 2, classes: ["a", "b", "c"] });
}

function orderOf(dataset: ImageDataset, generator?: Generator): number[] {
  return [...dataset.batches(4, { generator })].flatMap(({ indices }) => [...indices]);
}

beforeAll(() => useBackend("js"));

describe("ImageDataset", () => {
  it("knows its size and its classes", () => {
    const dataset = tenImages();
    expect(dataset.length).toBe(10);
    expect(dataset.counts).toEqual([4, 3, 3]);
    expect(dataset.classes).toEqual(["a", "b", "c"]);
  });

  it("gives one image in [0, 1]", () => {
    const { image, label } = tenImages().item(7);
    expect(image.shape).toEqual([3, 2, 2]);
    expect(image.dataSync()).toEqual(Float32Array.from({ length: 12 }, (_, i) => (70 + i) / 255));
    expect(label).toBe(1);
  });

  it("gives every image once, in order where asked, and what is left last", () => {
    const batches = [];
    for (const { images, labels, indices } of tenImages().batches(4, { shuffle: false })) {
      batches.push({ shape: images.shape, values: images.dataSync(), labels: [...labels], indices: [...indices] });
    }
    expect(batches.map(({ indices }) => indices)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(batches.map(({ labels }) => labels)).toEqual([
      [0, 1, 2, 0],
      [1, 2, 0, 1],
      [2, 0],
    ]);
    expect(batches.map(({ shape }) => shape)).toEqual([
      [4, 3, 2, 2],
      [4, 3, 2, 2],
      [2, 3, 2, 2],
    ]);
    expect(batches[2].values).toEqual(Float32Array.from({ length: 24 }, (_, i) => (i < 12 ? 80 + i : 78 + i) / 255));
  });

  it("drops the last batch where asked, but not a full one", () => {
    const sizes = (batchSize: number) =>
      [...tenImages().batches(batchSize, { dropLast: true })].map(({ labels }) => labels.length);
    expect(sizes(4)).toEqual([4, 4]);
    expect(sizes(5)).toEqual([5, 5]);
    expect(sizes(11)).toEqual([]);
  });

  it("are counted, with the last one that is not full or without", () => {
    expect([1, 4, 5, 10, 11].map((batchSize) => tenImages().batches(batchSize).length)).toEqual([10, 3, 2, 1, 1]);
    const full = [1, 4, 5, 10, 11].map((batchSize) => tenImages().batches(batchSize, { dropLast: true }).length);
    expect(full).toEqual([10, 2, 2, 1, 0]);
  });

  it("shuffles anew on every pass, the same way from the same seed", () => {
    const dataset = tenImages();
    manualSeed(3);
    const [first, second] = [orderOf(dataset), orderOf(dataset)];
    expect(first).not.toEqual(second);
    expect(first.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    manualSeed(3);
    expect([orderOf(dataset), orderOf(dataset)]).toEqual([first, second]);
    expect(orderOf(dataset, new Generator(5))).toEqual([...new Generator(5).permutation(10)]);
  });

  it("leaves out the beginning of a pass where asked", () => {
    const rest = (start: number) =>
      [...tenImages().batches(4, { shuffle: false, start })].map(({ indices }) => [...indices]);
    expect(rest(4)).toEqual([
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(rest(10)).toEqual([]);
    const order = [...new Generator(5).permutation(10)];
    const shuffled = [...tenImages().batches(4, { generator: new Generator(5), start: 8 })];
    expect(shuffled.flatMap(({ indices }) => [...indices])).toEqual(order.slice(8));
    expect(() => rest(11)).toThrow(new RangeError("batches: start must be an integer from 0 to 10, got 11"));
  });

  it("weighs its classes so that all count the same", () => {
    // As scikit-learn's compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 1, 2, 0, 1, 2, 0, 1, 2, 0]).
    expect(tenImages().classWeights()).toEqual([10 / 12, 10 / 9, 10 / 9]);
  });

  it("shows the bytes of an image", () => {
    expect(tenImages().pixels(3)).toEqual(Uint8Array.from({ length: 12 }, (_, i) => 30 + i));
  });

  it("keeps the labels with their images", () => {
    for (const { images, labels, indices } of tenImages().batches(3)) {
      const values = images.dataSync();
      for (const [n, index] of indices.entries()) {
        expect(values[12 * n]).toBe(Math.fround((10 * index) / 255));
        expect(labels[n]).toBe(index % 3);
      }
    }
  });

  it("takes an array for each image: all of them may be more than one array holds", () => {
    // One image many times over: 5.6 GB by their sizes, and 200 kB in memory.
    const image = Uint8Array.from({ length: 3 * 256 * 256 }, (_, i) => i % 251);
    const dataset = new ImageDataset({
      pixels: new Array<Uint8Array>(28_512).fill(image),
      labels: new Int32Array(28_512),
      size: 256,
      classes: ["a"],
    });
    expect(dataset.pixels(28_511)).toBe(image);
    const { image: last } = dataset.item(28_511);
    expect(last.dataSync()[1000]).toBe(Math.fround((1000 % 251) / 255));
    const pixels = [new Uint8Array(13), new Uint8Array(11)];
    expect(() => new ImageDataset({ pixels, labels: new Int32Array(2), size: 2, classes: ["a"] })).toThrow(
      new RangeError("ImageDataset: image 0 has 13 bytes of pixels, 3 × 2 × 2 are 12"),
    );
  });

  it("refuses what does not fit", () => {
    const labels = new Int32Array(2);
    expect(() => new ImageDataset({ pixels: new Uint8Array(23), labels, size: 2, classes: ["a"] })).toThrow(
      new RangeError("ImageDataset: 2 images of 3 × 2 × 2 need 24 bytes of pixels, got 23"),
    );
    expect(() => new ImageDataset({ pixels: new Uint8Array(24), labels, size: 2, classes: [] })).toThrow(
      new RangeError("ImageDataset: label 0, but there are 0 classes"),
    );
    expect(() => tenImages().batches(4, { augment: { flip: 2 } })).toThrow(
      "augment: flip must be a number from 0 to 1, got 2",
    );
    expect(() => tenImages().batches(0)).toThrow(
      new RangeError("batches: batchSize must be a positive integer, got 0"),
    );
    for (const index of [10, -1, 1.5]) {
      const message = `no image ${index}; there are 10`;
      expect(() => tenImages().item(index)).toThrow(new RangeError(`item: ${message}`));
      expect(() => tenImages().pixels(index)).toThrow(new RangeError(`pixels: ${message}`));
    }
    const negative = { pixels: new Uint8Array(12), labels: Int32Array.of(-1), size: 2, classes: ["a"] };
    expect(() => new ImageDataset(negative)).toThrow(new RangeError("ImageDataset: label -1, but there are 1 classes"));
    expect(() => tenImages().subset([0, 3]).classWeights()).toThrow(
      new RangeError('classWeights: there is no image of class "b"'),
    );
  });
});

describe("the images of a batch", () => {
  it("are released when the next is asked for, and at the end", () => {
    const before = memory().storages;
    const seen: Tensor[] = [];
    for (const { images } of tenImages().batches(4)) {
      expect(memory().storages).toBe(before + 1);
      seen.push(images);
    }
    expect(memory().storages).toBe(before);
    expect(() => seen[0].dataSync()).toThrow("tensor [4, 3, 2, 2] made by tensor has been freed");
  });

  it("are released when the loop is left early", () => {
    const before = memory().storages;
    for (const _ of tenImages().batches(4)) break;
    expect(memory().storages).toBe(before);
  });

  it("may be asked for inside noGrad", () => {
    const before = memory().storages;
    noGrad(() => {
      for (const { images } of tenImages().batches(4)) expect(images.dataSync().length).toBe(images.size);
    });
    const batches = tenImages().batches(4)[Symbol.iterator]();
    noGrad(() => {
      batches.next();
    });
    expect(batches.next().done).toBe(false);
    batches.return?.();
    expect(memory().storages).toBe(before);
  });
});

describe("a loader that is kept", () => {
  const seenIn = (loader: Iterable<{ indices: Int32Array }>) => [...loader].flatMap(({ indices }) => [...indices]);

  it("gives every image in each epoch, in the orders that new loaders would give", () => {
    const loader = tenImages().batches(4, { generator: new Generator(3) });
    const generator = new Generator(3);
    const epochs = [0, 1, 2].map(() => seenIn(loader));
    expect(epochs).toEqual([0, 1, 2].map(() => seenIn(tenImages().batches(4, { generator }))));
    expect(epochs.map((order) => new Set(order).size)).toEqual([10, 10, 10]);
    expect(epochs[1]).not.toEqual(epochs[0]);
  });

  it("leaves out the images before `start` in its first walk only", () => {
    const loader = tenImages().batches(4, { shuffle: false, start: 8 });
    expect([seenIn(loader).length, seenIn(loader).length]).toEqual([2, 10]);
  });

  it("begins anew where a loop was left", () => {
    const loader = tenImages().batches(4, { shuffle: false });
    for (const _ of loader) break;
    expect(seenIn(loader)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe("images of any shape", () => {
  const shape = { channels: 1, height: 2, width: 3 } as const;
  const grey = () =>
    new ImageDataset({
      pixels: Uint8Array.from({ length: 24 }, (_, i) => i),
      labels: Int32Array.of(0, 1, 0, 1),
      size: { width: 3, height: 2 },
      channels: 1,
      classes: ["a", "b"],
    });

  it("come as [N, channels, height, width]", () => {
    const dataset = grey();
    expect(dataset.shape).toEqual(shape);
    expect(dataset.item(1).image.shape).toEqual([1, 2, 3]);
    const [{ images, inputs, targets, labels }] = dataset.batches(3, { shuffle: false });
    expect(images.shape).toEqual([3, 1, 2, 3]);
    expect([inputs, targets]).toEqual([images, labels]);
    expect([...dataset.pixels(3)]).toEqual([18, 19, 20, 21, 22, 23]);
    expect(() => dataset.size).toThrow("size: the images are 3 pixels wide and 2 high, which `shape` says");
    expect(tenImages().size).toBe(2);
  });

  it("are refused where the pixels do not fill them", () => {
    const [pixels, labels, classes] = [new Uint8Array(24), new Int32Array(2), ["a"]];
    expect(() => new ImageDataset({ pixels, labels, classes, size: 2, channels: 4 })).toThrow(
      "ImageDataset: 2 images of 4 × 2 × 2 need 32 bytes of pixels, got 24",
    );
    expect(() => new ImageDataset({ pixels, labels, classes, size: 2, channels: 2 as 1 })).toThrow(
      "ImageDataset: channels must be 1 (grey), 3 (red, green, blue) or 4 (and how opaque it is), got 2",
    );
    expect(() => new ImageDataset({ pixels, labels, classes, size: { width: 2, height: 0 } })).toThrow(
      "ImageDataset: size must be a positive integer, or { width, height }, got an object { width, height }",
    );
  });

  it("have parts that share their pixels, by places or drawn by chance", () => {
    const dataset = grey();
    const part = dataset.subset([3, 0]);
    expect([part.shape, [...part.labels], part.classes]).toEqual([shape, [1, 0], ["a", "b"]]);
    expect(part.pixels(0).buffer).toBe(dataset.pixels(3).buffer);
    expect([...part.pixels(0)]).toEqual([...dataset.pixels(3)]);
    const [rest, share] = dataset.split(0.5);
    expect([rest.counts, share.counts]).toEqual([
      [1, 1],
      [1, 1],
    ]);
    const pixels = [...rest.pixels(0), ...rest.pixels(1), ...share.pixels(0), ...share.pixels(1)];
    expect(pixels.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(() => dataset.subset([4])).toThrow(new RangeError("pixels: no image 4; there are 4"));
  });
});
