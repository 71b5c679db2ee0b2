/** listFolder: the names in a folder, as the data folders see them. */

import { nodeModules } from "../node.js";

export interface Names {
  files: string[];
  folders: string[];
}

/**
 * Files and folders, links followed, each sorted; hidden ones are passed over.
 * @param who asks, for the message in a browser
 */
export async function listFolder(who: string, folder: string): Promise<Names> {
  const { readdir, stat } = nodeModules(who)("node:fs/promises");
  const names: Names = { files: [], folders: [] };
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const isFolder = (entry.isSymbolicLink() ? await stat(`${folder}/${entry.name}`) : entry).isDirectory();
    names[isFolder ? "folders" : "files"].push(entry.name);
  }
  // By code units: the same order in every language and on every system.
  names.files.sort();
  names.folders.sort();
  return names;
}

/** Paths of all files in a folder and in those inside it, sorted. */
export async function listTree(who: string, folder: string): Promise<string[]> {
  const { files, folders } = await listFolder(who, folder);
  for (const name of folders) {
    for (const file of await listTree(who, `${folder}/${name}`)) files.push(`${name}/${file}`);
  }
  return files.sort();
}
