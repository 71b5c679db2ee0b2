/** Filters, maps and heat as pictures, pixel by pixel. */

import { beforeEach, describe, expect, it } from "vitest";
import {
  Conv2d,
  filterPictures,
  heatPicture,
  type Image,
  imageToRgba,
  mapPictures,
  ShapeError,
  tensor,
  useBackend,
  zeros,
} from "../../src/index.js";

beforeEach(() => useBackend("js"));

const bytes = (images: readonly Image[]) => images.map(({ data }) => [...data]);
const greys = (...values: number[]) => values.flatMap((value) => [value, value, value]);

describe("feature maps", () => {
  it("are grey pictures, each in its own range", async () => {
    const pictures = await mapPictures(tensor([0, 1, 2, 4, -3, -3, -3, -3], [2, 2, 2]));
    expect(pictures.map(({ width, height }) => [width, height])).toEqual([
      [2, 2],
      [2, 2],
    ]);
    // What is the same everywhere is neither black nor white.
    expect(bytes(pictures)).toEqual([greys(0, 64, 128, 255), greys(128, 128, 128, 128)]);
  });

  it("of several images are one after the other, as wide as the maps", async () => {
    const pictures = await mapPictures(tensor([0, 1, 1, 0, 5, 6], [3, 1, 1, 2]));
    expect(pictures.map(({ width, height }) => [width, height])).toEqual(Array(3).fill([2, 1]));
    expect(bytes(pictures)).toEqual([greys(0, 255), greys(255, 0), greys(0, 255)]);
    await expect(mapPictures(zeros([2, 2]))).rejects.toThrow(
      new ShapeError("mapPictures: the maps are [2, 2], not [C, H, W] or [N, C, H, W]"),
    );
  });
});

describe("filters", () => {
  it("of three channels are in colour, each in its own range", async () => {
    const pictures = await filterPictures(tensor([0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 10], [2, 3, 1, 2]));
    expect(pictures.map(({ width, height }) => [width, height])).toEqual(Array(2).fill([2, 1]));
    expect(bytes(pictures)).toEqual([
      [0, 102, 204, 51, 153, 255],
      [0, 0, 0, 0, 0, 255],
    ]);
  });

  it("of other channels are in grey, summed over them", async () => {
    const two = await filterPictures(tensor([0, 1, 2, 3, 4, 5, 6, 0], [2, 2, 1, 2]));
    // 0 + 2 and 1 + 3; 4 + 6 and 5 + 0
    expect(bytes(two)).toEqual([greys(0, 255), greys(255, 0)]);
    const three = await filterPictures(tensor([0, 1, 2, 3, 4, 0], [1, 3, 1, 2]), { grey: true });
    expect(bytes(three)).toEqual([greys(255, 0)]);
    const layer = new Conv2d(3, 4, 5);
    expect((await filterPictures(layer.weight)).map(({ width, height }) => [width, height])).toEqual(
      Array(4).fill([5, 5]),
    );
  });

  it("of other channels have no colours, and say so", async () => {
    await expect(filterPictures(zeros([4, 8, 3, 3]), { grey: false })).rejects.toThrow(
      new ShapeError("filterPictures: filters of 8 channels, [4, 8, 3, 3], have no colours; leave grey out"),
    );
    await expect(filterPictures(zeros([4, 3]))).rejects.toThrow(
      new ShapeError("filterPictures: the filters are [4, 3], not [O, C, kH, kW]"),
    );
  });
});

describe("heat", () => {
  const white = { width: 2, height: 1, data: new Uint8Array(6).fill(255) };
  const heat = (...values: number[]) => ({ height: 1, width: values.length, values: Float32Array.from(values) });

  it("is orange where it speaks for the class and blue where it speaks against it", () => {
    expect([...heatPicture(white, heat(3, -3)).data]).toEqual([255, 169, 64, 94, 154, 255]);
    expect(heatPicture(white, heat(0, 0))).toEqual(white);
  });

  it("counts from zero or from its least", () => {
    const [fromZero, fromLeast] = [heatPicture(white, heat(2, 4)), heatPicture(white, heat(2, 4), { from: "least" })];
    expect([...fromLeast.data]).toEqual([255, 255, 255, 255, 169, 64]);
    expect(fromZero.data[2]).toBeLessThan(255);
    expect(fromZero.data.subarray(3)).toEqual(fromLeast.data.subarray(3));
  });

  it("is stretched to images of any size and any channels", () => {
    const grey = { width: 8, height: 4, data: new Uint8Array(32).fill(100) };
    const picture = heatPicture(grey, { height: 2, width: 2, values: Float32Array.of(1, 0, 0, 0) });
    expect([picture.width, picture.height, picture.data.length]).toEqual([8, 4, 96]);
    expect([...picture.data.subarray(0, 3)]).toEqual([216, 130, 25]);
    expect([...picture.data.subarray(93)]).toEqual([100, 100, 100]);
  });

  it("is one map, not a list of them", () => {
    expect(() => heatPicture(white, [heat(1)] as never)).toThrow(
      "heatPicture: heat must be a map { height, width, values }, as gradCam and occlusionMap give them, got an array of 1; " +
        "there is one for each image: take [i]",
    );
    expect(() => heatPicture(white, { ...heat(1), width: 2 })).toThrow("heatPicture: heat must be a map");
  });
});

it("a canvas takes them as RGBA, in an array of its own", () => {
  const rgba = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 4) };
  expect([...imageToRgba({ width: 2, height: 1, data: Uint8Array.of(9, 8, 7, 1, 2, 3) })]).toEqual(
    [9, 8, 7, 255, 1, 2, 3, 255], //
  );
  expect([...imageToRgba({ width: 1, height: 1, data: Uint8Array.of(5) })]).toEqual([5, 5, 5, 255]);
  const own = imageToRgba(rgba);
  expect([...own]).toEqual([1, 2, 3, 4]);
  own[0] = 9;
  expect(rgba.data[0]).toBe(1);
});
