/** EXIF orientation: where the standard has it, in either order of bytes, and what each of its eight numbers does. */

import { describe, expect, it } from "vitest";
import { exifOrientation, orient } from "../../src/data/exif.js";

/** A TIFF block with a directory of these entries, tag and value, behind `gap` bytes. */
function tiff(entries: [tag: number, value: number][], { little = true, gap = 0 } = {}): Uint8Array {
  const at = 8 + gap;
  const view = new DataView(new ArrayBuffer(at + 2 + 12 * entries.length));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, at, little);
  view.setUint16(at, entries.length, little);
  for (const [i, [tag, value]] of entries.entries()) {
    view.setUint16(at + 2 + 12 * i, tag, little);
    view.setUint16(at + 4 + 12 * i, 3, little);
    view.setUint32(at + 6 + 12 * i, 1, little);
    view.setUint16(at + 10 + 12 * i, value, little);
  }
  return new Uint8Array(view.buffer);
}

const ORIENTATION = 0x0112;

describe("the orientation", () => {
  it.each([true, false])("is read in the order of bytes that is said, little-endian: %s", (little) => {
    for (const gap of [0, 6, 300]) {
      for (let value = 1; value <= 8; value++) {
        const maker: [number, number] = [0x010f, 7];
        expect(exifOrientation(tiff([[ORIENTATION, value]], { little, gap }))).toBe(value);
        expect(exifOrientation(tiff([maker, [ORIENTATION, value], maker], { little, gap }))).toBe(value);
      }
    }
  });

  it("is upright where there is none, or one that there is not", () => {
    expect(exifOrientation(tiff([]))).toBe(1);
    expect(exifOrientation(tiff([[0x010f, 6]]))).toBe(1);
    expect(exifOrientation(tiff([[ORIENTATION, 0]]))).toBe(1);
    expect(exifOrientation(tiff([[ORIENTATION, 9]]))).toBe(1);
  });

  it("is upright where the block is cut off, wherever that is", () => {
    const whole = tiff([
      [0x010f, 7],
      [ORIENTATION, 6],
    ]);
    for (let length = 0; length < whole.length; length++) expect(exifOrientation(whole.slice(0, length))).toBe(1);
    expect(exifOrientation(whole)).toBe(6);
    // A view of a larger buffer: what lies behind is none of it.
    expect(exifOrientation(whole.subarray(0, whole.length - 1))).toBe(1);
  });
});

describe("an image", () => {
  /** Which sides of what is seen the first row and the first column of the file are: the standard's table. */
  const SIDES = [
    ["top", "left"],
    ["top", "right"],
    ["bottom", "right"],
    ["bottom", "left"],
    ["left", "top"],
    ["right", "top"],
    ["right", "bottom"],
    ["left", "bottom"],
  ] as const;

  it.each(SIDES.map((sides, i) => [i + 1, ...sides] as const))(
    "of orientation %i has its first row at the %s, its first column at the %s",
    (orientation, row, column) => {
      const [width, height] = [3, 2];
      const stored = { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => i) };
      const seen = orient(stored, orientation);
      const swapped = row === "left" || row === "right";
      expect([seen.width, seen.height]).toEqual(swapped ? [height, width] : [width, height]);
      for (let r = 0; r < height; r++) {
        for (let c = 0; c < width; c++) {
          const along = { [row]: r, [column]: c } as Record<string, number>;
          const x = along.left ?? seen.width - 1 - along.right;
          const y = along.top ?? seen.height - 1 - along.bottom;
          const at = 3 * (y * seen.width + x);
          expect([...seen.data.subarray(at, at + 3)]).toEqual([
            ...stored.data.subarray(3 * (r * width + c)).slice(0, 3),
          ]);
        }
      }
    },
  );
});
