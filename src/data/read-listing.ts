/** readListing: the photographs of a folder, once there is known to be room for them. */

import { nodeModules } from "../node.js";
import { bytesOf, formatImageShape, shapeOf } from "./image-shape.js";
import { collect, type Listing, pathsOf } from "./listing.js";
import type { PhotoFolderData, PhotoFolderOptions } from "./photo-folder.js";
import type { ReadOptions } from "./photograph.js";
import { readAll } from "./read-all.js";

/**
 * Refuses beforehand what the machine, or the container, has no memory for.
 * @throws RangeError with what the photographs will take
 */
export function checkMemory(who: string, photographs: number, { size, channels = 3 }: ReadOptions): void {
  const { totalmem } = nodeModules(who)("node:os");
  // 0 where there is no container, or one without a limit of its own.
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const shape = shapeOf(size, channels);
  const bytes = photographs * bytesOf(shape);
  if (bytes <= memory) return;
  const mb = (value: number) => `${(value / 1e6).toFixed(1)} MB`;
  throw new RangeError(
    `${who}: ${photographs} photographs of ${formatImageShape(shape)} bytes take ${mb(bytes)}, and there are ${mb(memory)} of ` +
      "memory: take a smaller size, or fewer photographs by limit",
  );
}

/**
 * Reads what is listed.
 * @throws Error naming the first file that cannot be read, and why; with `onError: "skip"`, when none can
 */
export async function readListing(listing: Listing, options: PhotoFolderOptions): Promise<PhotoFolderData> {
  checkMemory(listing.who, listing.files.length, options);
  return collect(listing, options, (onPhotograph) => readAll(pathsOf(listing), options, onPhotograph));
}
