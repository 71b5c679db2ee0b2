/** A training run and its folder: whatever interrupts it, it comes to the same bytes. */

import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { loadSafetensors } from "../../src/io/safetensors/file.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { trainConfig } from "../../src/train/config.js";
import { type RunEvent, resumeRun, startRun } from "../../src/train/run.js";
import { RunFolder } from "../../src/train/run-folder.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
});
afterAll(() => rm(root, { recursive: true }));

/** A dropout and a schedule that moves with each step: everything that a checkpoint has to remember. */
const options = { net: "net2", size: 8, epochs: 4, batch: 6, schedule: "cosine", warmupEpochs: 1, threads: 1 };

const config = (changes: Record<string, unknown> = {}) =>
  trainConfig({ data: join(root, "faces"), backend: "wasm", ...options, ...changes });

const quiet = { onEvent: () => {} };

/** What a checkpoint holds, but for the times. */
async function contents(path: string) {
  const { tensors, metadata } = await loadSafetensors(path);
  const { seconds: _, reports, ...rest } = JSON.parse(metadata.training);
  const digest = (value: Tensor) => createHash("sha256").update(value.dataSync()).digest("hex");
  const values = Object.entries(tensors).map(([name, value]) => [name, value.shape, digest(value)]);
  return { values, reports: reports.map(untimed), ...rest };
}

const untimed = ({ seconds: _, imagesPerSecond: __, ...line }: Record<string, unknown>) => line;

async function allOf(path: string) {
  const run = await RunFolder.open(path);
  const lines = (await run.metrics()).map((line) => untimed({ ...line }));
  return { lines, last: await contents(run.checkpoint("last")), best: await contents(run.checkpoint("best")) };
}

/** Ends a run after so many steps, as Ctrl-C does. */
async function interrupted(steps: number, run: (hooks: Parameters<typeof startRun>[2]) => Promise<void>) {
  const controller = new AbortController();
  let left = steps;
  const onEvent = ({ event }: RunEvent) => {
    if (event === "step" && --left === 0) controller.abort(new Error("enough"));
  };
  await expect(run({ onEvent, signal: controller.signal })).rejects.toThrow("enough");
}

describe("a run that goes on", () => {
  it("comes to the same bytes as one that was never interrupted, on any number of threads", async () => {
    const [whole, parts] = [join(root, "whole"), join(root, "parts")];
    await startRun(whole, config(), quiet);
    // 4 steps an epoch: the middle of the first, the end of the second, the middle of the third.
    await interrupted(2, (hooks) => startRun(parts, config({ threads: 2 }), hooks));
    await interrupted(6, (hooks) => resumeRun(parts, { threads: 1 }, hooks));
    await interrupted(3, (hooks) => resumeRun(parts, { threads: 2 }, hooks));
    await resumeRun(parts, {}, quiet);
    expect(await allOf(parts)).toEqual(await allOf(whole));
    expect(await (await RunFolder.open(parts)).sessions()).toHaveLength(4);
  });
});

describe("the folder", () => {
  it("holds what it says, and nothing else", async () => {
    const path = join(root, "plain");
    await startRun(path, config({ epochs: 1, warmupEpochs: 0 }), quiet);
    const files = await readdir(path);
    expect(files.sort()).toEqual([
      "best.safetensors",
      "config.json",
      "data.json",
      "environment.json",
      "last.safetensors",
      "metrics.jsonl",
      "skipped.json",
    ]);
    const run = await RunFolder.open(path);
    expect(run.config).toEqual(config({ epochs: 1, warmupEpochs: 0 }));
    expect(await run.data()).toMatchObject({ classes: ["not covered", "covered"], size: 8, test: { count: 10 } });
    expect(await run.skipped()).toEqual([]);
    const metrics = ["loss", "accuracy", "error", "precision", "recall", "f1", "auc"];
    const [line] = await run.metrics();
    expect(Object.keys(line)).toEqual(["epoch", "train", "test", "lr", "imagesPerSecond", "seconds", "seed"]);
    for (const split of [line.train, line.test]) expect(Object.keys(split)).toEqual(metrics);
    expect((await readFile(join(path, "metrics.jsonl"), "utf8")).endsWith("}\n")).toBe(true);
    await expect(startRun(path, config(), quiet)).rejects.toThrow(`${path} holds a run already`);
    await expect(RunFolder.open(root)).rejects.toThrow(`${root} is no run folder`);
  });
});
