/** Runs that are begun or gone on with, whichever it takes, and that stop at an epoch before their last. */

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { trainConfig } from "../../src/run/config.js";
import { type RunEvent, resumeRun, startRun } from "../../src/run/run.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { HeldError, RunLock } from "../../src/run/run-lock.js";
import { startOrResumeRun } from "../../src/run/start-or-resume.js";
import { runContents } from "./run-contents.js";

let root: string;
let whole: Awaited<ReturnType<typeof runContents>>;

/** A schedule that moves with each step, and is made for all epochs. */
const config = (changes: Record<string, unknown> = {}) => {
  const options = { net: "net1", size: 8, epochs: 4, batch: 5, schedule: "cosine", warmupEpochs: 1, threads: 1 };
  return trainConfig({ data: join(root, "faces"), backend: "wasm", ...options, ...changes });
};

const quiet = { onEvent: () => {} };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  await startRun(join(root, "whole"), config(), quiet);
  whole = await runContents(join(root, "whole"));
});
afterAll(() => rm(root, { recursive: true }));

describe("until", () => {
  it("ends there with the schedule made for all epochs: going on comes to the same bytes", async () => {
    const path = join(root, "until");
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => events.push(event);
    await startRun(path, config(), { onEvent, until: 1 });
    expect(events.at(-1)).toEqual({ event: "pause", run: path, epoch: 1, epochs: 4 });
    const run = await RunFolder.open(path);
    expect([(await run.metrics()).length, await run.test(), run.config.epochs]).toEqual([1, undefined, 4]);
    await resumeRun(path, {}, { onEvent, until: 3 });
    // What is behind it already is no error: whoever asks twice gets it once.
    const before = await readFile(join(path, "last.safetensors"));
    await resumeRun(path, {}, { onEvent, until: 2 });
    expect(events.at(-1)).toEqual({ event: "pause", run: path, epoch: 3, epochs: 4 });
    expect(before.equals(await readFile(join(path, "last.safetensors")))).toBe(true);
    await resumeRun(path, {}, { onEvent, until: 4 });
    expect(events.at(-1)).toMatchObject({ event: "end", early: false });
    expect(await runContents(path)).toEqual(whole);
  });

  it("cannot lie behind the end", async () => {
    const message = "--until: expected at most the 4 epochs that there are to be, got 5";
    await expect(startRun(join(root, "behind"), config(), { ...quiet, until: 5 })).rejects.toThrow(message);
    expect(existsSync(join(root, "behind"))).toBe(false);
    await expect(resumeRun(join(root, "whole"), {}, { ...quiet, until: 5 })).rejects.toThrow(message);
  });

  it("is no early stop, and an early stop before it is the end", async () => {
    const path = join(root, "early");
    const events: RunEvent[] = [];
    // An accuracy of three photographs, hardly trained, soon has no better epoch.
    const options = { earlyStop: 1, epochs: 40, schedule: "constant", warmupEpochs: undefined, lr: 1e-9 };
    await startRun(path, config(options), { onEvent: (event) => events.push(event), until: 20 });
    expect(events.at(-1)).toMatchObject({ event: "end", early: true });
  });
});

describe("start or resume", () => {
  it("begins a run, goes on with it, and comes to the same bytes", async () => {
    const path = join(root, "either");
    await startOrResumeRun(path, config(), { ...quiet, until: 2 });
    await startOrResumeRun(path, config({ threads: 2 }), quiet);
    expect(await runContents(path)).toEqual(whole);
    const run = await RunFolder.open(path);
    expect([(await run.sessions()).length, run.config.threads]).toEqual([2, 2]);
    // Finished, it stays as it is.
    await startOrResumeRun(path, config(), quiet);
    expect(await runContents(path)).toEqual(whole);
  });

  it("refuses other options, each by its name, and changes nothing", async () => {
    const path = join(root, "others");
    await startOrResumeRun(path, config(), { ...quiet, until: 1 });
    const before = await readFile(join(path, "config.json"), "utf8");
    await expect(startOrResumeRun(path, config({ lr: 0.5, seed: 2 }), quiet)).rejects.toThrow(
      `${path}: it was saved with other settings: lr was 0.001 then, and is 0.5 now; seed was 1 then, and is 2 now`,
    );
    expect(await readFile(join(path, "config.json"), "utf8")).toBe(before);
  });

  it("decides under the folder's lock: who finds it held changes nothing, and is told by whom", async () => {
    const path = join(root, "held");
    await mkdir(path);
    const lock = await RunLock.take(path);
    await expect(startOrResumeRun(path, config(), quiet)).rejects.toThrow(HeldError);
    expect(await readdir(path)).toEqual(["attempt-1.lock"]);
    await lock.release();
    await startOrResumeRun(path, config(), { ...quiet, until: 1 });
    expect(RunFolder.exists(path)).toBe(true);
    expect((await readdir(path)).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  it("leaves no folder where nothing came of it, and takes away none that was there", async () => {
    const lost = config({ data: join(root, "nowhere") });
    await expect(startOrResumeRun(join(root, "nothing"), lost, quiet)).rejects.toThrow("nowhere");
    expect(existsSync(join(root, "nothing"))).toBe(false);
    await mkdir(join(root, "empty"));
    await expect(startOrResumeRun(join(root, "empty"), lost, quiet)).rejects.toThrow("nowhere");
    expect(existsSync(join(root, "empty"))).toBe(true);
    const inside = join(root, "faces/run");
    await expect(startOrResumeRun(inside, config(), quiet)).rejects.toThrow("inside the photographs' folder");
    expect(existsSync(inside)).toBe(false);
  });
});
