/** ImageFolder: a folder with one folder of photographs for each class. */

import { aString, checkArgument, checkOptions, listOf, type OptionKinds } from "../tensor/arguments.js";
import { aPath } from "../tensor/kinds.js";
import { makeComplete } from "../tensor/known-names.js";
import { BESIDE, composed, type SkippedFile } from "./file-names.js";
import { FolderWalk } from "./list-folder.js";
import { type Listing, limited } from "./listing.js";
import { folderKinds, PhotoFolder, type PhotoFolderOptions } from "./photo-folder.js";
import { readListing } from "./read-listing.js";

export interface ImageFolderOptions extends PhotoFolderOptions {
  /** The classes by label: those of another split. Default: the names of the folders, sorted. */
  classes?: readonly string[];
}

const KINDS: OptionKinds<ImageFolderOptions> = { ...folderKinds, classes: listOf("a list of names", aString) };

const NO_CLASS = "it is none of the classes, and holds no photographs";

/** @throws Error when there is no folder, one that is none of the given classes, or a class without files to learn from */
export async function listClasses(folder: string, walk: FolderWalk, options: ImageFolderOptions): Promise<Listing> {
  const { files: beside, skipped: others, folders } = await walk.open(folder);
  if (folders.length === 0) throw new Error(`ImageFolder: ${folder} must hold a folder for each class, and has none`);
  const names = options.classes ?? [...new Set(folders.map(composed))].sort();
  const labelOf = new Map(names.map((name, label) => [composed(name), label]));
  const files: string[] = [];
  const labels: number[] = [];
  const skipped: SkippedFile[] = [...others, ...beside.map((file) => ({ file, reason: BESIDE }))];
  for (const name of folders) {
    const label = labelOf.get(composed(name));
    const found = await walk.branch(folder, name);
    if (label === undefined) {
      if (found.files.length > 0)
        throw new Error(`ImageFolder: ${folder}/${name} is none of the classes ${names.join(", ")}`);
      skipped.push({ file: name, reason: NO_CLASS }, ...found.skipped);
      continue;
    }
    // Of another split's classes, some may be missing here.
    if (found.files.length === 0 && !options.classes) {
      throw new Error(`ImageFolder: no files in ${folder}/${name}${whyNone(found.skipped)}`);
    }
    for (const file of found.files) {
      files.push(file);
      labels.push(label);
    }
    for (const other of found.skipped) skipped.push(other);
  }
  if (files.length === 0) throw new Error(`ImageFolder: no files in ${folder}${whyNone(skipped)}`);
  return { who: "ImageFolder", folder, classes: names, files, labels, skipped };
}

function whyNone([first]: readonly SkippedFile[]): string {
  return first ? ` but what is left out (${first.file}: ${first.reason})` : "";
}

/** Photographs in folders, one for each class; the folder's name is the name of the class. */
export class ImageFolder extends PhotoFolder {
  /**
   * Reads every file in the class folders and in the folders inside them, on several threads; files that are no photographs,
   * and files beside the class folders, are passed over. When it returns, everything is decoded: training never waits for a
   * file.
   * @throws Error naming the class folder that is empty or unknown, or the file that cannot be read, and why
   * @see torchvision.datasets.ImageFolder
   */
  static async open(folder: string, options: ImageFolderOptions): Promise<ImageFolder> {
    checkArgument("ImageFolder", "folder", folder, aPath);
    checkOptions("ImageFolder", options, KINDS);
    const listing = await listClasses(folder, new FolderWalk("ImageFolder.open", options.signal), options);
    return new ImageFolder(await readListing(limited(listing, options.limit), options));
  }
}

makeComplete(ImageFolder);
