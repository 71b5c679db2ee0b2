/** saveReport: a page and its charts in a folder. */

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../io/atomic-file.js";
import type { Section } from "./page.js";

/**
 * Writes `charts/NAME.svg` for each chart of the sections, then `report.html`, and removes what other charts an earlier
 * report has left in `charts`.
 * @returns the path of the page
 */
export async function saveReport(folder: string, text: string, sections: readonly Section[]): Promise<string> {
  const charts = new Map(sections.flatMap((section) => section.charts).map(({ name, file }) => [`${name}.svg`, file]));
  for (const [name, file] of charts) await writeAtomically(join(folder, "charts", name), file);
  const path = join(folder, "report.html");
  await writeAtomically(path, text);
  const stale = (await readdir(join(folder, "charts"))).filter((name) => name.endsWith(".svg") && !charts.has(name));
  for (const name of stale) await rm(join(folder, "charts", name));
  return path;
}
