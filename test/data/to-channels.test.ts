/** toChannels: images from colour to grey and back, with and without transparency. */

import { expect, it } from "vitest";
import { toChannels } from "../../src/data/to-channels.js";

const pixel = (...data: number[]) => ({ width: 1, height: 1, data: Uint8Array.from(data) });

it.each([
  // Pillow: Image.new("RGB", (1, 1), (200, 100, 50)).convert("L").getpixel((0, 0)), and so on.
  ["colour becomes grey", [200, 100, 50], 1, [124]],
  ["grey stays what it is", [77, 77, 77], 1, [77]],
  ["grey becomes colour", [77], 3, [77, 77, 77]],
  ["what is half transparent is half white", [200, 100, 0, 128], 3, [227, 177, 127]],
  ["what is transparent is white", [1, 2, 3, 0], 1, [255]],
  ["what has no transparency is opaque", [1, 2, 3], 4, [1, 2, 3, 255]],
  ["grey with transparency", [9], 4, [9, 9, 9, 255]],
] as const)("%s", (_, from, channels, expected) => {
  expect([...toChannels(pixel(...from), channels).data]).toEqual(expected);
});
