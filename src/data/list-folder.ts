/** FolderWalk: the files and folders in a folder, as the data folders see them. */

import type { BigIntStats } from "node:fs";
import { FileError, onFile } from "../file-error.js";
import { nodeModules } from "../node.js";
import { LEFT_BY_SYSTEMS, NO_PHOTOGRAPH, PHOTOGRAPH, type SkippedFile } from "./file-names.js";

interface Names {
  files: string[];
  folders: string[];
}

/**
 * Files and folders, links followed, each sorted; what systems leave is passed over. A link that leads nowhere counts as
 * a file, to be told of when it is read.
 * @param who asks, for messages
 * @throws FileError when the folder cannot be listed
 */
async function listFolder(who: string, folder: string): Promise<Names> {
  const { readdir, stat } = nodeModules(who)("node:fs/promises");
  const names: Names = { files: [], folders: [] };
  const isFolder = (await onFile(folder, "listed", () => stat(folder))).isDirectory();
  if (!isFolder) throw new FileError(folder, "it is a file, and no folder of photographs");
  const entries = await onFile(folder, "listed", () => readdir(folder, { withFileTypes: true }));
  for (const entry of entries) {
    if (LEFT_BY_SYSTEMS.test(entry.name)) continue;
    const target = entry.isSymbolicLink() ? await stat(`${folder}/${entry.name}`).catch(() => entry) : entry;
    names[target.isDirectory() ? "folders" : "files"].push(entry.name);
  }
  // By code units: the same order in every language and on every system.
  names.files.sort();
  names.folders.sort();
  return names;
}

/** Files that may be photographs, and what was left out, as paths from the folder that was walked. */
export interface Walked {
  files: string[];
  skipped: SkippedFile[];
}

/** The same of one folder alone, with the names of the folders in it. */
export interface Opened extends Walked {
  folders: string[];
}

/**
 * Walks folders, each of them once, whatever links lead to it. A link to a folder inside one that was opened is never
 * followed, for the walk comes there by itself; another link is, if it leads to a folder that was not walked yet.
 */
export class FolderWalk {
  readonly #who: string;
  readonly #signal: AbortSignal | undefined;
  readonly #opened = new Set<string>();
  readonly #walked = new Set<string>();

  /**
   * @param who asks, for messages
   * @param signal ends the walk, by throwing its reason
   */
  constructor(who: string, signal?: AbortSignal) {
    this.#who = who;
    this.#signal = signal;
  }

  /**
   * What lies in a folder itself; its folders are to be walked, or not, as branches.
   * @throws Error naming the folder when it cannot be listed
   */
  async open(folder: string): Promise<Opened> {
    const names = await this.#list(folder);
    const { realpath, stat } = nodeModules(this.#who)("node:fs/promises");
    this.#opened.add(await realpath(folder));
    this.#walked.add(identityOf(await stat(folder, { bigint: true })));
    return names;
  }

  /** What lies in a folder itself, which does not count as walked. */
  async look(folder: string): Promise<Opened> {
    return this.#list(folder);
  }

  /** The files in a folder and in those inside it. */
  async tree(folder: string): Promise<Walked> {
    return this.#inside(folder, await this.open(folder));
  }

  async #inside(folder: string, { files, skipped, folders }: Opened): Promise<Walked> {
    for (const name of folders) {
      const branch = await this.branch(folder, name);
      for (const file of branch.files) files.push(file);
      for (const other of branch.skipped) skipped.push(other);
    }
    return { files: files.sort(), skipped };
  }

  /** The tree of the folder `name` in a folder, unless it is walked already; paths start at the outer folder. */
  async branch(folder: string, name: string): Promise<Walked> {
    const path = `${folder}/${name}`;
    const reason = await this.#whyNot(path);
    if (reason) return { files: [], skipped: [{ file: name, reason }] };
    const { files, skipped } = await this.#inside(path, await this.#list(path));
    return {
      files: files.map((file) => `${name}/${file}`),
      skipped: skipped.map(({ file, reason }) => ({ file: `${name}/${file}`, reason })),
    };
  }

  async #list(folder: string): Promise<Opened> {
    this.#signal?.throwIfAborted();
    const { files, folders } = await listFolder(this.#who, folder);
    const others = files.filter((file) => !PHOTOGRAPH.test(file));
    return {
      files: files.filter((file) => PHOTOGRAPH.test(file)),
      skipped: others.map((file) => ({ file, reason: NO_PHOTOGRAPH })),
      folders,
    };
  }

  /** The reason not to walk a folder; undefined where there is none, and the folder counts as walked from now on. */
  async #whyNot(folder: string): Promise<string | undefined> {
    const { lstat, realpath, stat } = nodeModules(this.#who)("node:fs/promises");
    if ((await lstat(folder)).isSymbolicLink()) {
      const target = await realpath(folder);
      const inside = [...this.#opened].some((opened) => `${target}/`.startsWith(`${opened}/`));
      if (inside) return `a link to ${target}, which is read by itself`;
    }
    // An inode of Windows may have more bits than a number holds.
    const identity = identityOf(await stat(folder, { bigint: true }));
    if (this.#walked.has(identity)) return "a link to a folder that is read already";
    this.#walked.add(identity);
    return undefined;
  }
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev} ${ino}`;
}
