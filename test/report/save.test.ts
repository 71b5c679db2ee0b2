/** A report's files: what an earlier report has made is replaced, and nothing else is. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { html } from "../../src/report/html.js";
import type { Section } from "../../src/report/page.js";
import { checkReportPlace, saveReport } from "../../src/report/save.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
});
afterAll(() => rm(root, { recursive: true }));

/** A section with charts of these names. */
function sections(...names: string[]): Section[] {
  const charts = names.map((name) => ({ name, title: name, svg: "<svg/>", file: `<svg id="${name}"/>` }));
  return [{ id: "a", title: "A", charts: charts as unknown as Section["charts"], body: html`<p>a</p>` }];
}

const all = async (folder: string) => (await readdir(folder, { recursive: true })).sort();

it("are replaced by the next report, and removed where it has no such chart", async () => {
  const folder = join(root, "own");
  await saveReport(folder, "first", sections("loss", "roc"));
  await writeFile(join(folder, "charts/mine.svg"), "mine");
  await writeFile(join(folder, "mine.html"), "mine");
  expect(await saveReport(folder, "second", sections("loss", "f1"))).toBe(join(folder, "report.html"));
  const names = [
    "charts",
    "charts/f1.svg",
    "charts/loss.svg",
    "charts/mine.svg",
    "mine.html",
    "report.html",
    "report.json",
  ];
  expect(await all(folder)).toEqual(names);
  expect(await readFile(join(folder, "report.html"), "utf8")).toBe("second");
});

it.each(["report.html", "charts/loss.svg"])(
  "a %s that no report has made stays, and nothing is written",
  async (file) => {
    const folder = await mkdtemp(join(root, "others-"));
    await mkdir(join(folder, "charts"));
    await writeFile(join(folder, file), "mine");
    const before = await all(folder);
    await expect(saveReport(folder, "text", sections("loss"))).rejects.toThrow(
      `${join(folder, file)}: no report has made it: move it, or have the report written elsewhere`,
    );
    expect(await all(folder)).toEqual(before);
    expect(await readFile(join(folder, file), "utf8")).toBe("mine");
  },
);

it("the page's place is looked at before anything is measured", async () => {
  const folder = await mkdtemp(join(root, "early-"));
  await expect(checkReportPlace(join(folder, "new"))).resolves.toBeUndefined();
  await writeFile(join(folder, "file"), "");
  const beside = join(folder, "file", "report.html");
  await expect(checkReportPlace(join(folder, "file"))).rejects.toThrow(`${beside}: it cannot be written, as`);
  await saveReport(folder, "first", sections("loss"));
  await expect(checkReportPlace(folder)).resolves.toBeUndefined();
  await rm(join(folder, "report.json"));
  await expect(checkReportPlace(folder)).rejects.toThrow("report.html: no report has made it");
});

it("a list that was edited removes nothing else", async () => {
  const folder = await mkdtemp(join(root, "edited-"));
  await writeFile(join(folder, "config.json"), "{}");
  for (const [files, message] of [
    ['["config.json"]', 'files.0: expected report.html or a chart, got "config.json": was it edited?'],
    ['["charts/../config.svg"]', "files.0: "],
    ["7", "files: expected Array, got 7"],
  ]) {
    await writeFile(join(folder, "report.json"), `{ "files": ${files} }`);
    await expect(saveReport(folder, "text", sections("loss"))).rejects.toThrow(join(folder, `report.json: ${message}`));
  }
  expect(await all(folder)).toEqual(["config.json", "report.json"]);
});
