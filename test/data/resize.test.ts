/** resize against Pillow's bilinear filter, bit by bit. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { resize } from "../../src/data/resize.js";

interface ResizeCase {
  from: [number, number];
  to: [number, number];
  pixels: string;
  resized: string;
}

// Made by scripts/fixtures/make_data_fixtures.py.
const cases: ResizeCase[] = JSON.parse(readFileSync("test/fixtures/data/resize.json", "utf8"));

describe("resize", () => {
  it.each(cases)("$from to $to", ({ from, to, pixels, resized }) => {
    const image = { width: from[0], height: from[1], data: new Uint8Array(Buffer.from(pixels, "base64")) };
    const result = resize(image, to[0], to[1]);
    expect([result.width, result.height]).toEqual(to);
    expect(result.data).toEqual(new Uint8Array(Buffer.from(resized, "base64")));
  });

  it("keeps an even colour even", () => {
    const white = { width: 300, height: 200, data: new Uint8Array(300 * 200 * 3).fill(255) };
    expect(resize(white, 7, 11).data.every((value) => value === 255)).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a width of %d", (width) => {
    const image = { width: 1, height: 1, data: new Uint8Array(3) };
    expect(() => resize(image, width, 4)).toThrow(
      new RangeError(`resize: width must be a positive integer, got ${width}`),
    );
  });
});
