/** Writes files that are made from others. */

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * @returns whether the file was another before; one that is the same is left alone, and so is its time, which watchers
 *   and tests go by
 */
export function writeGenerated(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return false;
  // Under a name of its own first: builds may run side by side, and nobody may see half a file.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
  return true;
}
