/** listSplits: which photographs of a folder are to train on, to validate on and to test on, before any is read. */

import { numberFrom, type OptionKinds, oneOf, wholeFrom } from "../tensor/arguments.js";
import { aPath, numberBetween } from "../tensor/kinds.js";
import { Generator } from "../tensor/random.js";
import { checkLabelled, labelOf, listFaces } from "./face-folder.js";
import type { SkippedFile } from "./file-names.js";
import { listClasses } from "./image-folder.js";
import type { Role } from "./keep-together.js";
import { FolderWalk } from "./list-folder.js";
import { type Listing, limited, select } from "./listing.js";
import { folderKinds, type PhotoFolderOptions } from "./photo-folder.js";
import { checkDepth, type Parts, partsOf, unusedOf } from "./split-folders.js";
import { stratify } from "./stratify.js";

/** Where the label of a photograph is: at the end of its name (FaceFolder), or in the name of its folder (ImageFolder). */
export type FolderLayout = "faces" | "folders";

export interface SplitsOptions extends PhotoFolderOptions {
  /** Default: "folders" where the photographs lie in folders, "faces" where nearly all are called `NAME_0` or `NAME_1`. */
  layout?: FolderLayout;
  /** Share of each class that goes to the test split, where the folder has no split of its own. Default 0.25. */
  testFraction?: number;
  /**
   * Share of each class of the training photographs that is kept out of them for validation. With 0, nothing is for
   * validation, not even a folder. Default: what is in `folder`/val, where there is one beside the one to test on;
   * otherwise 0.
   */
  valFraction?: number;
  /** Another folder, whose photographs are for validation; in the shape of the one to train on. */
  val?: string;
  /** Decides which photographs are for testing, and which for validation. Default 0. */
  seed?: number;
  /**
   * Photographs that `findDuplicates` calls the same one, where a share is drawn at random: "together" (default) keeps
   * them on one side, so that nothing is measured on what was trained on; "apart" draws each by itself, and saves the time
   * of looking for them.
   */
  duplicates?: "together" | "apart";
}

export const splitsKinds: OptionKinds<SplitsOptions> = {
  ...folderKinds,
  layout: oneOf("faces", "folders"),
  testFraction: numberBetween(0, 1),
  valFraction: numberFrom(0, 1),
  val: aPath,
  seed: wholeFrom(0),
  duplicates: oneOf("together", "apart"),
};

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

/** @throws Error naming the class that cannot be on both sides of a split */
function checkTwoOfEach({ folder, classes, labels }: Listing): void {
  for (const [label, name] of classes.entries()) {
    const count = labels.filter((each) => each === label).length;
    if (count >= 2) continue;
    throw new Error(`openSplits: ${folder} has ${count} of class "${name}"; to split it, there must be 2 or more`);
  }
}

/** Of each class, a random `fraction` goes to the second listing. */
function drawn(listing: Listing, fraction: number, generator: Generator): [rest: Listing, share: Listing] {
  const [rest, share] = stratify(listing.labels, listing.classes, fraction, generator);
  return [select(listing, rest), select(listing, share)];
}

/** @throws RangeError when a share is asked for of what is there already */
function checkShares(folder: string, parts: Parts | undefined, { testFraction, valFraction, val }: SplitsOptions) {
  if (parts && testFraction !== undefined) {
    throw new RangeError(
      `openSplits: testFraction is ${testFraction}, but ${folder} is split already: it has a folder "${parts.test}"`,
    );
  }
  if (valFraction === undefined) return;
  if (val !== undefined) {
    throw new RangeError(`openSplits: valFraction is ${valFraction}, and val is ${val}: leave out one of the two`);
  }
  if (parts?.validation && valFraction > 0) {
    throw new RangeError(
      `openSplits: valFraction is ${valFraction}, but ${folder} has a folder for validation, "${parts.validation}"; 0 ` +
        "does without",
    );
  }
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

/** The photographs of a folder, before any is read. */
export interface SplitListings {
  /** Those of one folder, and what each is for: all to train on, or some of them drawn to be kept out. */
  drawn: Listing;
  roles: ReadonlyMap<string, Role>;
  /** Folders of their own. */
  validation?: Listing;
  test?: Listing;
  /** Folders that are not used. */
  unused: SkippedFile[];
}

/** @param keep the share for validation where neither options nor folder say anything of it */
export async function listSplits(folder: string, options: SplitsOptions, keep: number): Promise<SplitListings> {
  const { testFraction = 0.25, valFraction, val, limit, seed = 0 } = options;
  const walk = new FolderWalk("openSplits", options.signal);
  const parts = await partsOf(folder, (await walk.open(folder)).folders, walk);
  checkShares(folder, parts, options);
  const root = parts ? `${folder}/${parts.train}` : folder;
  await checkNotEmpty(root, walk);
  const layout = options.layout ?? (await detectLayout(root, walk));
  if (!options.layout) await checkDepth(root, (await walk.look(root)).folders, walk);
  const list = (path: string, classes?: readonly string[]) =>
    layout === "faces" ? listFaces(path, walk, options) : listClasses(path, walk, { ...options, classes });
  const all = await list(root);
  if (!parts) checkTwoOfEach(all);
  const test = parts && limited(await list(`${folder}/${parts.test}`, all.classes), limit);
  const own = val === undefined && valFraction === undefined ? parts?.validation : undefined;
  const unused = parts ? unusedOf(parts, { own, given: val }) : [];
  const given = own === undefined ? val : `${folder}/${own}`;
  const validation = given === undefined ? undefined : limited(await list(given, all.classes), limit);

  const [learning, forTest] = parts ? [all, undefined] : drawn(all, testFraction, new Generator(seed));
  const roles = new Map<string, Role>();
  const assign = (role: Role, listing: Listing | undefined) => {
    for (const file of listing?.files ?? []) roles.set(file, role);
  };
  const train = limited(learning, limit);
  assign("train", train);
  assign("test", forTest && limited(forTest, limit));
  const fraction = validation ? 0 : (valFraction ?? (parts?.testIsValidation ? 0 : keep));
  if (fraction > 0) {
    const [, forValidation] = drawn(train, fraction, new Generator(seed).fork("validation"));
    if (forValidation.files.length === 0) {
      throw new Error(
        `openSplits: ${root} has no class with two photographs to train on, of which one could be kept for validation; ` +
          "valFraction: 0 does without",
      );
    }
    assign("validation", forValidation);
  }
  const places = [...all.files.keys()].filter((i) => roles.has(all.files[i]));
  return { drawn: select(all, places), roles, validation, test, unused };
}
