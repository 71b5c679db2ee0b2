/** imageFrom where there is no page: files and pixels; what only a page has is in test/browser. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { decodeImage } from "../../src/data/decode.js";
import { DecodeError } from "../../src/data/decoding.js";
import { imageFrom } from "../../src/data/image-from.js";
import { ArgumentError } from "../../src/tensor/arguments.js";
import { jpeg, png } from "./photographs.js";

it.each([
  ["JPEG", jpeg],
  ["PNG", png],
])("a file of %s is read as by decodeImage", async (_, bytes) => {
  expect(await imageFrom(new Blob([bytes as BlobPart]))).toEqual(await decodeImage(bytes));
});

it("the pixels of a canvas lose their transparency to white", async () => {
  const data = Uint8ClampedArray.of(10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 51);
  expect(await imageFrom({ width: 3, height: 1, data })).toEqual({
    ...{ width: 3, height: 1 },
    data: Uint8Array.of(10, 20, 30, 255, 255, 255, 204, 204, 204),
  });
});

it("what is no image says why, as decodeImage does", async () => {
  const blob = (bytes: BlobPart) => imageFrom(new Blob([bytes]));
  await expect(blob(new Uint8Array(0))).rejects.toThrow(new DecodeError("the file is empty"));
  await expect(blob("RIFF    WEBPVP8 ")).rejects.toThrow(new DecodeError("WebP is not supported; JPEG and PNG are"));
  await expect(imageFrom(new Blob([png as BlobPart]), { maxPixels: 1 })).rejects.toThrow("the limit is 1 pixels");
  const gone = Object.assign(new Blob([]), { arrayBuffer: () => Promise.reject(new Error("it is gone")) });
  await expect(imageFrom(gone)).rejects.toThrow(new DecodeError("it cannot be read: it is gone"));
});

it("what is nothing of the kind is told what to write", async () => {
  const expected =
    "imageFrom: source must be a Blob, an ImageData, a canvas, an ImageBitmap, an <img>, a <video> or a VideoFrame";
  for (const [wrong, rest] of [
    [jpeg, "; decodeImage(…) makes an image of a file's bytes"],
    ["cat.jpg", 'got "cat.jpg"; fetch it, and give its blob()'],
    [{ width: 1, height: 1, data: Uint8Array.of(1) }, "; it is an image already"],
    [{ width: 2, height: 2, data: new Uint8ClampedArray(4) }, "got an object { width, height, data }"],
    [undefined, "got undefined"],
  ] as const) {
    const error = await imageFrom(wrong as never).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message.startsWith(expected)).toBe(true);
    expect((error as Error).message).toContain(rest);
  }
  await expect(imageFrom({ videoWidth: 0, videoHeight: 0 })).rejects.toThrow(
    "there is no picture yet, it has 0 × 0 pixels: await an <img>'s decode(), or a <video>'s event \"loadeddata\"",
  );
  await expect(imageFrom({ videoWidth: 2, videoHeight: 2 })).rejects.toThrow(
    "it takes a canvas to read what a page shows, and there is none here; decodeImage reads the bytes of a file",
  );
});

it("nothing of Node's is asked for", () => {
  for (const name of [
    "image-from",
    "canvas-pixels",
    "platform-decoder",
    "dropped-files",
    "files-to-dataset",
    "listing",
  ]) {
    expect(readFileSync(`src/data/${name}.ts`, "utf8")).not.toMatch(/node\.js|"node:/);
  }
});
