/** Listing: which photographs there are, some of them, and all of them once they are read. */

import type { SkippedFile } from "./file-names.js";
import type { Photograph } from "./image.js";
import type { PhotoFolderData, PhotoFolderOptions } from "./photo-folder.js";
import type { Failure } from "./read-all.js";

/** What a folder holds, before any photograph is read. */
export interface Listing {
  /** Who lists, for messages. */
  readonly who: string;
  /** Where the paths begin; "" where they are whole. */
  readonly folder: string;
  readonly classes: readonly string[];
  /** Paths from the folder, sorted, and the class of each. */
  readonly files: readonly string[];
  readonly labels: readonly number[];
  /** What is no photograph or has no class, and links that lead in circles. */
  readonly skipped: readonly SkippedFile[];
}

/** Some of the listed files. */
export function select(listing: Listing, indices: ArrayLike<number>): Listing {
  return {
    ...listing,
    files: Array.from(indices, (index) => listing.files[index]),
    labels: Array.from(indices, (index) => listing.labels[index]),
  };
}

/** Places of at most `limit` files, evenly spaced among those of each class, which keeps its share. */
export function evenly(labels: readonly number[], limit = labels.length): number[] {
  const { length } = labels;
  if (limit >= length) return [...labels.keys()];
  // Class after class: where their files alternate, every second one would be of one class.
  const byClass = [...labels.keys()].sort((a, b) => labels[a] - labels[b]);
  const chosen = Array.from({ length: limit }, (_, i) => byClass[Math.floor((i * length) / limit)]);
  return chosen.sort((a, b) => a - b);
}

/** At most `limit` of the listed files. */
export function limited(listing: Listing, limit?: number): Listing {
  return select(listing, evenly(listing.labels, limit));
}

function byFile(a: SkippedFile, b: SkippedFile): number {
  return a.file < b.file ? -1 : 1;
}

/** The whole path of each file. */
export function pathsOf({ folder, files }: Listing): string[] {
  return files.map((file) => (folder === "" ? file : `${folder}/${file}`));
}

/**
 * Puts together what is read of a listing.
 * @param read hands over each photograph, in any order, and tells which files it could not read
 * @throws Error naming the first file that cannot be read, and why; with `onError: "skip"`, when none can
 */
export async function collect(
  listing: Listing,
  { size, channels, onError }: Pick<PhotoFolderOptions, "size" | "channels" | "onError">,
  read: (onPhotograph: (index: number, photograph: Photograph) => void) => Promise<Failure[]>,
): Promise<PhotoFolderData> {
  const { who, folder, classes, files } = listing;
  const pixels = new Array<Uint8Array>(files.length);
  const widths = new Int32Array(files.length);
  const heights = new Int32Array(files.length);
  const failures = await read((index, { width, height, planes }) => {
    pixels[index] = planes;
    widths[index] = width;
    heights[index] = height;
  });
  const [first] = failures;
  if (first && (onError !== "skip" || failures.length === files.length)) {
    throw new Error(`${who}: cannot read ${pathsOf(listing)[first.index]}: ${first.reason}`);
  }
  const failed = new Set(failures.map(({ index }) => index));
  const kept = [...files.keys()].filter((index) => !failed.has(index));
  return {
    pixels: kept.map((index) => pixels[index]),
    labels: Int32Array.from(kept, (index) => listing.labels[index]),
    size,
    channels,
    classes,
    folder,
    files: kept.map((index) => files[index]),
    widths: Int32Array.from(kept, (index) => widths[index]),
    heights: Int32Array.from(kept, (index) => heights[index]),
    skipped: [...listing.skipped, ...failures.map(({ index, reason }) => ({ file: files[index], reason }))].sort(
      byFile,
    ),
  };
}
