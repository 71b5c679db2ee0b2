/** PNG: the chunks are checked here, pngjs (loaded when first used) reads them, what is transparent becomes white. */

import type { PNG } from "pngjs";
import { exifOrientation, orient } from "./exif.js";
import { checkDeclaredSize, checkLoaded, DecodeError, type DecodeOptions, type Image } from "./image.js";

/** Deflate packs at most 1032 bytes into one, and each of these may hold 8 pixels. */
const PIXELS_PER_BYTE = 8 * 1032;

/** Samples of a pixel, by the header's colour type. */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

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

interface Header {
  width: number;
  height: number;
  bitsPerPixel: number;
  interlaced: boolean;
  /** From the eXIf chunk; 1 without one. */
  orientation: number;
  /** Of the last chunk; files often carry bytes after it. */
  end: number;
  /** The contents of the chunks that hold the deflated pixels. */
  deflated: Uint8Array[];
}

/** Walks the chunks (length, type, content, checksum) to the last one. */
function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header: Header = {
    width: 0,
    height: 0,
    bitsPerPixel: 0,
    interlaced: false,
    orientation: 1,
    end: 0,
    deflated: [],
  };
  for (let offset = 8; offset + 12 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    const end = offset + 12 + view.getUint32(offset);
    if (end > bytes.length) break;
    if (type === "IHDR") {
      if (header.bitsPerPixel > 0) throw new DecodeError("PNG is damaged (it declares its size twice)");
      header.width = view.getUint32(offset + 8);
      header.height = view.getUint32(offset + 12);
      const [depth, colorType, , , interlace] = bytes.subarray(offset + 16);
      header.bitsPerPixel = depth * CHANNELS[colorType];
      header.interlaced = interlace === 1;
    } else if (type === "IDAT") header.deflated.push(bytes.subarray(offset + 8, end - 4));
    else if (type === "eXIf") header.orientation = exifOrientation(bytes.subarray(offset + 8, end - 4));
    else if (type === "IEND") return { ...header, end };
    offset = end;
  }
  throw new DecodeError(`PNG is truncated: its ${bytes.length} bytes end before the closing IEND chunk`);
}

/** Bytes that the deflated pixels must hold: rows of whole bytes, each with one that says how it was filtered. */
function inflatedBytes({ width, height, bitsPerPixel, interlaced }: Header): number {
  const passes = interlaced ? ADAM7 : [[0, 0, 1, 1]];
  let total = 0;
  for (const [x, y, dx, dy] of passes) {
    const [columns, rows] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    if (columns > 0 && rows > 0) total += rows * (1 + Math.ceil((columns * bitsPerPixel) / 8));
  }
  return total;
}

/**
 * Counts what the pixels inflate to without keeping it, for pngjs sets no limit to it where an image is interlaced, and
 * takes what there is where one is not.
 * @throws DecodeError when it is less or more than the header calls for
 */
async function checkInflated(header: Header): Promise<void> {
  const expected = inflatedBytes(header);
  let length = 0;
  const reader = new Blob(header.deflated as BlobPart[])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"))
    .getReader();
  try {
    for (let part = await reader.read(); !part.done && length <= expected; part = await reader.read()) {
      length += part.value.length;
    }
  } catch (error) {
    throw new DecodeError(`PNG is damaged (its pixels do not inflate: ${(error as Error).message})`, { cause: error });
  } finally {
    await reader.cancel().catch(() => {}); // it may have failed already
  }
  if (length === expected) return;
  const held = length < expected ? String(length) : `more than ${expected}`;
  throw new DecodeError(`PNG is damaged (it holds ${held} bytes of pixels, its header calls for ${expected})`);
}

/** c · α + white · (1 − α), rounded. */
function onWhite(rgba: Uint8Array): Uint8Array {
  const pixels = rgba.length / 4;
  const data = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const alpha = rgba[4 * i + 3];
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.round((rgba[4 * i + c] * alpha + 255 * (255 - alpha)) / 255);
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
  const header = readHeader(bytes);
  const { width, height, end } = header;
  checkDeclaredSize({ format: "PNG", width, height, pixelsPerByte: PIXELS_PER_BYTE }, bytes.length, options);
  await checkInflated(header);
  // By the default export: esbuild, where it splits, gives a package of CommonJS no other.
  const { PNG } = (await import("#pngjs")).default;
  checkLoaded("pngjs", PNG?.sync?.read);
  const data = onWhite(readPixels(toBuffer(bytes.subarray(0, end), PNG), PNG));
  return orient({ width, height, data }, header.orientation);
}

/** Only what pngjs throws is the file's fault. */
function readPixels(file: Buffer, Png: typeof PNG): Uint8Array {
  try {
    return Png.sync.read(file).data;
  } catch (error) {
    throw new DecodeError(`PNG is damaged (${(error as Error).message})`, { cause: error });
  }
}
