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
import { checkLabelled, labelOf, listFaces } from "./face-folder.js";
import { listClasses } from "./image-folder.js";
import { FolderWalk } from "./list-folder.js";
import {
  checkMemory,
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
  /** Default: "folders" where the photographs lie in folders, "faces" where nearly all are called `NAME_0` or `NAME_1`. */
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

async function detectLayout(folder: string, walk: FolderWalk): Promise<FolderLayout> {
  const { files, folders } = await walk.open(folder);
  const labelled = files.find((file) => labelOf(file) !== undefined);
  if (labelled && folders.length > 0) {
    throw new Error(
      `openSplits: ${folder} holds files (${labelled}) and folders (${folders[0]}): say where the labels are by ` +
        'layout: "faces" (in the names of the files) or "folders" (in those of the folders)',
    );
  }
  if (folders.length > 0) return "folders";
  checkLabelled("openSplits", folder, files);
  return "faces";
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

/** What folders of photographs to train on, and of others to measure by, are called, in any case. */
const TRAINING = ["train", "training"];
const TESTING = ["test", "testing", "val", "valid", "validation"];

/** The folder that has the first of these names that there is, and the folders that have others. */
function named(folder: string, folders: readonly string[], names: readonly string[]) {
  const byRank = names.flatMap((name) => {
    const found = folders.filter((each) => each.toLowerCase() === name);
    if (found.length > 1) throw new Error(`openSplits: ${folder} has both "${found[0]}" and "${found[1]}": rename one`);
    return found;
  });
  return { taken: byRank[0], others: byRank.slice(1) };
}

/** @throws Error with the shapes that a folder may have, where nothing is in this one */
async function checkNotEmpty(folder: string, walk: FolderWalk): Promise<void> {
  const { files, folders } = await walk.open(folder);
  if (files.length > 0 || folders.length > 0) return;
  throw new Error(
    `openSplits: there are no photographs in ${folder}. A folder of photographs has one of three shapes: a folder for ` +
      "each class; photographs whose names end in _0 (not covered) or _1 (covered), as in 000041_1.jpg; or the folders " +
      "train and test, each of which has one of these two shapes",
  );
}

async function listSplits(folder: string, options: SplitsOptions): Promise<[train: Listing, test: Listing]> {
  const { testFraction, seed = 0 } = options;
  const walk = new FolderWalk("openSplits", options.signal);
  const { folders } = await walk.open(folder);
  const training = named(folder, folders, TRAINING);
  // Without photographs to train on, "valid" is a class, of which "invalid" is the other.
  const testing = named(folder, folders, training.taken ? TESTING : TESTING.filter((name) => name !== "valid"));
  if ((training.taken === undefined) !== (testing.taken === undefined)) {
    const [there, missing] = training.taken ? [training.taken, "test"] : [testing.taken, "train"];
    throw new Error(
      `openSplits: ${folder} has a folder "${there}" but no "${missing}": it needs both, or neither (it is split then)`,
    );
  }
  const root = training.taken ? `${folder}/${training.taken}` : folder;
  await checkNotEmpty(root, walk);
  const layout = options.layout ?? (await detectLayout(root, walk));
  const list = (path: string, classes?: readonly string[]) =>
    layout === "faces" ? listFaces(path, walk, options) : listClasses(path, walk, { ...options, classes });
  const train = await list(root);
  if (!training.taken) return stratify(train, testFraction ?? 0.25, seed);
  if (testFraction !== undefined) {
    throw new RangeError(
      `openSplits: testFraction is ${testFraction}, but ${folder} is split already: it has a folder "${testing.taken}"`,
    );
  }
  const test = await list(`${folder}/${testing.taken}`, train.classes);
  const unused = [...training.others, ...testing.others].map((name) => ({
    file: `../${name}`,
    reason: `not used: "${training.taken}" is for training and "${testing.taken}" for testing`,
  }));
  return [train, { ...test, skipped: [...test.skipped, ...unused] }];
}

/**
 * Opens `folder`/train and `folder`/test, in any case, also called `training`, and `testing`, `val`, `valid` or
 * `validation`; of several the first is taken, and `test.skipped` lists the others. Where there are none, splits the
 * folder: of each class (stratified), a random share is for testing, the same from the same seed.
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
  checkMemory("openSplits", total, options.size);
  const read = async (listing: Listing, before: number) =>
    new PhotoFolder(
      await readListing(listing, { ...options, onProgress: (done) => onProgress?.(before + done, total) }),
    );
  return { train: await read(train, 0), test: await read(test, train.files.length) };
}
