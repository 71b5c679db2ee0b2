/** JPEG: jpeg-segments.ts reads what the file says, and jpeg-js (loaded when first used) decodes it, written plainly. */

import type { decode as Decode } from "jpeg-js";
import { checkDeclaredSize, checkLoaded, DecodeError, type DecodeOptions, isVerdict } from "./decoding.js";
import { orient } from "./exif.js";
import type { Image } from "./image.js";
import { writePlainJpeg } from "./jpeg-plain.js";
import { type Jpeg, readJpeg } from "./jpeg-segments.js";

/** What jpeg-js takes for an image, and for small ones that are padded to whole blocks. */
const BYTES_PER_PIXEL = 30;
const LEAST_MEMORY_MB = 64;

/** A block of 8 × 8 pixels takes at least one bit. */
const PIXELS_PER_BYTE = 8 * 64;

/** What the segments of a file say, where its size can be. @throws DecodeError */
export function openJpeg(bytes: Uint8Array, options: DecodeOptions): Jpeg {
  const jpeg = readJpeg(bytes);
  const { width, height } = jpeg.frame;
  checkDeclaredSize({ format: "JPEG", width, height, pixelsPerByte: PIXELS_PER_BYTE }, bytes.length, options);
  return jpeg;
}

/** @throws DecodeError */
export async function decodeJpeg(bytes: Uint8Array, options: DecodeOptions): Promise<Image> {
  const jpeg = openJpeg(bytes, options);
  // By the default export: esbuild, where it splits, gives a package of CommonJS no other.
  const { decode } = (await import("jpeg-js")).default;
  return orient(decodePixels(bytes.length, jpeg, decode), jpeg.orientation);
}

/** @throws DecodeError for what jpeg-js says of the file */
function decodePixels(length: number, jpeg: Jpeg, decode: typeof Decode): Image {
  checkLoaded("jpeg-js", decode);
  const { width, height } = jpeg.frame;
  const options = {
    useTArray: true,
    formatAsRGBA: false,
    colorTransform: jpeg.transformed,
    maxResolutionInMP: Number.POSITIVE_INFINITY, // checked before
    maxMemoryUsageInMB: LEAST_MEMORY_MB + (width * height * BYTES_PER_PIXEL) / 2 ** 20,
  } as const;
  const plain = writePlainJpeg(jpeg);
  try {
    return decode(plain, options);
  } catch (error) {
    if (!isVerdict(error)) throw error;
    const message = jpeg.ended
      ? `JPEG is damaged or truncated (${error.message})`
      : `JPEG is truncated: its ${length} bytes end within the image data`;
    throw new DecodeError(message, { cause: error });
  }
}
