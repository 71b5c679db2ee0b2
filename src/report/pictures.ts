/** Pictures for a page, as data: thumbnails of photographs, and what goes into the page itself. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeImage } from "../data/decode.js";
import type { Image } from "../data/image.js";
import { imageToRgba } from "../data/image-to-rgba.js";
import type { PhotoFolder } from "../data/photo-folder.js";
import { resize } from "../data/resize.js";
import { onFile } from "../file-error.js";

/** Longer side of a thumbnail, in pixels. */
const THUMBNAIL = 128;

/** A photograph from its file, not larger than a thumbnail: as people see it, not squeezed as the net does. */
export async function thumbnail({ folder, files }: PhotoFolder, index: number): Promise<Image> {
  const path = join(folder, files[index]);
  const image = await decodeImage(await onFile(path, "read", () => readFile(path)));
  const scale = Math.min(1, THUMBNAIL / Math.max(image.width, image.height));
  const side = (n: number) => Math.max(1, Math.round(n * scale));
  return resize(image, side(image.width), side(image.height));
}

function dataUri(type: string, bytes: Uint8Array): string {
  return `data:image/${type};base64,${Buffer.from(bytes).toString("base64")}`;
}

/** For photographs, and what is laid over them: a tenth of the bytes of a PNG. */
export async function jpegUri(image: Image): Promise<string> {
  const { encode } = (await import("jpeg-js")).default;
  return dataUri("jpeg", encode({ ...image, data: imageToRgba(image) }, 85).data);
}

/** For pictures of a few pixels, each of which counts. */
export async function pngOf(image: Image): Promise<Uint8Array> {
  const { PNG } = (await import("#pngjs")).default;
  const png = new PNG({ width: image.width, height: image.height });
  png.data.set(imageToRgba(image));
  return PNG.sync.write(png);
}

export async function pngUri(image: Image): Promise<string> {
  return dataUri("png", await pngOf(image));
}
