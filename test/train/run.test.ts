/** A training run and its folder: whatever interrupts it, it comes to the same bytes. */

import { appendFile, cp, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { loadSafetensors } from "../../src/io/safetensors/file.js";
import { allFinite } from "../../src/tensor/anomaly.js";
import { trainConfig } from "../../src/train/config.js";
import { type RunEvent, resumeRun, startRun } from "../../src/train/run.js";
import { RunFolder } from "../../src/train/run-folder.js";
import { runContents } from "./run-contents.js";

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
    expect(await runContents(parts)).toEqual(await runContents(whole));
    expect(await (await RunFolder.open(parts)).sessions()).toHaveLength(4);
  });

  it("for more epochs than it was begun with comes to what a longer run would have", async () => {
    const [whole, parts] = [join(root, "longer"), join(root, "lengthened")];
    const steps = { schedule: "step", stepEpochs: 2, warmupEpochs: undefined, augment: { flip: 0.5, rotate: 20 } };
    await startRun(whole, config({ ...steps, epochs: 4, threads: 2 }), quiet);
    await startRun(parts, config({ ...steps, epochs: 2 }), quiet);
    await resumeRun(parts, { epochs: 4 }, quiet);
    expect(await runContents(parts)).toEqual(await runContents(whole));
    expect((await RunFolder.open(parts)).config.epochs).toBe(4);
  });

  it("finds its photographs where they are now, and refuses others", async () => {
    const [data, path] = [join(root, "other"), join(root, "moved")];
    await cp(join(root, "faces"), data, { recursive: true });
    await startRun(path, config({ data, epochs: 1, schedule: "constant", warmupEpochs: undefined }), quiet);
    const elsewhere = join(root, "elsewhere");
    await rename(data, elsewhere);
    await expect(resumeRun(path, { epochs: 2 }, quiet)).rejects.toThrow("ENOENT");
    await resumeRun(path, { epochs: 2, data: elsewhere }, quiet);
    const [name] = await readdir(join(elsewhere, "test"));
    await rm(join(elsewhere, "test", name));
    const message = `the test photographs in ${elsewhere} are not those that the run was begun with (10 then, 9 now)`;
    await expect(resumeRun(path, { epochs: 3 }, quiet)).rejects.toThrow(message);
  });
});

describe("a run whose weights break", () => {
  it("ends, and keeps the last checkpoint from before", async () => {
    const path = join(root, "broken");
    // The penalty overflows: the first step, whose loss is sound, makes weights of NaN.
    const broken = config({ net: "net1", weightDecay: 1e39, checkpointEvery: 1 });
    // That is noticed before a checkpoint of them is written; the step is repeated with an eye on every operation.
    const message = "epoch 1, step 2: conv2d was given NaN or infinity, in its input [8, 3, 5, 5], which is 0.weight";
    await expect(startRun(path, broken, quiet)).rejects.toThrow(message);
    const { tensors, metadata } = await loadSafetensors((await RunFolder.open(path)).checkpoint("last"));
    expect(JSON.parse(metadata.training)).toMatchObject({ epoch: 1, done: 0 });
    for (const value of Object.values(tensors)) expect(await allFinite(value)).toBe(true);
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
    await appendFile(join(path, "metrics.jsonl"), '{"epoch": 2, "tr');
    await expect(run.metrics()).rejects.toThrow(`${join(path, "metrics.jsonl")}:2: Unterminated string`);
    await expect(startRun(path, config(), quiet)).rejects.toThrow(`${path} holds a run already`);
    await expect(RunFolder.open(root)).rejects.toThrow(`${root} is no run folder`);
  });
});
