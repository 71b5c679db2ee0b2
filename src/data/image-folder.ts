/** ImageFolder: a folder with one folder of photographs for each class. */

import { aPath, aString, checkArgument, checkOptions, listOf, type OptionKinds } from "../tensor/arguments.js";
import { listFolder, listTree } from "./list-folder.js";
import {
  folderKinds,
  type Listing,
  limited,
  PhotoFolder,
  type PhotoFolderOptions,
  readListing,
} from "./photo-folder.js";

export interface ImageFolderOptions extends PhotoFolderOptions {
  /** The classes by label: those of another split. Default: the names of the folders, sorted. */
  classes?: readonly string[];
}

const KINDS: OptionKinds<ImageFolderOptions> = { ...folderKinds, classes: listOf("a list of names", aString) };

/** @throws Error when there is no folder, one that is none of the classes, or one without files */
export async function listClasses(folder: string, { classes }: ImageFolderOptions): Promise<Listing> {
  const { folders } = await listFolder("ImageFolder.open", folder);
  if (folders.length === 0) throw new Error(`ImageFolder: ${folder} must hold a folder for each class, and has none`);
  const names = classes ?? folders;
  const files: string[] = [];
  const labels: number[] = [];
  for (const name of folders) {
    const label = names.indexOf(name);
    if (label === -1) throw new Error(`ImageFolder: ${folder}/${name} is none of the classes ${names.join(", ")}`);
    const found = await listTree("ImageFolder.open", `${folder}/${name}`);
    if (found.length === 0) throw new Error(`ImageFolder: no files in ${folder}/${name}`);
    for (const file of found) {
      files.push(`${name}/${file}`);
      labels.push(label);
    }
  }
  return { who: "ImageFolder", folder, classes: names, files, labels, skipped: [] };
}

/** Photographs in folders, one for each class; the folder's name is the name of the class. */
export class ImageFolder extends PhotoFolder {
  /**
   * Reads every file in the class folders and in the folders inside them, on several threads; hidden files, and files
   * beside the class folders, are passed over. When it returns, everything is decoded: training never waits for a file.
   * @throws Error naming the class folder that is empty or unknown, or the file that cannot be read, and why
   * @see torchvision.datasets.ImageFolder
   */
  static async open(folder: string, options: ImageFolderOptions): Promise<ImageFolder> {
    checkArgument("ImageFolder", "folder", folder, aPath);
    checkOptions("ImageFolder", options, KINDS);
    return new ImageFolder(await readListing(limited(await listClasses(folder, options), options.limit), options));
  }
}
