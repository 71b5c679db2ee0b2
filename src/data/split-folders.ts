/** partsOf: which folders in a folder of photographs are its splits. */

import type { SkippedFile } from "./list-folder.js";

/** What folders of photographs are called, in any case, by what they are for. */
const TRAINING = ["train", "training"];
const VALIDATION = ["val", "valid", "validation"];
const TESTING = ["test", "testing"];

/** The folder that has the first of these names that there is, and the folders that have others. */
function named(folder: string, folders: readonly string[], names: readonly string[]) {
  const byRank = names.flatMap((name) => {
    const found = folders.filter((each) => each.toLowerCase() === name);
    if (found.length > 1) throw new Error(`openSplits: ${folder} has both "${found[0]}" and "${found[1]}": rename one`);
    return found;
  });
  return { taken: byRank[0], others: byRank.slice(1) };
}

/** The folders of a folder that is split already. */
export interface Parts {
  train: string;
  /** Only beside one to test on. */
  validation?: string;
  test: string;
  /** What is tested on is called as what is for validation, and there is nothing else for either. */
  testIsValidation: boolean;
  /** Other folders whose names are those of splits. */
  others: string[];
}

/**
 * Tells the splits among the folders in a folder by their names; undefined where it is no split at all.
 * @throws Error when there is a folder to train on, or to test on, but not both
 */
export function partsOf(folder: string, folders: readonly string[]): Parts | undefined {
  const training = named(folder, folders, TRAINING);
  // Without photographs to train on, "valid" is a class, of which "invalid" is the other.
  const validating = named(folder, folders, training.taken ? VALIDATION : VALIDATION.filter((n) => n !== "valid"));
  const testing = named(folder, folders, TESTING);
  const test = testing.taken ?? validating.taken;
  if (!training.taken && !test) return undefined;
  if (!training.taken || !test) {
    const [there, missing] = training.taken ? [training.taken, "test"] : [test, "train"];
    throw new Error(
      `openSplits: ${folder} has a folder "${there}" but no "${missing}": it needs both, or neither (it is split then)`,
    );
  }
  return {
    train: training.taken,
    validation: testing.taken && validating.taken,
    test,
    testIsValidation: !testing.taken,
    others: [...training.others, ...validating.others, ...testing.others],
  };
}

/** Folders with the name of a split that are not used as one, and why; `own` or `given` is for validation. */
export function unusedOf(
  { train, validation, test, others }: Parts,
  { own, given }: { own?: string; given?: string },
): SkippedFile[] {
  const names = validation && !own ? [...others, validation] : others;
  const validating = own ?? given;
  const roles = [
    `"${train}" is for training`,
    ...(validating ? [`"${validating}" for validation`] : []),
    `"${test}" for testing`,
  ];
  return names.map((name) => ({ file: `../${name}`, reason: `not used: ${new Intl.ListFormat("en").format(roles)}` }));
}
