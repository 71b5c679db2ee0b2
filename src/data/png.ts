/** PNG: png-chunks.ts reads what the file says, pngjs (loaded when first used) decodes it, what is transparent becomes white. */

import type { PNG } from "pngjs";
import { concatBytes } from "../concat-bytes.js";
import { checkDeclaredSize, checkLoaded, DecodeError, type DecodeOptions, isVerdict } from "./decoding.js";
import { deflateEnd } from "./deflate-end.js";
import { orient } from "./exif.js";
import type { Image } from "./image.js";
import { type Png, readPng, writePng } from "./png-chunks.js";

/** Deflate packs at most 1032 bytes into one, and each of these may hold 8 pixels. */
const PIXELS_PER_BYTE = 8 * 1032;

/** Where the seven passes of an interlaced image start, and their steps: x, y, dx, dy. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** Bytes that the deflated pixels must hold: rows of whole bytes, each with one that says how it was filtered. */
function inflatedBytes({ width, height, depth, channels, interlaced }: Png): number {
  const passes = interlaced ? ADAM7 : [[0, 0, 1, 1]];
  let total = 0;
  for (const [x, y, dx, dy] of passes) {
    const [columns, rows] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    if (columns > 0 && rows > 0) total += rows * (1 + Math.ceil((columns * depth * channels) / 8));
  }
  return total;
}

/** At most one part more than `most` bytes. */
async function inflateUpTo(most: number, deflated: Uint8Array): Promise<Uint8Array> {
  const inflated = new Blob([deflated as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = inflated.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (let part = await reader.read(); !part.done && length <= most; part = await reader.read()) {
      parts.push(part.value);
      length += part.value.length;
    }
  } finally {
    await reader.cancel().catch(() => {}); // it may have failed already
  }
  return concatBytes(parts);
}

/**
 * The filtered pixels. They are inflated here and not by pngjs, which sets no limit to it where an image is interlaced,
 * and takes what there is where one is not.
 * @throws DecodeError when they are less or more than the header calls for
 */
async function inflatePixels(png: Png): Promise<Uint8Array> {
  const expected = inflatedBytes(png);
  const inflate = (deflated: Uint8Array) => inflateUpTo(expected, deflated);
  const pixels = await inflate(png.deflated)
    .catch((error) => {
      // Browsers and newer Nodes take bytes behind the end for damage.
      const end = deflateEnd(png.deflated);
      if (end === undefined || end === png.deflated.length) throw error;
      return inflate(png.deflated.subarray(0, end));
    })
    .catch((error: Error) => {
      throw new DecodeError(`PNG is damaged (its pixels do not inflate: ${error.message})`, { cause: error });
    });
  if (pixels.length === expected) return pixels;
  const held = pixels.length < expected ? String(pixels.length) : `more than ${expected}`;
  throw new DecodeError(`PNG is damaged (it holds ${held} bytes of pixels, its header calls for ${expected})`);
}

/** c · α + white · (1 − α), rounded; of 16 bits the upper 8, as Pillow takes them. */
function onWhite(rgba: ArrayLike<number>, bits: number): Uint8Array {
  const pixels = rgba.length / 4;
  const data = new Uint8Array(pixels * 3);
  const [scale, shift] = bits < 8 ? [255 / (2 ** bits - 1), 0] : [1, bits - 8];
  for (let i = 0; i < pixels; i++) {
    const alpha = scale * (rgba[4 * i + 3] >> shift);
    for (let c = 0; c < 3; c++) {
      const value = scale * (rgba[4 * i + c] >> shift);
      data[3 * i + c] = Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return data;
}

/**
 * The bytes in a Buffer, which pngjs insists on. In a browser it brings a Buffer of its own and shows it only in the
 * images that it makes.
 */
function toBuffer(bytes: Uint8Array, Png: typeof PNG): Buffer {
  const { data } = new Png({ width: 1, height: Math.ceil(bytes.length / 4) });
  data.set(bytes);
  // Not subarray, which gives a bare Uint8Array in a browser.
  return data.slice(0, bytes.length);
}

/** @throws DecodeError @see https://www.w3.org/TR/png-3/ */
export async function decodePng(bytes: Uint8Array, options: DecodeOptions): Promise<Image> {
  const png = readPng(bytes);
  const { width, height, depth, paletted, orientation } = png;
  checkDeclaredSize({ format: "PNG", width, height, pixelsPerByte: PIXELS_PER_BYTE }, bytes.length, options);
  const plain = writePng(png, await inflatePixels(png));
  // By the default export: esbuild, where it splits, gives a package of CommonJS no other.
  const { PNG } = (await import("#pngjs")).default;
  checkLoaded("pngjs", PNG?.sync?.read);
  const data = onWhite(readPixels(toBuffer(plain, PNG), PNG), paletted ? 8 : depth);
  return orient({ width, height, data }, orientation);
}

/** @throws DecodeError for what pngjs says of the file */
function readPixels(file: Buffer, Png: typeof PNG): ArrayLike<number> {
  try {
    return Png.sync.read(file, { checkCRC: false, skipRescale: true }).data;
  } catch (error) {
    if (!isVerdict(error)) throw error;
    throw new DecodeError(`PNG is damaged (${error.message})`, { cause: error });
  }
}
