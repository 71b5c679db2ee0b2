/** decodeImage against Pillow: synthetic files of every kind, 20 awkward photographs, and files that lie. */

import { existsSync, readFileSync } from "node:fs";
import { deflateSync, inflateSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { decodeImage } from "../../src/data/decode.js";
import { DecodeError } from "../../src/data/decoding.js";
import { FaceFolder } from "../../src/data/face-folder.js";
import type { Image } from "../../src/data/image.js";
import { crc32 } from "../fuzz/mutate.js";
import { folderOf } from "./photographs.js";

interface DecodeCase {
  name: string;
  width: number;
  height: number;
  file: string;
  rgb: string;
  tolerance: number;
}

// Made by scripts/fixtures/make_data_fixtures.py.
const cases: DecodeCase[] = JSON.parse(readFileSync("test/fixtures/data/decode.json", "utf8"));

function fileOf(name: string): Buffer {
  return Buffer.from(cases.find((each) => each.name === name)!.file, "base64");
}

/** The content of the first chunk of this type. */
function chunkOf(png: Buffer, type: string): Buffer {
  const at = png.indexOf(type);
  return png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
}

/** The PNG with other content in that chunk. */
function withChunk(png: Buffer, type: string, content: Uint8Array): Buffer {
  const at = png.indexOf(type);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  const body = Buffer.concat([png.subarray(at, at + 4), content]);
  checksum.writeInt32BE(crc32(body));
  return Buffer.concat([
    png.subarray(0, at - 4),
    length,
    body,
    checksum,
    png.subarray(at + 8 + png.readUInt32BE(at - 4)),
  ]);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function means({ width, height, data }: Image): number[] {
  const sums = [0, 0, 0];
  for (let i = 0; i < data.length; i++) sums[i % 3] += data[i];
  return sums.map((sum) => sum / (width * height));
}

describe("decodeImage against Pillow", () => {
  it.each(cases)("$name", async ({ width, height, file, rgb, tolerance }) => {
    const image = await decodeImage(Buffer.from(file, "base64"));
    expect([image.width, image.height]).toEqual([width, height]);
    const expected = Buffer.from(rgb, "base64");
    expect(image.data.length).toBe(expected.length);
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - image.data[i])), 0);
    expect(worst).toBeLessThanOrEqual(tolerance);
  });

  it("reads a view into a larger buffer", async () => {
    const file = fileOf("palette");
    const larger = new Uint8Array(file.length + 20).fill(7);
    larger.set(file, 10);
    expect(await decodeImage(larger.subarray(10, 10 + file.length))).toEqual(await decodeImage(file));
  });

  it("turns a PNG as its eXIf chunk says", async () => {
    const png = fileOf("8-bit RGB");
    const upright = await decodeImage(png);
    const end = png.length - 12;
    // Intel's order; a directory of one entry: tag 0x0112, type SHORT, one value, 6: to be turned clockwise by 90°.
    const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
    const empty = Buffer.from("\0\0\0\0eXIf\0\0\0\0", "latin1");
    const file = Buffer.concat([png.subarray(0, end), empty, png.subarray(end)]);
    const turned = await decodeImage(withChunk(file, "eXIf", Uint8Array.from(tiff)));
    expect([turned.width, turned.height]).toEqual([upright.height, upright.width]);
    const pixel = (image: Image, x: number, y: number) =>
      Array.from(image.data.subarray(3 * (y * image.width + x), 3 * (y * image.width + x) + 3));
    for (let y = 0; y < turned.height; y++) {
      for (let x = 0; x < turned.width; x++) {
        expect(pixel(turned, x, y)).toEqual(pixel(upright, y, upright.height - 1 - x));
      }
    }
  });

  it("ignores bytes after the end of a PNG", async () => {
    const file = fileOf("palette");
    expect(await decodeImage(Uint8Array.from([...file, 1, 2, 3]))).toEqual(await decodeImage(file));
  });
});

const ODD = "../shared/data/odd";

/** The table's means are of the bare colours; these are of the same images on white, also by Pillow. */
const ON_WHITE: Record<string, number[]> = {
  "png_16bit_rgba.png": [224.89, 222.93, 223.5],
  "png_palette_trns.png": [214.8, 208.48, 204.42],
  "misnamed_png_content.jpg": [119.71, 176.9, 210.26],
};

