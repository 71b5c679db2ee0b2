/** writeAtomically: a file that is whole, whatever happens while it is written. */

import { nodeModules } from "../node.js";

/** What a file is called until it is whole. One that is found later is what an interrupted write left. */
export const UNFINISHED = ".unfinished";

/**
 * Writes under another name, waits until the disk has it, and renames: at any moment, even that of a crash, there is
 * the old file or the new one, never a part of one. Makes the folder where it is missing.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const find = nodeModules(`writing ${path}`);
  const { mkdir, open, rename, rm, writeFile } = find("node:fs/promises");
  const folder = find("node:path").dirname(path);
  await mkdir(folder, { recursive: true });
  const unfinished = path + UNFINISHED;
  try {
    await writeFile(unfinished, content, { flush: true });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  // The name is the folder's, which has to reach the disk as well. Windows opens no folders, and needs none opened.
  if (process.platform === "win32") return;
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}
