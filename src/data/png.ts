/** PNG: the header is checked here, pngjs (loaded when first used) reads the rest, what is transparent becomes white. */

import type { PNG } from "pngjs";
import { checkDeclaredSize, DecodeError, type Image } from "./image.js";

/** Walks the chunks (length, type, content, checksum) to the last one. */
function findEnd(bytes: Uint8Array, view: DataView): number {
  for (let offset = 8; offset + 12 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    offset += 12 + view.getUint32(offset);
    if (type === "IEND" && offset <= bytes.length) return offset;
  }
  throw new DecodeError(`PNG is truncated: its ${bytes.length} bytes end before the closing IEND chunk`);
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
export async function decodePng(bytes: Uint8Array): Promise<Image> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(bytes, view);
  // The first chunk is the header: 8 bytes of signature, 8 of length and type, then width and height.
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  checkDeclaredSize("PNG", width, height, bytes.length);
  const { PNG } = await import("#pngjs");
  try {
    // Files often carry bytes after the last chunk; pngjs refuses them.
    return { width, height, data: onWhite(PNG.sync.read(toBuffer(bytes.subarray(0, end), PNG)).data) };
  } catch (error) {
    throw new DecodeError(`PNG is damaged (${(error as Error).message})`, { cause: error });
  }
}
