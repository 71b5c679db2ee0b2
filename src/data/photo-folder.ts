/** PhotoFolder: photographs from a folder, read once into memory. What FaceFolder and ImageFolder have in common. */

import { nodeModules } from "../node.js";
import {
  aCount,
  aPath,
  aPlainObject,
  aSignal,
  aString,
  checkOptions,
  functions,
  instanceOf,
  type Kind,
  listOf,
  needed,
  type OptionKinds,
  oneOf,
  wholeFrom,
} from "../tensor/arguments.js";
import type { ResizeMode } from "./fit-image.js";
import { decodeKinds } from "./image.js";
import { datasetKinds, ImageDataset, type ImageDatasetOptions } from "./image-dataset.js";
import { anImageSize, bytesOf, formatImageShape, shapeOf } from "./image-shape.js";
import type { SkippedFile } from "./list-folder.js";
import type { ReadOptions } from "./photograph.js";
import { type ReadAllOptions, readAll } from "./read-all.js";

export interface PhotoFolderOptions extends ReadAllOptions {
  /** At most so many photographs, of each class its share, evenly spaced in its sorted list. Default: all. */
  limit?: number;
}

/** What a folder holds, before any photograph is read. */
export interface Listing {
  /** Who lists, for messages. */
  readonly who: string;
  readonly folder: string;
  readonly classes: readonly string[];
  /** Paths from the folder, sorted, and the class of each. */
  readonly files: readonly string[];
  readonly labels: readonly number[];
  /** What is no photograph or has no class, and links that lead in circles. */
  readonly skipped: readonly SkippedFile[];
}

/** What a `PhotoFolder` is made of. */
export type PhotoFolderData = ImageDatasetOptions &
  Pick<PhotoFolder, "folder" | "files" | "widths" | "heights" | "skipped">;

const KINDS: OptionKinds<PhotoFolderData> = {
  ...datasetKinds,
  folder: needed(aString),
  files: needed(listOf("a list of paths", aString)),
  widths: needed(instanceOf("an Int32Array", Int32Array)),
  heights: needed(instanceOf("an Int32Array", Int32Array)),
  skipped: needed(listOf("a list of files with reasons", aPlainObject as Kind<SkippedFile>)),
};

/** Photographs with their files. Each was decoded and resized once and is kept as bytes. */
export class PhotoFolder extends ImageDataset {
  /** The folder that was opened. */
  readonly folder: string;
  /** Paths from the folder, sorted; image i comes from `files[i]`. */
  readonly files: readonly string[];
  /** Width of each photograph in its file, upright, in pixels. */
  readonly widths: Int32Array;
  /** Height of each photograph in its file, upright, in pixels. */
  readonly heights: Int32Array;
  /**
   * What is not here, sorted, each with the reason: files that are no photographs by their names, links to folders that
   * are read anyway; with `onError: "skip"` also the files that cannot be read.
   */
  readonly skipped: readonly SkippedFile[];

  /** @param data photographs that have been read: `FaceFolder.open` and `ImageFolder.open` do so */
  constructor(data: PhotoFolderData) {
    checkOptions(new.target.name, data, KINDS);
    super(data);
    this.folder = data.folder;
    this.files = data.files;
    this.widths = data.widths;
    this.heights = data.heights;
    this.skipped = data.skipped;
  }

  /** Some of the photographs, in this order, with their files; `skipped` stays as it is. */
  override subset(indices: ArrayLike<number>): PhotoFolder {
    const { folder, skipped } = this;
    return new PhotoFolder({
      ...this.dataOf(indices),
      ...{ folder, skipped },
      files: Array.from(indices, (index) => this.files[index]),
      widths: Int32Array.from(indices, (index) => this.widths[index]),
      heights: Int32Array.from(indices, (index) => this.heights[index]),
    });
  }
}

/** Decoded photographs have no transparency left. */
const greyOrColor: Kind<1 | 3> = {
  expected: "1 (grey) or 3 (red, green, blue)",
  inKind: aCount.inKind,
  accepts: (value): value is 1 | 3 => value === 1 || value === 3,
};

export const folderKinds: OptionKinds<PhotoFolderOptions> = {
  size: needed(anImageSize),
  channels: greyOrColor,
  resize: oneOf<ResizeMode>("stretch", "crop", "pad"),
  cache: aPath,
  ...decodeKinds,
  workers: wholeFrom(0),
  onProgress: functions<(done: number, total: number) => void>(),
  signal: aSignal,
  onError: oneOf("throw", "skip"),
  limit: aCount,
};

/** Some of the listed files. */
export function select(listing: Listing, indices: ArrayLike<number>): Listing {
  return {
    ...listing,
    files: Array.from(indices, (index) => listing.files[index]),
    labels: Array.from(indices, (index) => listing.labels[index]),
  };
}

/** At most `limit` of the listed files, evenly spaced among those of each class, which keeps its share. */
export function limited(listing: Listing, limit = listing.files.length): Listing {
  const { length } = listing.files;
  if (limit >= length) return listing;
  // Class after class: where their files alternate, every second one would be of one class.
  const { labels } = listing;
  const byClass = [...labels.keys()].sort((a, b) => labels[a] - labels[b]);
  const chosen = Array.from({ length: limit }, (_, i) => byClass[Math.floor((i * length) / limit)]);
  return select(
    listing,
    chosen.sort((a, b) => a - b),
  );
}

function byFile(a: SkippedFile, b: SkippedFile): number {
  return a.file < b.file ? -1 : 1;
}

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
  const { who, folder, classes, files } = listing;
  const { size, channels } = options;
  checkMemory(who, files.length, options);
  const pixels = new Array<Uint8Array>(files.length);
  const widths = new Int32Array(files.length);
  const heights = new Int32Array(files.length);
  const paths = files.map((file) => `${folder}/${file}`);
  const failures = await readAll(paths, options, (index, { width, height, planes }) => {
    pixels[index] = planes;
    widths[index] = width;
    heights[index] = height;
  });
  const [first] = failures;
  if (first && (options.onError !== "skip" || failures.length === files.length)) {
    throw new Error(`${who}: cannot read ${paths[first.index]}: ${first.reason}`);
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
