/** droppedFiles: the files that were dropped on a page or chosen in it, with the folders that they lay in. */

import { checkArgument, type Kind } from "../tensor/arguments.js";

/** A file, and where it lay: "cats/1.jpg". Plain data: a page can post it to its worker. */
export interface DroppedFile {
  /** From the folder that was dropped on, its name included. */
  readonly path: string;
  /** What is in it. */
  readonly file: Blob;
}

/** A `File`. */
interface ChosenFile extends Blob {
  readonly name: string;
  /** "" where no folder was chosen. */
  readonly webkitRelativePath?: string;
}

/** A `FileSystemEntry`. */
interface Entry {
  readonly isDirectory: boolean;
  /** Begins with a slash. */
  readonly fullPath: string;
}

/** A `DataTransferItem`. */
interface Item {
  readonly kind: string;
  webkitGetAsEntry(): Entry | null;
}

interface FileEntry extends Entry {
  file(onFile: (file: Blob) => void, onError: (error: Error) => void): void;
}

interface FolderEntry extends Entry {
  createReader(): { readEntries(onEntries: (entries: Entry[]) => void, onError: (error: Error) => void): void };
}

/** What a page gets by a drop (`event.dataTransfer`, or its items) or by `<input type="file" webkitdirectory>` (its files). */
export type Drop = { readonly items: ArrayLike<Item> } | ArrayLike<Item | ChosenFile | Entry>;

type Dropped = Item | ChosenFile | Entry;

function isEntry(value: object): value is Entry {
  return "fullPath" in value;
}

function isDropped(value: unknown): value is Dropped {
  return value instanceof Blob || (value instanceof Object && (isEntry(value) || "webkitGetAsEntry" in value));
}

/** A list has items that are none of its own: `DataTransfer` has a list of them, `FileList` is one. */
function listOfDrop(drop: Drop): ArrayLike<Dropped> {
  return "items" in drop ? drop.items : drop;
}

const aDrop: Kind<Drop> = {
  expected: "what was dropped (event.dataTransfer), or chosen (the files of an <input>)",
  accepts: (value): value is Drop => {
    const list = Object(value).items ?? value;
    return list instanceof Object && "length" in list && Array.from(list).every(isDropped);
  },
  hint: (value) => (value instanceof Blob ? "of one file, write [file]" : undefined),
};

/** @throws Error naming the file or folder that the browser cannot read */
async function reading<T>(path: string, read: (done: (value: T) => void, fail: (error: Error) => void) => void) {
  try {
    return await new Promise(read);
  } catch (error) {
    throw new Error(`droppedFiles: ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function filesIn(entry: Entry): Promise<DroppedFile[]> {
  const path = entry.fullPath.replace(/^\//, "");
  if (!entry.isDirectory) {
    return [{ path, file: await reading(path, (done, fail) => (entry as FileEntry).file(done, fail)) }];
  }
  const reader = (entry as FolderEntry).createReader();
  const files: DroppedFile[] = [];
  // Browsers give about a hundred at a time, and none when that was all.
  for (;;) {
    const entries = await reading<Entry[]>(path, (done, fail) => reader.readEntries(done, fail));
    if (entries.length === 0) return files;
    for (const inner of entries) for (const file of await filesIn(inner)) files.push(file);
  }
}

/**
 * The files of a drop, those in folders and in the folders inside them included, sorted by their paths. To be called in
 * the event itself, before anything is awaited: afterwards the browser has forgotten what was dropped.
 * @param drop `event.dataTransfer`, or the files of an `<input type="file">`
 * @throws Error naming the file or folder that cannot be read
 */
export async function droppedFiles(drop: Drop): Promise<DroppedFile[]> {
  checkArgument("droppedFiles", "drop", drop, aDrop);
  // All of them are asked for at once: the list is empty after the event.
  const dropped = Array.from(listOfDrop(drop), (each) => ("webkitGetAsEntry" in each ? each.webkitGetAsEntry() : each));
  const files: DroppedFile[] = [];
  for (const each of dropped) {
    if (!each) continue; // a text, or a link
    if (isEntry(each)) files.push(...(await filesIn(each)));
    else files.push({ path: each.webkitRelativePath || each.name, file: each });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
