/** partsOf: which folders in a folder of photographs are its splits. */

import type { SkippedFile } from "./file-names.js";
import type { FolderWalk } from "./list-folder.js";

/** What folders of photographs are called, in any case, by what they are for. */
const TRAINING = ["train", "training"];
const VALIDATION = ["val", "valid", "validation"];
const TESTING = ["test", "testing"];

/** The folder that has the first of these names that there is. */
function named(folder: string, folders: readonly string[], names: readonly string[]) {
  const byRank = names.flatMap((name) => {
    const found = folders.filter((each) => each.toLowerCase() === name);
    if (found.length > 1) throw new Error(`openSplits: ${folder} has both "${found[0]}" and "${found[1]}": rename one`);
    return found;
  });
  return byRank[0];
}

/** The folders of a folder that is split already. */
export interface Parts {
  train: string;
  /** Only beside one to test on. */
  validation?: string;
  test: string;
  /** What is tested on is called as what is for validation, and there is nothing else for either. */
  testIsValidation: boolean;
  /** Other folders beside them. */
  others: string[];
}

/** Whether a folder is one class among others: it and one beside it hold photographs themselves. */
async function isClass(folder: string, name: string, folders: readonly string[], walk: FolderWalk): Promise<boolean> {
  const holds = async (each: string) => (await walk.look(`${folder}/${each}`)).files.length > 0;
  if (!(await holds(name))) return false;
  for (const other of folders) if (other !== name && (await holds(other))) return true;
  return false;
}

/**
 * Tells the splits among the folders in a folder by their names; undefined where it is no split at all.
 * @throws Error when there is a folder to train on, or to test on, but not both, and it is no class
 */
export async function partsOf(
  folder: string,
  folders: readonly string[],
  walk: FolderWalk,
): Promise<Parts | undefined> {
  const train = named(folder, folders, TRAINING);
  // Without photographs to train on, "valid" is a class, of which "invalid" is the other.
  const validation = named(folder, folders, train ? VALIDATION : VALIDATION.filter((name) => name !== "valid"));
  const testing = named(folder, folders, TESTING);
  const test = testing ?? validation;
  if (train && test) {
    const used = [train, validation, test];
    const others = folders.filter((name) => !used.includes(name));
    return { train, validation: testing && validation, test, testIsValidation: !testing, others };
  }
  const there = train ?? test;
  if (!there || (await isClass(folder, there, folders, walk))) return undefined;
  const missing = train ? "test" : "train";
  throw new Error(
    `openSplits: ${folder} has a folder "${there}" but no "${missing}": it needs both, or neither (it is split then)`,
  );
}

/** Whether one of the words of a name is among these. */
function says(name: string, words: readonly string[]): boolean {
  return name
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => words.includes(word));
}

/**
 * Refuses folders in which only folders lie, where these will be the classes: what a downloaded archive puts around all,
 * and splits under other names.
 * @throws Error with what to do
 */
export async function checkDepth(folder: string, folders: readonly string[], walk: FolderWalk): Promise<void> {
  const suspects = folders.filter(
    (name) => folders.length === 1 || says(name, [...TRAINING, ...VALIDATION, ...TESTING]),
  );
  const deeper: string[] = [];
  for (const name of suspects) {
    const inside = await walk.look(`${folder}/${name}`);
    if (inside.files.length === 0 && inside.folders.length > 0) deeper.push(name);
  }
  const otherwise = 'or say layout: "folders" if its name is that of a class';
  if (folders.length === 1 && deeper.length === 1) {
    throw new Error(
      `openSplits: ${folder} holds one folder, "${deeper[0]}", and that holds only folders: open ${folder}/${deeper[0]}, or ` +
        `move what is in it up, ${otherwise}`,
    );
  }
  const train = deeper.find((name) => says(name, TRAINING));
  const test = deeper.find((name) => name !== train && says(name, [...TESTING, ...VALIDATION]));
  if (!train || !test) return;
  throw new Error(
    `openSplits: in ${folder}, "${train}" and "${test}" hold only folders, as splits do: call them "train" and "test", ` +
      'or say layout: "folders" if their names are those of classes',
  );
}

/** Folders beside the splits that are not used, and why; `own` or `given` is for validation. */
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
