/** readPhotographs: files as the bytes that a net takes, one after the other. The threads of the pool run it. */

import { nodeModules } from "../node.js";
import { decodeImage } from "./decode.js";
import { type DecodeOptions, MAX_PIXELS } from "./image.js";
import { toPlanes } from "./image-to-tensor.js";
import { CacheEntry } from "./photograph-cache.js";
import { resize } from "./resize.js";

export interface Photograph {
  /** In the file, upright, before it was resized. */
  width: number;
  height: number;
  /** [3, size, size], all of its red, then green, then blue. */
  planes: Uint8Array;
}

/** A file that could not be read, and why. */
export interface Unreadable {
  reason: string;
}

export interface ReadOptions extends DecodeOptions {
  /** Every photograph is stretched to size × size pixels. */
  size: number;
  /** A folder that keeps what was decoded for the next time, by the content of the file and by size. */
  cache?: string;
}

/** @throws Error when the cache cannot be written: that is no fault of the photograph's */
async function readPhotograph(path: string, options: ReadOptions): Promise<Photograph | Unreadable> {
  const { size, cache, maxPixels = MAX_PIXELS } = options;
  const { readFile } = nodeModules("readPhotographs")("node:fs/promises");
  let entry: CacheEntry | undefined;
  let photograph: Photograph;
  try {
    const bytes = await readFile(path);
    if (cache !== undefined) entry = new CacheEntry(cache, bytes, size);
    const kept = await entry?.read();
    if (kept && kept.width * kept.height <= maxPixels) return kept;
    const image = await decodeImage(bytes, { maxPixels });
    photograph = { width: image.width, height: image.height, planes: new Uint8Array(3 * size * size) };
    toPlanes(resize(image, size, size), photograph.planes);
  } catch (error) {
    return { reason: (error as Error).message };
  }
  await entry?.write(photograph);
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
