/** What is looked at, and made, before a run begins: a folder in which nothing of others would be replaced. */

import { existsSync } from "node:fs";
import { access, constants, mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FileError, onFile } from "../file-error.js";
import { asArgument } from "../text.js";
import { dataSummary, readJson, sessions, skippedPhotographs } from "./run-json.js";

/** What training comes to. */
export const RESULTS = ["metrics.jsonl", "test.json", "result.json", "last.safetensors", "best.safetensors"];

/** Makes a folder, and those that it is in. */
export async function makeFolder(path: string): Promise<void> {
  await onFile(path, "made", () => mkdir(path, { recursive: true }), "No run was begun");
}

/** Makes a folder that was not there: of `base`, `base-2`, `base-3`, … the first that can be had. */
export async function makeNumbered(base: string): Promise<string> {
  await makeFolder(dirname(base));
  for (let number = 1; ; number++) {
    const path = number === 1 ? base : `${base}-${number}`;
    try {
      await onFile(path, "made", () => mkdir(path), "No run was begun");
      return path;
    } catch (error) {
      if (!existsSync(path)) throw error;
    }
  }
}

/** Looks, before anything long is begun, whether a folder is one, or can be made. @throws FileError */
export async function checkFolder(path: string): Promise<void> {
  if (!existsSync(path) && dirname(path) !== path) return checkFolder(dirname(path));
  if (!(await stat(path)).isDirectory()) {
    throw new FileError(path, "it is a file, and a run needs a folder: choose another --out");
  }
  await onFile(path, "written to", () => access(path, constants.W_OK), "No run was begun");
}

/** What is there before config.json: an interrupted start may have left it. */
const BEGINNING = { "data.json": dataSummary, "skipped.json": skippedPhotographs, "environment.json": sessions };

/** @throws Error when there is a run, or what was left of one, or a file of somebody else's that the run would replace */
export async function checkEmpty(path: string): Promise<void> {
  const resume = `--resume ${asArgument(path)}`;
  if (existsSync(join(path, "config.json"))) {
    throw new Error(`${path} holds a run already: go on with ${resume}, or choose another folder with --out`);
  }
  const left = RESULTS.filter((name) => existsSync(join(path, name)));
  if (left.length > 0) {
    throw new Error(
      `${path} holds ${left.join(", ")} of a run whose config.json is gone: put that back and go on with ` +
        `${resume}, or remove them, or choose another folder with --out`,
    );
  }
  for (const [name, schema] of Object.entries(BEGINNING)) {
    const file = join(path, name);
    if (!existsSync(file)) continue;
    await readJson<unknown>(file, schema).catch((cause) => {
      throw new FileError(file, "no run has written it, and one would replace it: choose another --out", { cause });
    });
  }
}
