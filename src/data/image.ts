/** An image in memory, and the check that every decoder makes before it takes memory for one. */

/** 8-bit RGB, three bytes a pixel, row by row from the top left. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Thrown for bytes that are no image, or none that can be read; the message says why. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/** About the largest photograph of today's cameras; decoding takes up to 30 bytes a pixel. */
const MAX_PIXELS = 50_000_000;

/** A PNG with 8 pixels a byte, deflated at its limit of 1032 to 1, packs the most; JPEG stays far below. */
const MAX_PIXELS_PER_BYTE = 8 * 1032;

/**
 * Refuses the size that a header declares when it is empty, too large, or more than the file can hold.
 * @throws DecodeError
 */
export function checkDeclaredSize(format: string, width: number, height: number, fileBytes: number): void {
  const declares = `${format} declares ${width} × ${height} pixels`;
  if (width === 0 || height === 0) throw new DecodeError(`${declares}: it is empty`);
  if (width * height > MAX_PIXELS) throw new DecodeError(`${declares}; the limit is ${MAX_PIXELS} pixels`);
  if (width * height > fileBytes * MAX_PIXELS_PER_BYTE) {
    throw new DecodeError(`${declares}, more than its ${fileBytes} bytes can hold`);
  }
}
