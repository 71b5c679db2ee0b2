/** FaceFolder: a folder of photographs whose names end in their label. */

import { checkArgument, checkOptions } from "../tensor/arguments.js";
import { aPath } from "../tensor/kinds.js";
import { makeComplete } from "../tensor/known-names.js";
import type { SkippedFile } from "./file-names.js";
import { FolderWalk } from "./list-folder.js";
import { type Listing, limited } from "./listing.js";
import { folderKinds, PhotoFolder, type PhotoFolderOptions } from "./photo-folder.js";
import { readListing } from "./read-listing.js";

const NO_LABEL = "the last character before the extension must be 0 (not covered) or 1 (covered), as in 000041_1.jpg";

/** 0 or 1, the last character of the name before its extension: `000041_1.jpg` is 1. Undefined where it is neither. */
export function labelOf(name: string): number | undefined {
  const label = /([01])\.[^.]+$/.exec(name)?.[1];
  return label === undefined ? undefined : Number(label);
}

/** A name that was given for its label, and does not just end in a digit, as every tenth number does. */
const LABELLED = /_[01]\.[^.]+$/;

/** Of so many names, one may be another. */
const ONE_OTHER_IN = 10;

/** @throws Error unless nearly all names are those of labelled faces, with what to do */
export function checkLabelled(who: string, folder: string, names: readonly string[]): void {
  const others = names.filter((name) => !LABELLED.test(name));
  if (others.length * ONE_OTHER_IN <= names.length) return;
  throw new Error(
    `${who}: ${folder} has no folders, and ${others.length} of its ${names.length} files (${others[0]}) are not named as ` +
      "labelled faces are: NAME_0.jpg (not covered) and NAME_1.jpg (covered). Put the photographs into a folder for each " +
      'class, or say layout: "faces" if the last character of a name is its label all the same',
  );
}

/** @throws Error naming the first file without a label, unless they are skipped; when there are no files */
export async function listFaces(folder: string, walk: FolderWalk, options: PhotoFolderOptions): Promise<Listing> {
  const { files: names, skipped: others } = await walk.open(folder);
  if (names.length === 0) throw new Error(`FaceFolder: no files in ${folder}`);
  const files: string[] = [];
  const labels: number[] = [];
  const skipped: SkippedFile[] = [...others];
  for (const name of names) {
    const label = labelOf(name);
    if (label !== undefined) {
      files.push(name);
      labels.push(label);
    } else if (options.onError === "skip") {
      skipped.push({ file: name, reason: `no label in its name: ${NO_LABEL}` });
    } else throw new Error(`FaceFolder: no label in the name of ${folder}/${name}: ${NO_LABEL}`);
  }
  if (files.length === 0) throw new Error(`FaceFolder: no labels in the names in ${folder}: ${NO_LABEL}`);
  return { who: "FaceFolder", folder, classes: ["not covered", "covered"], files, labels, skipped };
}

/** Photographs of faces, covered (1) or not (0); the label ends the name of the file. */
export class FaceFolder extends PhotoFolder {
  /**
   * Reads every file of a folder, on several threads; folders in it and files that are no photographs are passed over. When
   * it returns, everything is decoded: training never waits for a file.
   * @throws Error naming the file that has no label, or that cannot be read, and why
   */
  static async open(folder: string, options: PhotoFolderOptions): Promise<FaceFolder> {
    checkArgument("FaceFolder", "folder", folder, aPath);
    checkOptions("FaceFolder", options, folderKinds);
    const listing = await listFaces(folder, new FolderWalk("FaceFolder.open", options.signal), options);
    return new FaceFolder(await readListing(limited(listing, options.limit), options));
  }
}

makeComplete(FaceFolder);
