/** killTrainers: kill -9 at random moments, of one trainer or of two that want the same folder. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { Generator } from "../../src/tensor/random.js";
import { type Outcome, start, torchlet } from "../cli/torchlet.js";
import { checkpointContents, runContents } from "./run-contents.js";

/** A checkpoint after each step: most of the time goes into writing files. */
const OPTIONS = "--backend wasm --threads 1 --size 8 --batch 5 --checkpoint-every 1 --schedule cosine".split(" ");

/** Steps of an epoch. */
const STEPS = 4;

const stepsOf = ({ epoch, done }: { epoch: number; done: number }) => STEPS * (epoch - 1) + Math.ceil(done / 5);

/** What a trainer is told that finds the folder taken. */
const REFUSED = /is being trained by process|holds a run already|is no longer this process's/;

/** Whatever there is, is whole. @returns steps that the last checkpoint has behind it */
async function inspect(path: string): Promise<number> {
  if (!RunFolder.exists(path)) return 0;
  const run = await RunFolder.open(path);
  await Promise.all([run.data(), run.skipped(), run.sessions(), run.metrics()]);
  const names = (await readdir(path)).filter((name) => name.endsWith(".safetensors"));
  for (const name of names) await checkpointContents(join(path, name));
  if (!run.hasCheckpoint("last")) return 0;
  await run.checkSettings("last");
  return stepsOf((await checkpointContents(run.checkpoint("last"))).progress);
}

/** Killed, refused, or over. */
function expectEnd({ code, signal, stderr }: Outcome): void {
  if (signal === "SIGKILL" || code === 0) return;
  expect([code, stderr]).toEqual([1, expect.stringMatching(REFUSED)]);
}

/**
 * Kills so many times, and lets the run come to its end then.
 * @param root a folder to work in
 * @param trainers how many are started at once, all with the same folder
 */
export async function killTrainers(
  root: string,
  { kills, trainers, seed }: { kills: number; trainers: number; seed: number },
): Promise<void> {
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  const random = new Generator(seed);
  const path = join(root, "killed");
  const begin = (out: string) => ["faces", "--out", out, "--epochs", String(Math.max(5, kills)), ...OPTIONS];
  let reached = 0;
  for (let kill = 0; kill < kills; kill++) {
    const args = ["train", ...(RunFolder.exists(path) ? ["--resume", "killed"] : begin("killed")), "--json"];
    // One in six before the run is under way, the others while they train and write.
    const early = kill % 6 === 0;
    const started = Array.from({ length: trainers }, () => {
      const { child, outcome } = start(root, args, (line) => {
        const event = JSON.parse(line);
        if (event.event === "start" && !early) setTimeout(() => child.kill("SIGKILL"), 150 * random.uniform());
        if (event.event === "step") reached = Math.max(reached, stepsOf(event));
      });
      if (early) setTimeout(() => child.kill("SIGKILL"), 500 * random.uniform());
      return outcome;
    });
    for (const outcome of await Promise.all(started)) expectEnd(outcome);
    expect(await inspect(path)).toBeGreaterThanOrEqual(reached - 1);
  }
  const last = RunFolder.exists(path) ? ["--resume", "killed"] : begin("killed");
  const [killed, never] = await Promise.all([
    torchlet(root, "train", ...last),
    torchlet(root, "train", ...begin("never")),
  ]);
  expect([killed.code, killed.stderr, never.code]).toEqual([0, "", 0]);
  expect(await runContents(path)).toEqual(await runContents(join(root, "never")));
  // What the kills have left half-written is gone.
  expect(await readdir(path)).toEqual(await readdir(join(root, "never")));
}
