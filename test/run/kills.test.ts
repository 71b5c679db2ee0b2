/** As kills.long.test.ts, a few times only. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { killTrainers } from "./kill-trainers.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
});
afterAll(() => rm(root, { recursive: true }));

it("pairs of trainers that want one folder, killed at random moments", () =>
  killTrainers(root, { kills: 2, trainers: 2, seed: 7 }));
