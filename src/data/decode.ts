/** decodeImage: the bytes of a JPEG or PNG file as RGB pixels, in Node and in a browser the same. */

import { checkArgument, checkOptions } from "../tensor/arguments.js";
import { bytes as someBytes } from "../tensor/kinds.js";
import { DecodeError, type DecodeOptions, decodeKinds } from "./decoding.js";
import type { Image } from "./image.js";
import { decodeJpeg } from "./jpeg.js";
import { decodePng } from "./png.js";

type Signature = readonly [format: string, offset: number, text: string];

/** First bytes of the formats that photographs come in; "\xff" is the byte 255. */
const SIGNATURES: readonly Signature[] = [
  ["JPEG", 0, "\xff\xd8\xff"],
  ["PNG", 0, "\x89PNG\r\n\x1a\n"],
  ["WebP", 8, "WEBP"],
  ["GIF", 0, "GIF8"],
  ["BMP", 0, "BM"],
  ["TIFF", 0, "II*\0"],
  ["TIFF", 0, "MM\0*"],
  ["AVIF", 4, "ftypavi"],
  ["HEIC", 4, "ftyphei"],
  ["HEIC", 4, "ftypmif1"],
  ["JPEG XL", 0, "\xff\x0a"],
  ["JPEG XL", 4, "JXL "],
  ["JPEG 2000", 4, "jP  "],
  ["SVG", 0, "<svg"],
  ["XML or HTML", 0, "<"],
];

/** What the bytes look like, whatever the file is called. */
export function formatOf(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  return SIGNATURES.find(([, offset, text]) => head.startsWith(text, offset))?.[0];
}

/**
 * The pixels of a JPEG or PNG file, as a viewer shows them: turned as EXIF says, transparency on white, grey and CMYK
 * as RGB, 16 bits as 8. The first bytes decide the format; the name of a file is never asked.
 * @returns height · width · 3 bytes
 * @throws DecodeError when the bytes are another format, damaged, truncated, or declare more than they can hold.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  checkArgument("decodeImage", "bytes", bytes, someBytes);
  checkOptions("decodeImage", options, decodeKinds);
  if (bytes.length === 0) throw new DecodeError("the file is empty");
  const format = formatOf(bytes);
  if (format === "JPEG") return decodeJpeg(bytes, options);
  if (format === "PNG") return decodePng(bytes, options);
  if (format) throw new DecodeError(`${format} is not supported; JPEG and PNG are`);
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new DecodeError(`not an image: no known format starts with ${start}; JPEG and PNG are supported`);
}
