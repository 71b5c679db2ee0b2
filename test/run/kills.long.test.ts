/**
 * kill -9 at any moment: no file is ever broken, and the run comes to the same in the end. `KILLS=200 SEED=2` asks for
 * other moments, and more of them.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { killTrainers } from "./kill-trainers.js";

const kills = Number(process.env.KILLS ?? 30);
const seed = Number(process.env.SEED ?? 1);

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
});
afterAll(() => rm(root, { recursive: true }));

it.each([
  ["a trainer", 1],
  ["a pair of trainers that want one folder", 2],
])(
  "%s: nothing but a step is lost, no file is broken, and the end is the same",
  async (_, trainers) => killTrainers(await mkdtemp(join(root, "kills-")), { kills, trainers, seed }),
  20_000 * kills,
);
