/** saveReport: a page and its charts in a folder. */

import { join } from "node:path";
import { writeAtomically } from "../io/atomic-file.js";
import type { Section } from "./page.js";

/**
 * Writes `charts/NAME.svg` for each chart of the sections, then `report.html`.
 * @returns the path of the page
 */
export async function saveReport(folder: string, text: string, sections: readonly Section[]): Promise<string> {
  for (const { name, file } of sections.flatMap(({ charts }) => charts)) {
    await writeAtomically(join(folder, "charts", `${name}.svg`), file);
  }
  const path = join(folder, "report.html");
  await writeAtomically(path, text);
  return path;
}
