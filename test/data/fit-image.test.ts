/** fitImage: how images come to another shape. */

import { describe, expect, it } from "vitest";
import { FaceFolder } from "../../src/data/face-folder.js";
import { fitImage } from "../../src/data/fit-image.js";
import type { Image } from "../../src/data/image.js";
import { imagesToDataset } from "../../src/data/images-to-dataset.js";
import { resize } from "../../src/data/resize.js";
import { Generator } from "../../src/tensor/random.js";
import { folderOf, png } from "./photographs.js";

/** One byte a pixel: row by row 0, 1, 2, … */
function counting(width: number, height: number): Image {
  return { width, height, data: Uint8Array.from({ length: width * height }, (_, i) => i) };
}

function drawn(width: number, height: number, channels: number): Image {
  const random = new Generator(3);
  return { width, height, data: Uint8Array.from({ length: width * height * channels }, () => random.int(256)) };
}

const grey = (width: number, height: number) => ({ channels: 1, height, width });

describe("another shape", () => {
  it("is stretched", () => {
    const image = drawn(9, 5, 3);
    expect(fitImage(image, { channels: 3, height: 4, width: 7 }, "stretch")).toEqual(resize(image, 7, 4));
  });

  it("is cropped to the middle, as much as is too much", () => {
    expect([...fitImage(counting(4, 2), grey(2, 2), "crop").data]).toEqual([1, 2, 5, 6]);
    expect([...fitImage(counting(2, 4), grey(2, 2), "crop").data]).toEqual([2, 3, 4, 5]);
    expect([...fitImage(counting(5, 1), grey(2, 1), "crop").data]).toEqual([1, 2]);
    const image = drawn(20, 10, 3);
    const { data } = resize(image, 10, 5);
    const middle = [0, 1, 2, 3, 4].flatMap((y) => [...data.subarray((10 * y + 2) * 3, (10 * y + 7) * 3)]);
    expect([...fitImage(image, { channels: 3, height: 5, width: 5 }, "crop").data]).toEqual(middle);
  });

  it("is padded with black", () => {
    const four = counting(4, 2).data.map((value) => value + 1);
    const image = { width: 4, height: 2, data: four };
    expect([...fitImage(image, grey(4, 4), "pad").data]).toEqual([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0]);
    expect([...fitImage(image, grey(6, 2), "pad").data]).toEqual([0, 1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 0]);
    const small = [...fitImage(drawn(300, 1, 1), grey(3, 3), "pad").data];
    expect(small.map((value) => value > 0)).toEqual([false, false, false, true, true, true, false, false, false]);
  });

  it("of the same shape is the same in every way", () => {
    const image = drawn(8, 12, 3);
    const shape = { channels: 3, height: 6, width: 4 };
    const stretched = fitImage(image, shape, "stretch");
    expect(fitImage(image, shape, "crop")).toEqual(stretched);
    expect(fitImage(image, shape, "pad")).toEqual(stretched);
  });
});

describe("images in memory", () => {
  const labels = [1, 0];
  const classes = ["a", "b"];

  it("become a dataset of the first one's shape, or of another", () => {
    const images = [counting(2, 2), drawn(4, 2, 3)];
    const dataset = imagesToDataset(images, { labels, classes, resize: "crop" });
    expect([dataset.shape, [...dataset.labels], dataset.classes]).toEqual([grey(2, 2), [1, 0], classes]);
    expect([...dataset.pixels(0)]).toEqual([0, 1, 2, 3]);
    expect([...dataset.pixels(1)]).toEqual([...fitImage(images[1], grey(2, 2), "crop").data]);
    const wide = imagesToDataset(images, { labels, classes, size: { width: 4, height: 1 }, channels: 3 });
    expect(wide.shape).toEqual({ channels: 3, height: 1, width: 4 });
    const { data } = fitImage(images[1], wide.shape, "stretch");
    expect([...wide.pixels(1)]).toEqual([0, 1, 2].flatMap((c) => [0, 1, 2, 3].map((x) => data[3 * x + c])));
  });

  it("are refused where they are none, or do not fit the labels", () => {
    expect(() => imagesToDataset([], { labels: [], classes })).toThrow("imagesToDataset: there are no images");
    expect(() => imagesToDataset([counting(1, 1)], { labels, classes })).toThrow("2 labels for 1 images");
    const canvas = { width: 1, height: 1, data: new Uint8ClampedArray(4) } as unknown as Image;
    expect(() => imagesToDataset([canvas], { labels, classes })).toThrow(
      "element 0 is an object { width, height, data }; await imageFrom(…) makes one of what a page has pictures in",
    );
    expect(() => imagesToDataset([{ width: 2, height: 2, data: new Uint8Array(8) }], { labels, classes })).toThrow(
      "imagesToDataset: images must be a list of images, got an array of 1; element 0 is an object { width, height, data }",
    );
    const hintFor = (image: unknown) => {
      let message = "";
      try {
        imagesToDataset([image as Image], { labels: [0], classes });
      } catch (error) {
        ({ message } = error as Error);
      }
      // "… must be a list of images, got an array of 1; element 0 is …; a hint"
      return message.split("; ")[2];
    };
    expect(hintFor(new Uint8Array(3))).toBe("decodeImage(…) makes one of a file's bytes");
    expect(hintFor(new Blob([]))).toBe("await imageFrom(…) makes one of what a page has pictures in");
    expect(hintFor("a.png")).toBeUndefined();
    const inverse = { ...counting(2, 2), width: -2, height: -2 };
    expect(() => imagesToDataset([inverse], { labels: [0], classes })).toThrow("element 0 is an object");
    expect(() => imagesToDataset([counting(1, 1), counting(1, 1)], { labels: [1, 0.5], classes })).toThrow(
      "imagesToDataset: the label of image 1 is 0.5",
    );
    expect(() => imagesToDataset([counting(1, 1)], { labels: [2], classes })).toThrow(
      "label 2, but there are 2 classes",
    );
  });
});

describe("a folder", () => {
  it("is read as grey, wide, and cropped, and its cache knows these from others", async () => {
    const folder = await folderOf({ "a_0.png": png, "b_1.png": png });
    const cache = await folderOf({});
    const open = (options: object) => FaceFolder.open(folder, { size: 4, cache, workers: 0, ...options });
    const size = { width: 6, height: 3 };
    for (const round of ["first", "from the cache"]) {
      const colored = await open({});
      const wide = await open({ size, channels: 1 });
      const cropped = await open({ size, channels: 1, resize: "crop" });
      expect([colored.shape, wide.shape], round).toEqual([
        { channels: 3, height: 4, width: 4 },
        { channels: 1, height: 3, width: 6 },
      ]);
      expect(wide.pixels(0)).toHaveLength(18);
      expect(cropped.pixels(0)).not.toEqual(wide.pixels(0));
      expect((await open({ channels: 3 })).pixels(0)).toEqual(colored.pixels(0));
    }
    await expect(open({ channels: 4 })).rejects.toThrow("channels must be 1 (grey) or 3 (red, green, blue), got 4");
    await expect(open({ resize: "fill" })).rejects.toThrow('resize must be "stretch", "crop" or "pad", got "fill"');
  });
});
