/** readPhotographs: files as the bytes that a net takes, one after the other. The threads of the pool run it. */

import type { Stats } from "node:fs";
import { systemReason } from "../file-error.js";
import { nodeModules } from "../node.js";
import { decodeImage } from "./decode.js";
import { DecodeError, type DecodeOptions, MAX_PIXELS } from "./decoding.js";
import { fitImage, type ResizeMode } from "./fit-image.js";
import type { Channels, Photograph } from "./image.js";
import { bytesOf, type ImageSize, shapeOf } from "./image-shape.js";
import { toPlanes } from "./image-to-tensor.js";
import { CacheEntry } from "./photograph-cache.js";

/** A file that could not be read, and why. */
export interface Unreadable {
  reason: string;
}

export interface ReadOptions extends DecodeOptions {
  /** Every photograph comes to size × size pixels, or to those of `{ width, height }`. */
  size: ImageSize;
  /** 3 (red, green, blue) or 1 (grey). Default 3. */
  channels?: Exclude<Channels, 4>;
  /** What becomes of a photograph of another shape: "stretch" (default), "crop" to its middle, or "pad" with black bars. */
  resize?: ResizeMode;
  /** A folder that keeps what was decoded for the next time, by the content of the file and by what is made of it. */
  cache?: string;
}

/** The most that a pixel takes in a file that does not compress it: a PNG with four samples of 16 bits. */
const BYTES_PER_PIXEL = 8;

/** Room for what else cameras put into a file: previews, colour profiles, a short film. */
const OTHER_BYTES = 64 * 2 ** 20;

/** @throws DecodeError for what is not to be read at all: devices, pipes, folders, and files beyond all measure */
function checkFile(file: Stats, maxPixels: number): void {
  if (!file.isFile()) throw new DecodeError("it is no regular file");
  const limit = BYTES_PER_PIXEL * maxPixels + OTHER_BYTES;
  if (file.size > limit) {
    throw new DecodeError(`its ${file.size} bytes are more than a photograph of ${maxPixels} pixels takes, ${limit}`);
  }
}

/** Whether the file is at fault, or the disk; nothing where it is the program, which is no reason to skip a photograph. */
function reasonOf(error: unknown): string | undefined {
  return error instanceof DecodeError ? error.message : systemReason(error);
}

/**
 * Reads at once, not by promises: they take 130 µs for a small file instead of 20, and the thread has nothing else to do.
 * @throws Error when the cache cannot be written: that is no fault of the photograph's
 */
async function readPhotograph(path: string, options: ReadOptions): Promise<Photograph | Unreadable> {
  const { size, channels = 3, resize = "stretch", cache, maxPixels = MAX_PIXELS } = options;
  const shape = shapeOf(size, channels);
  const { readFileSync, statSync } = nodeModules("readPhotographs")("node:fs");
  let entry: CacheEntry | undefined;
  let photograph: Photograph;
  try {
    checkFile(statSync(path), maxPixels);
    const bytes = readFileSync(path);
    if (cache !== undefined) entry = new CacheEntry(cache, bytes, shape, resize);
    const kept = entry?.read();
    if (kept && kept.width * kept.height <= maxPixels) return kept;
    const image = await decodeImage(bytes, { maxPixels });
    photograph = { width: image.width, height: image.height, planes: new Uint8Array(bytesOf(shape)) };
    toPlanes(fitImage(image, shape, resize), photograph.planes);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return { reason };
  }
  entry?.write(photograph);
  return photograph;
}

/** Work for one thread: a plain object, for it is copied there. */
export interface ReadTask {
  paths: readonly string[];
  options: ReadOptions;
}

/** Reads each file, or finds out why it cannot be read. */
export async function readPhotographs({ paths, options }: ReadTask): Promise<(Photograph | Unreadable)[]> {
  const results: (Photograph | Unreadable)[] = [];
  for (const path of paths) results.push(await readPhotograph(path, options));
  return results;
}
