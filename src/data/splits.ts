/** openSplits: photographs to train on and photographs to test on, from one folder. */

import {
  aPath,
  checkArgument,
  checkOptions,
  numberBetween,
  type OptionKinds,
  oneOf,
  wholeFrom,
} from "../tensor/arguments.js";
import { Generator } from "../tensor/random.js";
import { listFaces } from "./face-folder.js";
import { listClasses } from "./image-folder.js";
import { listFolder } from "./list-folder.js";
import {
  folderKinds,
  type Listing,
  limited,
  PhotoFolder,
  type PhotoFolderOptions,
  readListing,
  select,
} from "./photo-folder.js";

/** Where the label of a photograph is: at the end of its name (FaceFolder), or in the name of its folder (ImageFolder). */
export type FolderLayout = "faces" | "folders";

export interface SplitsOptions extends PhotoFolderOptions {
  /** Default: "folders" where the photographs lie in folders, "faces" where they do not. */
  layout?: FolderLayout;
  /** Share of each class that goes to the test split, where the folder has no split of its own. Default 0.25. */
  testFraction?: number;
  /** Decides which photographs these are. Default 0. */
  seed?: number;
}

const KINDS: OptionKinds<SplitsOptions> = {
  ...folderKinds,
  layout: oneOf("faces", "folders"),
  testFraction: numberBetween(0, 1),
  seed: wholeFrom(0),
};

/** Photographs to learn from, and others to measure by. */
export interface Splits {
  /** What to train on. */
  train: PhotoFolder;
  /** What to measure on. */
  test: PhotoFolder;
}

async function detectLayout(folder: string): Promise<FolderLayout> {
  const { files, folders } = await listFolder("openSplits", folder);
  if (files.length > 0 && folders.length > 0) {
    throw new Error(
      `openSplits: ${folder} holds files (${files[0]}) and folders (${folders[0]}): say where the labels are by ` +
        'layout: "faces" (in the names of the files) or "folders" (in those of the folders)',
    );
  }
  return folders.length > 0 ? "folders" : "faces";
}

/** Per class, a random `fraction` goes to the second listing, at least one and not all. */
function stratify(listing: Listing, fraction: number, seed: number): [train: Listing, test: Listing] {
  const generator = new Generator(seed);
  const chosen = new Set<number>();
  for (const [label, name] of listing.classes.entries()) {
    const members = [...listing.labels.keys()].filter((index) => listing.labels[index] === label);
    if (members.length < 2) {
      throw new Error(
        `openSplits: ${listing.folder} has ${members.length} of class "${name}"; to split it, there must be 2 or more`,
      );
    }
    const count = Math.min(Math.max(Math.round(fraction * members.length), 1), members.length - 1);
    // A stream for each class: photographs added to one leave the others where they were.
    for (const i of generator.fork(name).permutation(members.length).subarray(0, count)) chosen.add(members[i]);
  }
  const indices = [...listing.files.keys()];
  const test = select(
    listing,
    indices.filter((index) => chosen.has(index)),
  );
  // What has no label belongs to no split, and is told of once.
  return [
    select(
      listing,
      indices.filter((index) => !chosen.has(index)),
    ),
    { ...test, skipped: [] },
  ];
}

async function listSplits(folder: string, options: SplitsOptions): Promise<[train: Listing, test: Listing]> {
  const { testFraction, seed = 0 } = options;
  const { folders } = await listFolder("openSplits", folder);
  const [hasTrain, hasTest] = ["train", "test"].map((name) => folders.includes(name));
  if (hasTrain !== hasTest) {
    const [there, missing] = hasTrain ? ["train", "test"] : ["test", "train"];
    throw new Error(
      `openSplits: ${folder} has a folder "${there}" but no "${missing}": it needs both, or neither (it is split then)`,
    );
  }
  const root = hasTrain ? `${folder}/train` : folder;
  const layout = options.layout ?? (await detectLayout(root));
  const list = (path: string, classes?: readonly string[]) =>
    layout === "faces" ? listFaces(path, options) : listClasses(path, { ...options, classes });
  const train = await list(root);
  if (!hasTrain) return stratify(train, testFraction ?? 0.25, seed);
  if (testFraction !== undefined) {
    throw new RangeError(
      `openSplits: testFraction is ${testFraction}, but ${folder} is split already: it has a folder "test"`,
    );
  }
  return [train, await list(`${folder}/test`, train.classes)];
}

/**
 * Opens `folder`/train and `folder`/test. Where there are none, splits the folder: of each class (stratified), a random
 * share is for testing, the same from the same seed.
 * @param options `limit` is for each of the two; `onProgress` counts both together
 * @throws Error when the folder cannot be split, or a file cannot be read; it names the folder or the file
 * @throws RangeError on an option that is not possible
 */
export async function openSplits(folder: string, options: SplitsOptions): Promise<Splits> {
  checkArgument("openSplits", "folder", folder, aPath);
  checkOptions("openSplits", options, KINDS);
  const { limit, onProgress } = options;
  const [train, test] = (await listSplits(folder, options)).map((listing) => limited(listing, limit));
  const total = train.files.length + test.files.length;
  const read = async (listing: Listing, before: number) =>
    new PhotoFolder(
      await readListing(listing, { ...options, onProgress: (done) => onProgress?.(before + done, total) }),
    );
  return { train: await read(train, 0), test: await read(test, train.files.length) };
}
