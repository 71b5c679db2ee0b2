/** readPng: what the chunks of a PNG file say. writePng: the chunks that its decoder needs, and no others. */

import { concatBytes } from "../concat-bytes.js";
import { DecodeError } from "./decoding.js";
import { exifOrientation } from "./exif.js";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const PALETTE = 3;

/** By the header's colour type: samples of a pixel, and the bits that each of them may have. */
const COLOR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  [PALETTE]: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

export interface Png {
  width: number;
  height: number;
  /** Bits of a sample. */
  depth: number;
  /** Samples of a pixel. */
  channels: number;
  /** Whether the samples are places in the palette. */
  paletted: boolean;
  interlaced: boolean;
  /** From the eXIf chunk; 1 without one. */
  orientation: number;
  /** The content of the header, of the palette, and of what says which colours are transparent. */
  header: Uint8Array;
  palette: Uint8Array | undefined;
  transparency: Uint8Array | undefined;
  /** The deflated pixels, from all of their chunks. */
  deflated: Uint8Array;
}

function damaged(what: string): DecodeError {
  return new DecodeError(`PNG is damaged (${what})`);
}

/** Remainders of each byte, for the checksum. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

/** @see https://www.w3.org/TR/png-3/#5CRC-algorithm */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = REMAINDERS[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The contents of the chunks that are used, by type; of the pixels there may be several. Their checksums are right. */
function readChunks(bytes: Uint8Array): Map<string, Uint8Array[]> {
  const used = new Map<string, Uint8Array[]>(["IHDR", "PLTE", "tRNS", "eXIf", "IDAT"].map((type) => [type, []]));
  const view = viewOf(bytes);
  for (let offset = SIGNATURE.length; offset + 12 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    const end = offset + 12 + view.getUint32(offset);
    if (end > bytes.length) break;
    if (type === "IEND") return used;
    const contents = used.get(type);
    // What begins with a small letter may be passed over by who does not know it.
    if (!contents && type < "a") throw damaged(`it has a chunk ${type}, which no standard knows`);
    if (contents) {
      if (crc32(bytes.subarray(offset + 4, end - 4)) !== view.getUint32(end - 4)) {
        throw damaged(`the checksum of its ${type} is wrong`);
      }
      contents.push(bytes.subarray(offset + 8, end - 4));
    }
    offset = end;
  }
  throw new DecodeError(`PNG is truncated: its ${bytes.length} bytes end before the closing IEND chunk`);
}

/** @throws DecodeError @see https://www.w3.org/TR/png-3/ */
export function readPng(bytes: Uint8Array): Png {
  const chunks = readChunks(bytes);
  const contentsOf = (type: string) => chunks.get(type)!;
  const [header, second] = contentsOf("IHDR");
  if (second) throw damaged("it declares its size twice");
  if (header?.length !== 13) throw damaged("it does not declare its size");
  const [depth, colorType, compression, filter, interlace] = header.subarray(8);
  const { channels, depths } = COLOR_TYPES[colorType] ?? {};
  if (!channels || !depths?.includes(depth) || compression > 0 || filter > 0 || interlace > 1) {
    throw damaged(`its header has bytes ${header.subarray(8).join(" ")}, which mean nothing`);
  }
  const paletted = colorType === PALETTE;
  const [palette] = paletted ? contentsOf("PLTE") : [];
  if (paletted && !palette) throw damaged("it has no palette");
  // What has transparent pixels of its own needs no colour for it.
  const [transparency] = channels % 2 === 1 ? contentsOf("tRNS") : [];
  if (transparency && !paletted && transparency.length !== 2 * channels)
    throw damaged("its transparent colour is none");
  return {
    width: viewOf(header).getUint32(0),
    height: viewOf(header).getUint32(4),
    depth,
    channels,
    paletted,
    interlaced: interlace === 1,
    orientation: exifOrientation(contentsOf("eXIf")[0] ?? new Uint8Array()),
    header,
    palette,
    transparency,
    deflated: concatBytes(contentsOf("IDAT")),
  };
}

/** Its reader checks no checksums: what is written here was checked. */
function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  viewOf(bytes).setUint32(0, content.length);
  bytes.set(
    Array.from(type, (letter) => letter.charCodeAt(0)),
    4,
  );
  bytes.set(content, 8);
  return bytes;
}

/** Bytes in a zlib stream as they are. */
function stored(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  const BLOCK = 0xffff;
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const block = bytes.subarray(start, start + BLOCK);
    const { length } = block;
    parts.push(Uint8Array.of(start + BLOCK >= bytes.length ? 1 : 0, length, length >> 8, ~length, ~length >> 8), block);
  }
  // Adler-32: the sum of the bytes, and the sum of these sums.
  let [sum, sums] = [1, 0];
  for (const byte of bytes) {
    sum = (sum + byte) % 65521;
    sums = (sums + sum) % 65521;
  }
  return concatBytes([...parts, Uint8Array.of(sums >> 8, sums, sum >> 8, sum)]);
}

/** The same image, its pixels not deflated. Colours that the palette lacks are black, as other readers have them. */
export function writePng({ header, palette, transparency, depth }: Png, pixels: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [SIGNATURE, chunk("IHDR", header)];
  if (palette) {
    const colors = new Uint8Array(3 * 2 ** depth);
    colors.set(palette.subarray(0, colors.length));
    parts.push(chunk("PLTE", colors));
  }
  if (transparency) parts.push(chunk("tRNS", palette ? transparency.subarray(0, 2 ** depth) : transparency));
  return concatBytes([...parts, chunk("IDAT", stored(pixels)), chunk("IEND", new Uint8Array())]);
}
