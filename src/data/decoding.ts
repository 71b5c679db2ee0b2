/** What decoders share: their options, the error for what is no image, and the check before memory is taken for one. */

import { aCount, type OptionKinds } from "../tensor/arguments.js";

export const decodeKinds: OptionKinds<DecodeOptions> = { maxPixels: aCount };

/** Thrown for bytes that are no image, or none that can be read; the message says why. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

export interface DecodeOptions {
  /**
   * Larger images are refused before any memory is taken for them; decoding takes up to 30 bytes a pixel. Default
   * 50,000,000, about the largest photograph of today's cameras.
   */
  maxPixels?: number;
}

export const MAX_PIXELS = 50_000_000;

/** What a header says of an image. */
export interface Declared {
  format: string;
  width: number;
  height: number;
  /** What the format at its best packs into a byte of the file. */
  pixelsPerByte: number;
}

/**
 * Refuses the size that a header declares when it is empty, too large, or more than the file can hold.
 * @throws DecodeError
 */
export function checkDeclaredSize(declared: Declared, fileBytes: number, options: DecodeOptions): void {
  const { format, width, height, pixelsPerByte } = declared;
  const { maxPixels = MAX_PIXELS } = options;
  const declares = `${format} declares ${width} × ${height} pixels`;
  if (width === 0 || height === 0) throw new DecodeError(`${declares}: it is empty`);
  if (width * height > maxPixels) throw new DecodeError(`${declares}; the limit is ${maxPixels} pixels`);
  if (width * height > fileBytes * pixelsPerByte) {
    throw new DecodeError(`${declares}, more than its ${fileBytes} bytes can hold`);
  }
}

/**
 * Says that a decoder is not there, before its absence can pass for damage of a photograph.
 * @throws TypeError
 */
export function checkLoaded(name: string, decoder: unknown): void {
  if (typeof decoder !== "function") throw new TypeError(`${name} does not export its decoder: the bundle has lost it`);
}

/**
 * Whether a decoder has found a file to be wrong: it says so by bare errors. Any other, a TypeError for one, comes of a
 * mistake in a program.
 */
export function isVerdict(error: unknown): error is Error {
  return error instanceof Error && error.name === "Error";
}
