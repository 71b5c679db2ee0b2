/** saveReport: a page and its charts in a folder, where nothing is touched that no report has made. */

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { FileError, onFile } from "../file-error.js";
import { writeAtomically } from "../io/atomic-file.js";
import { checkWritable } from "../run/check-writable.js";
import { readJson } from "../run/run-json.js";
import type { Section } from "./page.js";

const PAGE = "report.html";

/** Lists what a report has made in its folder, as paths from there. */
const LIST = "report.json";

/** No other path is ever listed: whatever the list says, nothing else is removed. */
const OWN = /^(report\.html|charts\/[\w-]+\.svg)$/;

const list = v.object({
  files: v.array(
    v.pipe(
      v.string(),
      v.check((file) => OWN.test(file), "expected report.html or a chart"),
    ),
  ),
});

async function listed(folder: string): Promise<string[]> {
  const path = join(folder, LIST);
  return existsSync(path) ? (await readJson(path, list)).files : [];
}

async function writeList(folder: string, files: Iterable<string>): Promise<void> {
  await writeAtomically(join(folder, LIST), `${JSON.stringify({ files: [...files].sort() }, null, 2)}\n`);
}

/** @throws FileError when a file of a report's is there that no report has made, or none can be written */
async function checkOwn(folder: string, files: Iterable<string>): Promise<void> {
  const before = await listed(folder);
  for (const file of files) {
    const path = join(folder, file);
    await checkWritable(path);
    if (before.includes(file) || !existsSync(path)) continue;
    throw new FileError(path, "no report has made it: move it, or have the report written elsewhere");
  }
}

/**
 * Looks at the page's place before a minute is spent on what goes there.
 * @throws FileError as `saveReport` does
 */
export async function checkReportPlace(folder: string): Promise<void> {
  await checkOwn(folder, [PAGE]);
}

/**
 * Writes `charts/NAME.svg` for each chart of the sections, then `report.html`, and removes what other charts an earlier
 * report has made.
 * @returns the path of the page
 * @throws FileError when a file of one of these names is there that no report has made; nothing has been written then
 */
export async function saveReport(folder: string, text: string, sections: readonly Section[]): Promise<string> {
  const charts = sections.flatMap((section) => section.charts);
  const contents = new Map(charts.map(({ name, file }) => [`charts/${name}.svg`, file]));
  contents.set(PAGE, text);
  await checkOwn(folder, contents.keys());
  const before = await listed(folder);
  // Listed before it is there: an interrupted report can be made again.
  await writeList(folder, new Set([...before, ...contents.keys()]));
  for (const [file, content] of contents) await writeAtomically(join(folder, file), content);
  for (const file of before.filter((file) => !contents.has(file))) {
    const path = join(folder, file);
    await onFile(path, "removed", () => rm(path, { force: true }));
  }
  await writeList(folder, contents.keys());
  return join(folder, PAGE);
}
