/** listFolder: the names in a folder, as the data folders see them. */

import { nodeModules } from "../node.js";

export interface Names {
  files: string[];
  folders: string[];
}

/**
 * Files and folders, links followed, each sorted; hidden ones are passed over. A link that leads nowhere counts as a file,
 * to be told of when it is read.
 * @param who asks, for messages
 * @throws Error naming the folder when it cannot be listed
 */
export async function listFolder(who: string, folder: string): Promise<Names> {
  const { readdir, stat } = nodeModules(who)("node:fs/promises");
  const names: Names = { files: [], folders: [] };
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw new Error(`${who}: cannot list ${folder}: ${error.message}`, { cause: error });
  });
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const target = entry.isSymbolicLink() ? await stat(`${folder}/${entry.name}`).catch(() => entry) : entry;
    names[target.isDirectory() ? "folders" : "files"].push(entry.name);
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