const REFUSED: Record<string, string> = {
  "jpg_truncated_at_262144.jpg": "JPEG is truncated: its 262144 bytes end within the image data",
  "misnamed_webp_content.jpg": "WebP is not supported; JPEG and PNG are",
};

describe.skipIf(!existsSync(ODD))("awkward photographs (skipped where the shared data is absent)", () => {
  const rows = existsSync(ODD) ? readFileSync(`${ODD}.tsv`, "utf8").trim().split("\n").slice(1) : [];
  it.each(rows.map((row) => row.split("\t")))("%s", async (name, _bytes, width, height, _format, _mode, r, g, b) => {
    const file = readFileSync(`${ODD}/${name}`);
    if (REFUSED[name]) {
      await expect(decodeImage(file)).rejects.toThrow(new DecodeError(REFUSED[name]));
      return;
    }
    const image = await decodeImage(file);
    expect([image.width, image.height]).toEqual([Number(width), Number(height)]);
    const expected = ON_WHITE[name] ?? [Number(r), Number(g), Number(b)];
    for (const [c, mean] of means(image).entries()) expect(Math.abs(mean - expected[c])).toBeLessThan(0.75);
  });

  it("are 20", () => expect(rows.length).toBe(20));
});

const ODD2 = "../shared/data/odd2";

describe.skipIf(!existsSync(ODD2))("what libjpeg reads (skipped where the shared data is absent)", () => {
  const rows = existsSync(ODD2) ? readFileSync(`${ODD2}.tsv`, "utf8").trim().split("\n").slice(1) : [];
  it.each(rows.map((row) => row.split("\t")))("%s", async (name, width, height, r, g, b) => {
    const image = await decodeImage(readFileSync(`${ODD2}/${name}`));
    expect([image.width, image.height]).toEqual([Number(width), Number(height)]);
    // libjpeg smooths the colours that have half the pixels; jpeg-js repeats them.
    for (const [c, mean] of means(image).entries()) expect(Math.abs(mean - Number([r, g, b][c]))).toBeLessThan(0.75);
  });
});

describe("a JPEG as careless writers leave it", () => {
  /** The places in the image data, and behind it, where a marker stands. */
  const markersIn = (file: Buffer) =>
    [...file.keys()].filter((i) => i > file.indexOf(Buffer.of(0xff, 0xda)) && file[i] === 0xff && file[i + 1] > 0);

  it.each(["restart intervals", "progressive"])("has fill bytes before its markers: %s", async (name) => {
    const file = fileOf(name);
    const pieces = markersIn(file).map((at, i, all) => file.subarray(at, all[i + 1]));
    expect(pieces.length).toBeGreaterThan(2);
    const head = file.subarray(0, markersIn(file)[0]);
    const filled = Buffer.concat([head, ...pieces.flatMap((piece) => [Buffer.of(0xff, 0xff, 0xff), piece])]);
    expect(await decodeImage(filled)).toEqual(await decodeImage(file));
  });

  it.each(["4:4:4", "progressive", "restart intervals"])("has no end, or half of it: %s", async (name) => {
    const file = fileOf(name);
    const whole = await decodeImage(file);
    for (const length of [file.length - 2, file.length - 1]) {
      expect(await decodeImage(file.subarray(0, length))).toEqual(whole);
    }
  });
});

describe("a program that has lost its decoder", () => {
  it.each([
    ["jpeg-js", "4:4:4", { decode: undefined }],
    ["pngjs", "palette", { PNG: undefined }],
  ])("does not take the photograph for damaged: %s", async (name, photograph, exported) => {
    vi.doMock(name === "pngjs" ? "#pngjs" : name, () => ({ default: exported }));
    onTestFinished(() => vi.doUnmock(name === "pngjs" ? "#pngjs" : name));
    const folder = await folderOf({ "1_1.jpg": fileOf(photograph) });
    const lost = new TypeError(`${name} does not export its decoder: the bundle has lost it`);
    await expect(decodeImage(fileOf(photograph))).rejects.toThrow(lost);
    await expect(FaceFolder.open(folder, { size: 4, workers: 0, onError: "skip" })).rejects.toThrow(lost);
  });
});

