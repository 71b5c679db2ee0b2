/** As fuzz.test.ts, many more times, and for report and compare, too. */

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { writeComparison } from "../../src/report/comparison.js";
import { writeReport } from "../../src/report/run-report.js";
import { fuzzRunFolder, goOn, RESUMED, readWhole, shortRun } from "./fuzz-json.js";

let root: string;
let path: string;
/** The same run, to compare it with. */
let other: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  path = await shortRun(root);
  other = join(root, "other");
  await cp(path, other, { recursive: true });
});
afterAll(() => rm(root, { recursive: true }));

it("read by predict and export", () => fuzzRunFolder(path, { runs: 1000, seed: 3 }, () => readWhole(path)));

it("gone on with", () => fuzzRunFolder(path, { runs: 500, seed: 4, names: RESUMED }, () => goOn(path)));

it("reported", () => fuzzRunFolder(path, { runs: 60, seed: 5 }, () => writeReport(path)));

it("compared", () =>
  fuzzRunFolder(path, { runs: 60, seed: 6 }, async () => {
    const { file } = await writeComparison(path, other, { out: join(root, "compared") });
    return file;
  }));
