/** imageFrom in a page: what the browser decodes, what a canvas draws, and a folder that a page has as files. */

import { beforeAll, describe, expect, it } from "vitest";
import { orient } from "../../src/data/exif.js";
import { decodeImage, filesToDataset, type Image, imageFrom } from "../../src/index.js";

const [WIDTH, HEIGHT] = [700, 400];

/** Slow waves, so that a decoder has nothing to be sharp or soft about. */
function waves(width: number, height: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data[4 * i] = 128 + 100 * Math.sin(x / 60);
    data[4 * i + 1] = (255 * y) / height;
    data[4 * i + 2] = (255 * x) / width;
    data[4 * i + 3] = 255;
  }
  return data;
}

/** The bytes with an EXIF block that says how the camera was held. */
function held(jpeg: Uint8Array, orientation: number): Uint8Array<ArrayBuffer> {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...jpeg.subarray(2)]);
}

const largest = (a: Image, b: Image) => a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i])), 0);

const canvasOf = (width: number, height: number) => {
  const canvas = new OffscreenCanvas(width, height);
  const pixels = new ImageData(new Uint8ClampedArray(waves(width, height)), width, height);
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
  return { canvas, pixels };
};

let jpeg: Uint8Array;
let own: Image;

beforeAll(async () => {
  const blob = await canvasOf(WIDTH, HEIGHT).canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  jpeg = new Uint8Array(await blob.arrayBuffer());
  own = await decodeImage(jpeg);
});

describe("a large JPEG", () => {
  it("is the browser's to decode, close to what is decoded here", async () => {
    const image = await imageFrom(new Blob([jpeg as BlobPart]));
    expect([image.width, image.height]).toEqual([WIDTH, HEIGHT]);
    expect(largest(image, own)).toBeLessThanOrEqual(4);
    // Two decoders: not a number of them is the same by chance.
    expect(image.data).not.toEqual(own.data);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("is upright, held as EXIF's %i", async (orientation) => {
    const image = await imageFrom(new Blob([held(jpeg, orientation)]));
    const upright = orient(own, orientation);
    expect([image.width, image.height]).toEqual([upright.width, upright.height]);
    expect(largest(image, upright)).toBeLessThanOrEqual(4);
  });

  it("that is cut off is refused", async () => {
    await expect(imageFrom(new Blob([jpeg.subarray(0, 5000) as BlobPart]))).rejects.toThrow(
      "JPEG is truncated: its 5000 bytes end within the image data",
    );
  });

  it("with more pixels than asked for is refused before it is decoded", async () => {
    await expect(imageFrom(new Blob([jpeg as BlobPart]), { maxPixels: 1000 })).rejects.toThrow(
      "the limit is 1000 pixels",
    );
  });
});

const rgb = (rgba: ArrayLike<number>) => Uint8Array.from(rgba).filter((_, i) => i % 4 !== 3);

describe("what a page shows", () => {
  it("is read as it is: ImageData, canvases, bitmaps, images and frames", async () => {
    const { canvas, pixels } = canvasOf(40, 30);
    const element = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
    element.getContext("2d")!.drawImage(canvas, 0, 0);
    const img = document.createElement("img");
    img.src = element.toDataURL("image/png");
    await img.decode();
    const frame = new VideoFrame(canvas, { timestamp: 0 });
    const bitmap = await createImageBitmap(canvas);
    const expected = { width: 40, height: 30, data: rgb(pixels.data) };
    for (const source of [pixels, canvas, element, img, bitmap]) expect(await imageFrom(source)).toEqual(expected);
    // A frame may have been through another colour space.
    expect(largest(await imageFrom(frame), expected)).toBeLessThanOrEqual(4);
    frame.close();
  });

  it("is read in strips where it is large, and is the same", async () => {
    const { canvas, pixels } = canvasOf(1100, 1000);
    expect((await imageFrom(canvas)).data).toEqual(rgb(pixels.data));
  });

  it("is on white where it is transparent, in every strip", async () => {
    const canvas = new OffscreenCanvas(1100, 1000);
    canvas.getContext("2d")!.fillRect(0, 0, 1100, 500);
    const { data } = await imageFrom(canvas);
    const row = (y: number) => [...new Set(data.subarray(3300 * y, 3300 * (y + 1)))];
    expect([row(0), row(499), row(500), row(999)]).toEqual([[0], [0], [255], [255]]);
  });

  it("is a video's once it has a picture", async () => {
    await expect(imageFrom(document.createElement("video"))).rejects.toThrow(
      "there is no picture yet, it has 0 × 0 pixels",
    );
  });
});

it("formats that only the browser knows are left to it", async () => {
  const { canvas, pixels } = canvasOf(40, 30);
  const webp = await canvas.convertToBlob({ type: "image/webp", quality: 1 });
  expect(webp.type).toBe("image/webp");
  expect(largest(await imageFrom(webp), { width: 40, height: 30, data: rgb(pixels.data) })).toBeLessThanOrEqual(24);
  await expect(imageFrom(webp, { maxPixels: 100 })).rejects.toThrow("it has 40 × 30 pixels; the limit is 100 pixels");
  await expect(imageFrom(new Blob(["RIFF    WEBPVP8 "]))).rejects.toThrow("WebP is not supported; JPEG and PNG are");
});

it("folders of a page are a dataset, photographs of any size in them", async () => {
  const png = await canvasOf(40, 30).canvas.convertToBlob();
  const files = ["cat", "dog"].flatMap((name) => [
    { path: `pets/${name}/1.png`, file: png },
    { path: `pets/${name}/2.jpg`, file: new Blob([jpeg as BlobPart]) },
  ]);
  const { counts, classes, widths, skipped } = await filesToDataset(files, { size: 16 });
  expect([counts, classes, [...widths], skipped]).toEqual([[2, 2], ["cat", "dog"], [40, WIDTH, 40, WIDTH], []]);
});
