/** imageFrom: what a page has pictures in, as an image: files, canvases, frames of a camera. */

import { checkArgument, checkOptions, type Kind } from "../tensor/arguments.js";
import { canvasPixels, opaque } from "./canvas-pixels.js";
import { decodeImage, formatOf } from "./decode.js";
import { DecodeError, type DecodeOptions, decodeKinds } from "./decoding.js";
import type { Image } from "./image.js";
import { decodeLargeJpeg, decodeOther, hasPlatformDecoder } from "./platform-decoder.js";

/** RGBA, as a canvas has it: an ImageData. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** What a canvas draws: a canvas or an ImageBitmap; an <img>; a <video>; a VideoFrame. */
type Drawable =
  | { readonly width: number; readonly height: number; getContext(kind: "2d"): unknown }
  | { readonly width: number; readonly height: number; close(): void }
  | { readonly naturalWidth: number; readonly naturalHeight: number }
  | { readonly videoWidth: number; readonly videoHeight: number }
  | { readonly displayWidth: number; readonly displayHeight: number };

/**
 * What a page has pictures in: a Blob (a File), an ImageData, a canvas, an ImageBitmap, an `<img>`, a `<video>` or a
 * VideoFrame.
 */
export type ImageSource = Blob | Pixels | Drawable;

/** What a `<video>`, an `<img>` and a VideoFrame call their own sizes; canvases and bitmaps have the plain names. */
const SIZES = [
  ["videoWidth", "videoHeight"],
  ["naturalWidth", "naturalHeight"],
  ["displayWidth", "displayHeight"],
] as const;

/** Width and height of what a canvas draws, in its own pixels; undefined for anything else. */
function sizeOfDrawable(value: unknown): [width: number, height: number] | undefined {
  const source = Object(value) as Record<string, unknown>;
  const names = SIZES.find(([width]) => width in source);
  if (names) return [Number(source[names[0]]), Number(source[names[1]])];
  const isDrawn = typeof source.getContext === "function" || typeof source.close === "function";
  return isDrawn && "width" in source ? [Number(source.width), Number(source.height)] : undefined;
}

function isPixels(value: unknown): value is Pixels {
  const { width, height, data } = Object(value) as Partial<Pixels>;
  return data instanceof Uint8ClampedArray && data.length === 4 * Number(width) * Number(height);
}

const anImageSource: Kind<ImageSource> = {
  expected: "a Blob, an ImageData, a canvas, an ImageBitmap, an <img>, a <video> or a VideoFrame",
  accepts: (value): value is ImageSource =>
    value instanceof Blob || isPixels(value) || sizeOfDrawable(value) !== undefined,
  hint: (value) => {
    if (value instanceof Uint8Array) return "decodeImage(…) makes an image of a file's bytes";
    if (typeof value === "string") return "fetch it, and give its blob()";
    return Object(value).data instanceof Uint8Array ? "it is an image already" : undefined;
  },
};

/** @throws DecodeError when the browser cannot read it, as a file that has been removed since it was chosen */
async function readBytes(blob: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new DecodeError(`it cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function fromBlob(blob: Blob, options: DecodeOptions): Promise<Image> {
  const bytes = await readBytes(blob);
  const format = formatOf(bytes);
  if (!hasPlatformDecoder() || format === undefined || format === "PNG") return decodeImage(bytes, options);
  const image = format === "JPEG" ? await decodeLargeJpeg(bytes, options) : await decodeOther(bytes, options);
  return image ?? decodeImage(bytes, options);
}

/**
 * The pixels of a picture in a page, in RGB: what is transparent is on white. Of files, PNG and small JPEGs are read as by
 * `decodeImage`, to the same bytes as in Node. JPEGs of 262,144 pixels and more are decoded by the browser, where there is
 * one, which is some times faster: turned as EXIF says, without any conversion of colours; they differ from Node's by how
 * halved colours are smoothed. Formats that only the browser knows (WebP, AVIF) are left to it. A size for a net is then
 * `resize`'s to make: browsers' own differ by up to 57 grey levels.
 * @param source of what it is; frames and bitmaps are the caller's to close
 * @returns height · width · 3 bytes
 * @throws DecodeError when a file is no image, damaged, or too large, or there is no picture yet
 * @throws ArgumentError when it is nothing of the kind
 */
export async function imageFrom(source: ImageSource, options: DecodeOptions = {}): Promise<Image> {
  checkArgument("imageFrom", "source", source, anImageSource);
  checkOptions("imageFrom", options, decodeKinds);
  if (source instanceof Blob) return fromBlob(source, options);
  if (isPixels(source)) return opaque(source);
  const [width, height] = sizeOfDrawable(source)!;
  if (width * height === 0) {
    throw new DecodeError(
      `there is no picture yet, it has ${width} × ${height} pixels: await an <img>'s decode(), or a <video>'s event "loadeddata"`,
    );
  }
  return canvasPixels(source as CanvasImageSource, width, height);
}
