/** kill -9 at any moment: no file is ever broken, and the run comes to the same in the end. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { Generator } from "../../src/tensor/random.js";
import { start, torchlet } from "../cli/torchlet.js";
import { checkpointContents, runContents } from "./run-contents.js";

const KILLS = 30;

/** A checkpoint after each step: most of the time goes into writing files. */
const options =
  "--backend wasm --threads 1 --size 8 --epochs 25 --batch 5 --checkpoint-every 1 --schedule cosine".split(" ");

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
});
afterAll(() => rm(root, { recursive: true }));

/** Steps of 4 an epoch. */
const stepsOf = ({ epoch, done }: { epoch: number; done: number }) => 4 * (epoch - 1) + Math.ceil(done / 5);

/** Whatever there is, is whole. @returns steps that the last checkpoint has behind it */
async function inspect(path: string): Promise<number> {
  if (!RunFolder.exists(path)) return 0;
  const run = await RunFolder.open(path);
  await Promise.all([run.data(), run.skipped(), run.sessions(), run.metrics()]);
  const names = (await readdir(path)).filter((name) => name.endsWith(".safetensors"));
  for (const name of names) await checkpointContents(join(path, name));
  if (!run.hasCheckpoint("last")) return 0;
  return stepsOf((await checkpointContents(run.checkpoint("last"))).progress);
}

it(`${KILLS} kills at random moments lose no more than a step, and no file`, async () => {
  const random = new Generator(1);
  const path = join(root, "killed");
  let reached = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const args = RunFolder.exists(path) ? ["--resume", "killed"] : ["faces", "--out", "killed", ...options];
    // One in six before the run is under way, the others while it trains and writes.
    const early = kill % 6 === 0;
    const { child, outcome } = start(root, ["train", ...args, "--json"], (line) => {
      const event = JSON.parse(line);
      if (event.event === "start" && !early) setTimeout(() => child.kill("SIGKILL"), 150 * random.uniform());
      if (event.event === "step") reached = Math.max(reached, stepsOf(event));
    });
    if (early) setTimeout(() => child.kill("SIGKILL"), 500 * random.uniform());
    expect((await outcome).signal).toBe("SIGKILL");
    expect(await inspect(path)).toBeGreaterThanOrEqual(reached - 1);
  }
  const [killed, never] = await Promise.all([
    torchlet(root, "train", "--resume", "killed"),
    torchlet(root, "train", "faces", "--out", "never", ...options),
  ]);
  expect([killed.code, killed.stderr, never.code]).toEqual([0, "", 0]);
  expect(await runContents(path)).toEqual(await runContents(join(root, "never")));
  // What the kills have left half-written is gone.
  expect(await readdir(path)).toEqual(await readdir(join(root, "never")));
}, 300_000);
