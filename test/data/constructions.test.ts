/** Every construction of JPEG and PNG files that the standards allow: the pixels are those that Pillow reads. */

import { describe, expect, it } from "vitest";
import { decodeImage } from "../../src/data/decode.js";
import { DecodeError } from "../../src/data/decoding.js";
import type { Image } from "../../src/data/image.js";
import { fixture, HEIGHT, jpegFiles, pngFiles, sampleAt, WIDTH } from "./constructions.js";

/** What Pillow reads and this library refuses: docs/data.md says so. */
const REFUSED = /^arithmetic/;

/** What Pillow refuses, at least where a file is as small as these, and this library reads as the file that it was made of. */
const READ_ALL_THE_SAME = /: (no end|half an end|its height behind the first scan)$/;

/** Pillow compares the upper 8 bits of a sample with all 16 of the transparent colour. */
const TRANSPARENT_16_BITS = /^PNG of type (0|2), 16 bits.*, transparent$/;

/** libjpeg smooths the colours of which there are fewer samples; jpeg-js repeats them. */
const LEAST_ALIKE = 12;

function distance(image: Image, [width, height, rgb]: readonly [number, number, string]): number {
  if (image.width !== width || image.height !== height) return Number.POSITIVE_INFINITY;
  const expected = Buffer.from(rgb, "base64");
  return image.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
}

/** By what is before the colon, or the first words. */
function groups(files: Map<string, Buffer>): [group: string, names: string[]][] {
  const byGroup = new Map<string, string[]>();
  for (const name of files.keys()) {
    const group = name.includes(":") ? name.split(":")[0] : name.split(",")[0];
    byGroup.set(group, [...(byGroup.get(group) ?? []), name]);
  }
  return [...byGroup];
}

describe("JPEG", () => {
  const files = jpegFiles();

  it.each(groups(files))("%s", async (_group, names) => {
    for (const name of names) {
      const file = files.get(name)!;
      const read = fixture.read[name];
      expect(read, name).toBeDefined();
      if (REFUSED.test(name)) {
        expect(read).not.toBeNull();
        await expect(decodeImage(file), name).rejects.toThrow("arithmetic-coded JPEG");
      } else if (READ_ALL_THE_SAME.test(name)) {
        expect(await decodeImage(file), name).toEqual(await decodeImage(files.get(name.split(":")[0])!));
      } else if (read === null) await expect(decodeImage(file), name).rejects.toThrow(DecodeError);
      else expect(distance(await decodeImage(file), fixture.images[read]), name).toBeLessThanOrEqual(LEAST_ALIKE);
    }
  });
});

describe("PNG", () => {
  const files = pngFiles();

  it.each(groups(files))("%s", async (_group, names) => {
    for (const name of names) {
      const read = fixture.read[name];
      expect(read, name).toBeDefined();
      const image = await decodeImage(files.get(name)!);
      if (TRANSPARENT_16_BITS.test(name)) {
        expect(image, name).toEqual(await withTransparentColor(files.get(name.replace(/, transparent$/, ""))!, name));
      } else if (name === "PNG with a wrong checksum of a text") {
        expect(read).toBeNull();
        expect(image).toEqual(await decodeImage(files.get("PNG of type 2, 8 bits")!));
      } else expect(distance(image, fixture.images[read!]), name).toBe(0);
    }
  });

  /** White where all samples are those of the first pixel. */
  async function withTransparentColor(file: Buffer, name: string): Promise<Image> {
    const image = await decodeImage(file);
    const channels = name.includes("type 0") ? [0] : [0, 1, 2];
    for (let i = 0; i < WIDTH * HEIGHT; i++) {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      const same = channels.every((c) => sampleAt(x, y, c, 16) === sampleAt(0, 0, c, 16));
      if (same) image.data.fill(255, 3 * i, 3 * i + 3);
    }
    return image;
  }
});
