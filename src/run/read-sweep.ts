/** readSweep: a sweep file, checked down to the options of its trials. */

import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { inFile, onFile } from "../file-error.js";
import { withAbsolutePaths } from "./config.js";
import { configOf, type Sweep, sweepOf } from "./sweep-file.js";
import { settingsOf } from "./sweep-space.js";

/**
 * Reads a sweep file. Its paths start from its own folder, wherever it is read.
 * @param data where the photographs are on this machine. Default: where the file says
 * @throws FileError naming each field, and each option, that is wrong
 */
export async function readSweep(path: string, { data }: { data?: string } = {}): Promise<Sweep> {
  const text = await onFile(path, "read", () => readFile(path, "utf8"));
  try {
    const { base, ...given } = sweepOf(JSON.parse(text));
    const own = withAbsolutePaths(base, dirname(path));
    const sweep = { ...given, base: data === undefined ? own : { ...own, ...withAbsolutePaths({ data }) } };
    for (const setting of settingsOf(sweep)) configOf(sweep, setting, sweep.seeds[0]);
    return sweep;
  } catch (error) {
    throw inFile(path, error);
  }
}
