/** What a browser decodes in place of this library: large JPEGs, which it is some times faster at, and other formats. */

import { canvasPixels } from "./canvas-pixels.js";
import { DecodeError, type DecodeOptions, MAX_PIXELS } from "./decoding.js";
import { orient } from "./exif.js";
import type { Image } from "./image.js";
import { openJpeg } from "./jpeg.js";
import { writePlainJpeg } from "./jpeg-plain.js";

/** Smaller ones are decoded here, to the same bytes as in Node, in a quarter of a second at most. */
const LARGE = 2 ** 18;

/** Whether there is a decoder at all: Node has none. */
export function hasPlatformDecoder(): boolean {
  return typeof createImageBitmap === "function";
}

/** Colours are taken as they are in the file. Undefined where the browser cannot read it. */
async function decode(bytes: Uint8Array): Promise<Image | undefined> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes as BlobPart]), { colorSpaceConversion: "none" });
  } catch {
    return undefined;
  }
  try {
    return canvasPixels(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/**
 * The pixels of a large JPEG, upright; undefined where it is for `decodeJpeg`: it is small, or the browser cannot read it.
 * @throws DecodeError for what is no JPEG that can be read
 */
export async function decodeLargeJpeg(bytes: Uint8Array, options: DecodeOptions): Promise<Image | undefined> {
  const jpeg = openJpeg(bytes, options);
  const { width, height, components } = jpeg.frame;
  // What is cut off, in inks or in plain RGB, browsers take in different ways.
  const isCommon = jpeg.ended && jpeg.transformed && components.length < 4;
  if (width * height < LARGE || !isCommon) return undefined;
  // Written anew, it has neither a profile of colours nor an orientation that the browser might apply.
  const image = await decode(writePlainJpeg(jpeg));
  // Some browsers give back fewer pixels than there are.
  if (image?.width !== width || image.height !== height) return undefined;
  return orient(image, jpeg.orientation);
}

/**
 * The pixels of a file in a format that only the browser knows; undefined where it does not.
 * @throws DecodeError when there are too many
 */
export async function decodeOther(bytes: Uint8Array, { maxPixels = MAX_PIXELS }: DecodeOptions) {
  const image = await decode(bytes);
  if (image && image.width * image.height > maxPixels) {
    throw new DecodeError(`it has ${image.width} × ${image.height} pixels; the limit is ${maxPixels} pixels`);
  }
  return image;
}
