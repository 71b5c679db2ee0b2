/** openSplits: photographs to train on, to validate on and to test on, from one folder. */

import { checkArgument, checkOptions } from "../tensor/arguments.js";
import { aPath } from "../tensor/kinds.js";
import { Generator } from "../tensor/random.js";
import { findDuplicates } from "./duplicates.js";
import { keepTogether, type Role } from "./keep-together.js";
import { listSplits, type SplitsOptions, splitsKinds } from "./list-splits.js";
import type { Listing } from "./listing.js";
import { PhotoFolder, type PhotoFolderData } from "./photo-folder.js";
import { checkMemory, readListing } from "./read-listing.js";

/** Photographs to learn from, and others to measure by. */
export interface Splits {
  /** What to train on. */
  train: PhotoFolder;
  /** What to choose by: the best epoch, when to stop. */
  validation?: PhotoFolder;
  /** What to measure on. */
  test: PhotoFolder;
}

/**
 * The photographs for one thing.
 * @param roles of each photograph
 * @param drawn roles of files that could not be read; what is no photograph is told of with those to train on
 */
function partOf(data: PhotoFolderData, role: Role, roles: readonly Role[], drawn: ReadonlyMap<string, Role>) {
  const places = [...roles.keys()].filter((i) => roles[i] === role);
  const pixels = data.pixels as readonly Uint8Array[];
  return {
    ...data,
    pixels: places.map((i) => pixels[i]),
    files: places.map((i) => data.files[i]),
    labels: Int32Array.from(places, (i) => data.labels[i]),
    widths: Int32Array.from(places, (i) => data.widths[i]),
    heights: Int32Array.from(places, (i) => data.heights[i]),
    skipped: data.skipped.filter(({ file }) => (drawn.get(file) ?? "train") === role),
  };
}

/**
 * Opens the photographs of `openSplits`, which `keep` nothing for validation that it was not told to.
 * @param keep share of each class to be kept for validation where neither options nor folder say anything of it
 */
export async function readSplits(folder: string, options: SplitsOptions, keep: number): Promise<Splits> {
  checkArgument("openSplits", "folder", folder, aPath);
  checkOptions("openSplits", options, splitsKinds);
  const { onProgress, seed = 0, duplicates = "together" } = options;
  const { drawn, roles, validation, test, unused } = await listSplits(folder, options, keep);
  const listings = [drawn, ...(validation ? [validation] : []), ...(test ? [test] : [])];
  const total = listings.reduce((sum, { files }) => sum + files.length, 0);
  checkMemory("openSplits", total, options);
  let before = 0;
  const read = async (listing: Listing) => {
    const start = before;
    before += listing.files.length;
    return readListing(listing, { ...options, onProgress: (done) => onProgress?.(start + done, total) });
  };
  const data = await read(drawn);
  const byChance = data.files.map((file) => roles.get(file)!);
  checkReadable(data, byChance, roles);
  const settled =
    duplicates === "apart" || new Set(byChance).size === 1
      ? byChance
      : keepTogether(byChance, data.labels, duplicatesIn(data), new Generator(seed).fork("duplicates"));
  const part = (role: Role) => partOf(data, role, settled, roles);
  const validating = validation ? await read(validation) : settled.includes("validation") && part("validation");
  const testing = test ? await read(test) : part("test");
  return {
    train: new PhotoFolder(part("train")),
    validation: validating ? new PhotoFolder(validating) : undefined,
    test: new PhotoFolder({ ...testing, skipped: [...testing.skipped, ...unused] }),
  };
}

/** @throws Error when no photograph is left for one of the roles */
function checkReadable({ folder, skipped }: PhotoFolderData, roles: readonly Role[], drawn: ReadonlyMap<string, Role>) {
  for (const { file, reason } of skipped) {
    const role = drawn.get(file);
    if (role && !roles.includes(role)) {
      throw new Error(`openSplits: no photograph of ${folder} for ${role} can be read, first ${file}: ${reason}`);
    }
  }
}

/** Places of photographs that are the same one. */
function duplicatesIn(data: PhotoFolderData): number[][] {
  return findDuplicates({ all: new PhotoFolder(data) }).map(({ images }) => images.map(({ index }) => index));
}

/**
 * Opens `folder`/train and `folder`/test, in any case, also called `training` and `testing`, and `folder`/val where it is
 * there, also called `valid` or `validation`; without one to test on, that is tested on. Of several for one purpose the
 * first is taken, and `test.skipped` lists the others. Where there are none, splits the folder: of each class
 * (stratified), a random share is for testing, the same from the same seed.
 * @param options `limit` is for each split, the photographs for training together with those that are kept out of them;
 * `onProgress` counts all together
 * @throws Error when the folder cannot be split, or a file cannot be read; it names the folder or the file
 * @throws RangeError on an option that is not possible
 */
export async function openSplits(folder: string, options: SplitsOptions): Promise<Splits> {
  return readSplits(folder, options, 0);
}
