/** What is done with images in a page, and what is said about files there. */

import { describe, expect, it, vi } from "vitest";
import {
  consoleProgress,
  decodeImage,
  FaceFolder,
  ImageFolder,
  loadSafetensors,
  openSplits,
  saveSafetensors,
  zeros,
} from "../../src/index.js";
import { readFixture } from "../check-op.js";

interface DecodeCase {
  name: string;
  width: number;
  height: number;
  file: string;
  rgb: string;
  tolerance: number;
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

describe("decodeImage against Pillow", () => {
  it.each(readFixture<DecodeCase[]>("data/decode"))("$name", async ({ width, height, file, rgb, tolerance }) => {
    const image = await decodeImage(bytesOf(file));
    expect([image.width, image.height]).toEqual([width, height]);
    const worst = bytesOf(rgb).reduce((most, value, i) => Math.max(most, Math.abs(value - image.data[i])), 0);
    expect(worst).toBeLessThanOrEqual(tolerance);
  });

  it("refuses a damaged PNG", async () => {
    const png = bytesOf(readFixture<DecodeCase[]>("data/decode").find(({ name }) => name === "8-bit RGB")!.file);
    png[60] ^= 0xff;
    await expect(decodeImage(png)).rejects.toThrow(/^PNG is damaged \(/);
  });
});

describe("files", () => {
  it.each([
    ["FaceFolder.open", () => FaceFolder.open("faces", { size: 32 })],
    ["ImageFolder.open", () => ImageFolder.open("animals", { size: 32 })],
    ["openSplits", () => openSplits("faces", { size: 32 })],
    ["writing x.safetensors", () => saveSafetensors("x.safetensors", { x: zeros([1]) })],
    ["loadSafetensors", () => loadSafetensors("x.safetensors")],
  ])("are what %s needs", async (name, run) => {
    await expect(run()).rejects.toThrow(`${name} needs a file system, and a browser has none`);
  });
});

it("consoleProgress writes to the console", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const metrics = { loss: 0.5, accuracy: 0.75, f1: 0.7 };
  const { onProgress, onEpoch } = consoleProgress();
  onProgress(1, 1);
  onEpoch({ epoch: 1, epochs: 1, train: metrics, test: metrics, imagesPerSecond: 10, seconds: 1 } as never);
  expect(log.mock.calls.flat().join("\n")).toMatch(/epoch 1\/1 .*\n.*train .*loss 0.5.*\n.*test /);
});
