/** Whatever is in the JSON of a run folder: an error of ours that names file and field, or the same as before. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { fuzzRunFolder, goOn, RESUMED, readWhole, shortRun } from "./fuzz-json.js";

let root: string;
let path: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  path = await shortRun(root);
});
afterAll(() => rm(root, { recursive: true }));

it("read by predict and export", () => fuzzRunFolder(path, { runs: 30, seed: 1 }, () => readWhole(path)));

it("gone on with", () => fuzzRunFolder(path, { runs: 15, seed: 2, names: RESUMED }, () => goOn(path)));
