/** EXIF orientation: how the camera was held, and the turn that puts the photograph upright. */

import type { Image } from "./image.js";

const ORIENTATION_TAG = 0x0112;

/**
 * The orientation, 1 to 8, in the first directory of a TIFF block; 1 (upright) where there is none to be read.
 * A directory is a count and entries of 12 bytes: tag, type, count, value.
 * @see https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf, 4.6.4
 */
export function exifOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const littleEndian = tiff[0] === 0x49; // "II", Intel; "MM", Motorola, is big-endian
  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, littleEndian);
  for (let i = 0, entry = directory + 2; i < entries && entry + 12 <= tiff.length; i++, entry += 12) {
    if (view.getUint16(entry, littleEndian) !== ORIENTATION_TAG) continue;
    const orientation = view.getUint16(entry + 8, littleEndian);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

/**
 * The image turned and mirrored upright.
 * @param orientation 1 upright, 2 mirrored, 3 upside down, 4 flipped, 5 to 8 likewise with rows and columns swapped
 */
export function orient(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const swapped = orientation >= 5;
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const width = swapped ? image.height : image.width;
  const height = swapped ? image.width : image.height;
  // Where the upright image starts in the stored one, and the steps, in pixels, to its right and down.
  const start = (fromRight ? image.width - 1 : 0) + (fromBottom ? (image.height - 1) * image.width : 0);
  const alongRow = fromRight ? -1 : 1;
  const alongColumn = fromBottom ? -image.width : image.width;
  const [right, down] = swapped ? [alongColumn, alongRow] : [alongRow, alongColumn];

  const data = new Uint8Array(image.data.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = 3 * (start + y * down + x * right);
      for (let c = 0; c < 3; c++) data[target++] = image.data[source + c];
    }
  }
  return { width, height, data };
}
