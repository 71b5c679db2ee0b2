/** pathsOf: the photographs that predict was asked about, one by one. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { onFile } from "../file-error.js";
import { printableName } from "../text.js";
import { printError } from "./print.js";

/** The lines of a list that are not empty. */
async function* linesOf(list: string): AsyncGenerator<string> {
  if (list !== "-") await onFile(list, "read", () => stat(list));
  const input = list === "-" ? process.stdin : createReadStream(list);
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await onFile(list, "read", () => lines.next());
    if (done) return;
    if (value !== "") yield value;
  }
}

/** Whether it is a folder; of what cannot be looked at, whoever reads it tells why. */
async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * The files that are named, and those in the folders that are named, unless they are no photographs: those are told of.
 * @throws Error at the end, when there was none
 */
export async function* pathsOf(paths: readonly string[], list: string | undefined): AsyncGenerator<string> {
  let none = true;
  for (const source of [paths, ...(list === undefined ? [] : [linesOf(list)])]) {
    for await (const path of expanded(source)) {
      none = false;
      yield path;
    }
  }
  if (none) throw new Error(`no photographs in ${[...paths, ...(list === undefined ? [] : [list])].join(", ")}`);
}

async function* expanded(paths: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  const { FolderWalk } = await import("../data/list-folder.js");
  for await (const path of paths) {
    if (!(await isFolder(path))) {
      yield path;
      continue;
    }
    const found = await new FolderWalk("predict").tree(path);
    for (const { file, reason } of found.skipped) printError(`skipped ${printableName(`${path}/${file}`)}: ${reason}`);
    for (const file of found.files) yield `${path}/${file}`;
  }
}

/** So many at a time; the last ones may be fewer. */
export async function* batchesOf(paths: AsyncIterable<string>, most: number): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const path of paths) {
    batch.push(path);
    if (batch.length < most) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