describe("a mistake in a decoder", () => {
  /** pngjs's images, which hold a Buffer. */
  class Rows {
    data = Buffer.alloc(10_000);
  }

  it.each([
    ["jpeg-js", "4:4:4", (decode: () => never) => ({ decode })],
    ["pngjs", "palette", (read: () => never) => ({ PNG: Object.assign(Rows, { sync: { read } }) })],
  ])("is not taken for damage of the photograph: %s", async (name, photograph, exportsOf) => {
    const mistake = new TypeError("tables is undefined");
    const module = name === "pngjs" ? "#pngjs" : name;
    const fails = () => {
      throw mistake;
    };
    vi.doMock(module, () => ({ default: exportsOf(fails) }));
    onTestFinished(() => vi.doUnmock(module));
    await expect(decodeImage(fileOf(photograph))).rejects.toBe(mistake);
  });
});

describe("files that cannot be read", () => {
  const jpeg = fileOf("4:4:4");
  const png = fileOf("8-bit RGB");

  it.each([
    ["", "the file is empty"],
    ["hello world", "not an image: no known format starts with 68 65 6c 6c; JPEG and PNG are supported"],
    ["GIF89a", "GIF is not supported; JPEG and PNG are"],
    ["RIFF\0\0\0\0WEBPVP8 ", "WebP is not supported; JPEG and PNG are"],
    ["BM\0\0", "BMP is not supported; JPEG and PNG are"],
    ["\0\0\0\x1cftypavif", "AVIF is not supported; JPEG and PNG are"],
    ["\0\0\0\x1cftypheic", "HEIC is not supported; JPEG and PNG are"],
    ["<!doctype html>", "XML or HTML is not supported; JPEG and PNG are"],
  ])("%j", async (text, message) => {
    await expect(decodeImage(bytesOf(text))).rejects.toThrow(new DecodeError(message));
  });

  it("a JPEG cut before its image data", async () => {
    await expect(decodeImage(jpeg.subarray(0, 100))).rejects.toThrow(
      new DecodeError("JPEG is truncated: its 100 bytes end before the image data"),
    );
  });

  it("a PNG cut before its end", async () => {
    await expect(decodeImage(png.subarray(0, 60))).rejects.toThrow(
      new DecodeError("PNG is truncated: its 60 bytes end before the closing IEND chunk"),
    );
  });

  it("a PNG with a wrong checksum", async () => {
    const damaged = Uint8Array.from(png);
    damaged[60] ^= 0xff;
    await expect(decodeImage(damaged)).rejects.toThrow(/^PNG is damaged \(/);
  });

  it.each([
    ["JPEG", jpeg],
    ["PNG", png],
  ])("a %s cut anywhere gives a DecodeError, never another one", async (_format, file) => {
    for (let length = 0; length < file.length - 2; length++) {
      await expect(decodeImage(file.subarray(0, length)), `${length} bytes`).rejects.toThrow(DecodeError);
    }
  });

  it("a JPEG that declares more than it holds", async () => {
    const lying = Uint8Array.from(jpeg);
    const frame = lying.findIndex((byte, i) => byte === 0xff && lying[i + 1] === 0xc0);
    lying.set([0x17, 0x70, 0x17, 0x70], frame + 5);
    await expect(decodeImage(lying)).rejects.toThrow(
      new DecodeError(`JPEG declares 6000 × 6000 pixels, more than its ${jpeg.length} bytes can hold`),
    );
    lying.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    await expect(decodeImage(lying)).rejects.toThrow(
      new DecodeError("JPEG declares 65535 × 65535 pixels; the limit is 50000000 pixels"),
    );
    lying.set([0, 0], frame + 5);
    await expect(decodeImage(lying)).rejects.toThrow(new DecodeError("JPEG declares 65535 × 0 pixels: it is empty"));
  });

  it("a PNG that declares more than it holds", async () => {
    const header = Uint8Array.from(chunkOf(png, "IHDR"));
    header.set([0, 0, 0x17, 0x70, 0, 0, 0x17, 0x70]);
    await expect(decodeImage(withChunk(png, "IHDR", header))).rejects.toThrow(
      new DecodeError(`PNG declares 6000 × 6000 pixels, more than its ${png.length} bytes can hold`),
    );
  });

  it("an image above a limit of the caller's", async () => {
    await expect(decodeImage(jpeg, { maxPixels: 959 })).rejects.toThrow(
      new DecodeError("JPEG declares 40 × 24 pixels; the limit is 959 pixels"),
    );
    expect((await decodeImage(jpeg, { maxPixels: 960 })).width).toBe(40);
    await expect(decodeImage(png, { maxPixels: 98 })).rejects.toThrow(
      "PNG declares 11 × 9 pixels; the limit is 98 pixels",
    );
  });

  it("a JPEG with two headers, of which one is modest", async () => {
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    const second = Uint8Array.from(jpeg.subarray(frame, frame + 2 + jpeg[frame + 3]));
    second.set([0x10, 0, 0x10, 0], 5);
    for (const at of [frame, jpeg.length - 2]) {
      const twice = Buffer.concat([jpeg.subarray(0, at), second, jpeg.subarray(at)]);
      await expect(decodeImage(twice)).rejects.toThrow(new DecodeError("JPEG is damaged (it declares its size twice)"));
    }
  });

  it("a JPEG with more scans than any encoder writes", async () => {
    const file = fileOf("progressive");
    const scan = file.lastIndexOf(Buffer.of(0xff, 0xda));
    const scans = Array<Uint8Array>(100).fill(file.subarray(scan, file.length - 2));
    const many = Buffer.concat([file.subarray(0, scan), ...scans, file.subarray(file.length - 2)]);
    await expect(decodeImage(many)).rejects.toThrow(new DecodeError("JPEG has more than 100 scans"));
  });

  it("a PNG with two headers", async () => {
    const header = png.subarray(8, 33);
    const twice = Buffer.concat([png.subarray(0, 33), header, png.subarray(33)]);
    await expect(decodeImage(twice)).rejects.toThrow(new DecodeError("PNG is damaged (it declares its size twice)"));
  });

  it.each([
    ["8-bit RGB", 306],
    ["8-bit RGBA, interlaced", 415],
    ["1-bit grey", 27],
  ])("a PNG with too few or too many pixels: %s", async (name, bytes) => {
    const file = fileOf(name);
    const pixels = inflateSync(chunkOf(file, "IDAT"));
    expect(pixels.length).toBe(bytes);
    const held = (content: Uint8Array) => decodeImage(withChunk(file, "IDAT", deflateSync(content)));
    expect(await held(pixels)).toEqual(await decodeImage(file));
    await expect(held(pixels.subarray(1))).rejects.toThrow(
      new DecodeError(`PNG is damaged (it holds ${bytes - 1} bytes of pixels, its header calls for ${bytes})`),
    );
    await expect(held(Buffer.concat([pixels, Buffer.of(0)]))).rejects.toThrow(
      new DecodeError(`PNG is damaged (it holds more than ${bytes} bytes of pixels, its header calls for ${bytes})`),
    );
  });

  it("a PNG that would inflate to a hundred megabytes, without taking them", async () => {
    const file = fileOf("8-bit RGBA, interlaced");
    const bomb = withChunk(file, "IDAT", deflateSync(Buffer.alloc(100_000_000)));
    const before = process.memoryUsage().rss;
    await expect(decodeImage(bomb)).rejects.toThrow("PNG is damaged (it holds more than 415 bytes of pixels");
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  it("a PNG whose pixels do not inflate", async () => {
    const cut = deflateSync(Buffer.alloc(306)).subarray(0, 8);
    await expect(decodeImage(withChunk(png, "IDAT", cut))).rejects.toThrow(
      /^PNG is damaged \(its pixels do not inflate/,
    );
  });

  it.each([
    [0xc9, 8, "lossless, hierarchical or arithmetic-coded JPEG (SOF9) is not supported"],
    [0xc1, 12, "JPEG with 12 bits a sample is not supported; 8 are"],
  ])("a JPEG of a rare kind (marker 0x%x)", async (marker, precision, message) => {
    const rare = Uint8Array.from(jpeg);
    const frame = rare.findIndex((byte, i) => byte === 0xff && rare[i + 1] === 0xc0);
    rare[frame + 1] = marker;
    rare[frame + 4] = precision;
    await expect(decodeImage(rare)).rejects.toThrow(new DecodeError(message));
  });
});
