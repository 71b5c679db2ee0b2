/** PhotoFolder: photographs with their files, read once into memory. What FaceFolder and ImageFolder have in common. */

import {
  aCount,
  aPlainObject,
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
import { aPath, aSignal } from "../tensor/kinds.js";
import { fixFields, makeComplete } from "../tensor/known-names.js";
import { decodeKinds } from "./decoding.js";
import type { SkippedFile } from "./file-names.js";
import type { ResizeMode } from "./fit-image.js";
import { datasetKinds, ImageDataset, type ImageDatasetOptions } from "./image-dataset.js";
import { anImageSize } from "./image-shape.js";
import type { ReadAllOptions } from "./read-all.js";

export interface PhotoFolderOptions extends ReadAllOptions {
  /** At most so many photographs, of each class its share, evenly spaced in its sorted list. Default: all. */
  limit?: number;
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
    fixFields(this);
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

makeComplete(PhotoFolder);

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
