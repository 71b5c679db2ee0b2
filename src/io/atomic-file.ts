/** writeAtomically: a file that is whole, whatever happens while it is written, and whoever else writes it. */

import { FileError, onFile } from "../file-error.js";
import { nodeModules } from "../node.js";

/** How the name of a file ends that is not whole yet. One that is found later is what an interrupted write left. */
const UNFINISHED = ".unfinished";

/** The system would put a file in the place of one. */
const NO_FILE = "it is a device or a pipe, and no file can take its place: choose another path";

/** Nothing takes so long to write without growing: what has not changed since is nobody's any more. */
const ABANDONED_MS = 3_600_000;

/**
 * Removes what interrupted writes of `path` have left.
 * @param untouchedMs for how long nobody has written to it; 0 where nobody else writes `path`
 */
export async function removeUnfinished(path: string, untouchedMs: number): Promise<void> {
  const find = nodeModules(`writing ${path}`);
  const { readdir, rm, stat } = find("node:fs/promises");
  const { basename, dirname, join } = find("node:path");
  const start = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(start) || !name.endsWith(UNFINISHED)) continue;
    const file = join(dirname(path), name);
    // One that is gone meanwhile has been finished, or removed by somebody else.
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
    // Of a time to come, where the clock has been put back since: as far away, it is as little of now.
    if (Math.abs(Date.now() - mtimeMs) >= untouchedMs) await rm(file, { force: true });
  }
}

/**
 * Writes under a name that no other write has, waits until the disk has it, and renames: at any moment, even that of a
 * crash, there is the old file or the new one, never a part of one; of several writers, the last one to finish wins.
 * Makes the folder where it is missing.
 * @param ready is called when the disk has all of it, before it takes the place of what was there: where it throws, that stays
 * @throws FileError when the system does not let it be written; the file that was there is as it was then
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  ready: () => Promise<void> = async () => {},
): Promise<void> {
  const find = nodeModules(`writing ${path}`);
  const { mkdir, open, rename, rm, stat, writeFile } = find("node:fs/promises");
  const folder = find("node:path").dirname(path);
  const unfinished = `${path}.${process.pid}-${find("node:crypto").randomBytes(6).toString("hex")}${UNFINISHED}`;
  const write = async () => {
    await mkdir(folder, { recursive: true });
    const there = await stat(path).catch(() => undefined);
    if (there && !there.isFile() && !there.isDirectory()) throw new FileError(path, NO_FILE);
    await removeUnfinished(path, ABANDONED_MS);
    try {
      await writeFile(unfinished, content, { flag: "wx", flush: true });
      await ready();
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    // The name is the folder's, which has to reach the disk as well. Windows opens no folders, and needs none opened.
    if (process.platform === "win32") return;
    const handle = await open(folder);
    await handle.sync().finally(() => handle.close());
  };
  await onFile(path, "written", write, "What was there before is as it was");
}
