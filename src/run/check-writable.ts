/** checkWritable: whether a file can be written, before the work that is to go into it. */

import { existsSync } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FileError, onFile } from "../file-error.js";

/** The folder of a path that is there: the nearest of those that it is in. */
function nearest(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === dirname(folder) ? folder : nearest(folder);
}

/**
 * @param path of a file that may be there
 * @throws FileError when it is a folder, or the system will not let a file be written there
 */
export async function checkWritable(path: string): Promise<void> {
  if (existsSync(path) && (await stat(path)).isDirectory()) {
    throw new FileError(path, "it is a folder, and a file is to be written: give the name of one");
  }
  const folder = nearest(path);
  if (!(await stat(folder)).isDirectory()) {
    throw new FileError(path, `it cannot be written, as ${folder} is a file and no folder`);
  }
  await onFile(path, "written", () => access(folder, constants.W_OK));
}
