/** RunFolder: what is read and written of a run, and what a folder that something has happened to is told by. */

import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { type TrainConfig, trainConfig } from "../../src/run/config.js";
import { resumeRun, startRun } from "../../src/run/run.js";
import { isOver, RunFolder } from "../../src/run/run-folder.js";
import { RunLock } from "../../src/run/run-lock.js";
import type { EpochReport } from "../../src/train/reports.js";
import { runContents } from "./run-contents.js";

let root: string;

const options = { net: "net1", size: 8, batch: 5, lr: 1e-4, epochs: 2, metric: "loss", backend: "wasm", threads: 1 };
const config = (changes: Record<string, unknown> = {}) =>
  trainConfig({ data: join(root, "faces"), ...options, ...changes });
const quiet = { onEvent: () => {} };

let copies = 0;
async function copyOf(path: string): Promise<string> {
  const copy = join(root, `copy-${copies++}`);
  await cp(path, copy, { recursive: true });
  return copy;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
});
afterAll(() => rm(root, { recursive: true }));

/** A run of two epochs, the second of which is the best; and as it was when the first one was over. */
async function makeRuns(): Promise<{ whole: string; begun: string }> {
  const whole = join(root, "whole");
  await startRun(whole, config(), { ...quiet, until: 1 });
  const begun = await copyOf(whole);
  await resumeRun(whole, {}, quiet);
  return { whole, begun };
}

let made: ReturnType<typeof makeRuns> | undefined;
/** In the test that first needs them, which so fails where they cannot be made. */
const runs = () => {
  made ??= makeRuns();
  return made;
};

it("is begun where no run is: whoever is refused holds nothing", async () => {
  const { whole } = await runs();
  const run = await RunFolder.open(whole);
  const about = { data: await run.data(), skipped: [], session: (await run.sessions())[0] };
  for (let i = 0; i < 2; i++) {
    await expect(RunFolder.create(whole, config(), about)).rejects.toThrow(`${whole} holds a run already`);
  }
  const held = await RunLock.take(whole);
  await held.release();
  const free = await mkdtemp(join(root, "free-"));
  await RunFolder.checkFree(free);
  const lock = await RunLock.take(free);
  await expect(RunFolder.checkFree(free)).rejects.toThrow(`is being trained by process ${process.pid}`);
  await RunFolder.checkFree(free, { numbered: true });
  await lock.release();
});

it("keeps what its training has written from whatever else is asked to be written there", async () => {
  const { whole } = await runs();
  for (const name of await readdir(whole)) {
    expect(() => RunFolder.checkNotOwn(join(whole, name))).toThrow(
      `${join(whole, name)}: it is the run's own: choose another --out`,
    );
  }
  RunFolder.checkNotOwn(join(whole, "predictions.json"));
  RunFolder.checkNotOwn(join(root, "metrics.jsonl"));
});

it("names the version only where another one has trained last", async () => {
  const { whole } = await runs();
  const path = await copyOf(whole);
  const file = join(path, "config.json");
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), mixup: 0.2 }));
  const message = () => RunFolder.open(path).then(String, (error: Error) => error.message);
  const first = await message();
  expect(first).toMatch(/: mixup: there is no such option/);
  expect(first).not.toContain("The run is of");
  for (const text of ["[]", "nothing that could be read"]) {
    await writeFile(join(path, "environment.json"), text);
    expect(await message()).toBe(first);
  }
});

describe("metrics.jsonl", () => {
  it("may be missing, and has its epochs in their order, with all of their figures", async () => {
    const { whole } = await runs();
    const path = await copyOf(whole);
    const file = join(path, "metrics.jsonl");
    const [first, second] = (await readFile(file, "utf8")).split("\n");
    const run = await RunFolder.open(path);
    await writeFile(file, `${second}\n${first}\n`);
    await expect(run.metrics()).rejects.toThrow(`${file}: epoch: expected 1 in its place, got 2: was it edited?`);
    await writeFile(file, `${first}\n${first}\n`);
    await expect(run.metrics()).rejects.toThrow(`${file}: epoch: expected 2 in its place, got 1: was it edited?`);
    const { accuracy: _, ...train } = JSON.parse(first).train;
    await writeFile(file, JSON.stringify({ ...JSON.parse(first), train }));
    await expect(run.metrics()).rejects.toThrow(`${file}: line 1: train.accuracy: missing`);
    await rm(file);
    expect(await run.metrics()).toEqual([]);
  });
});

it("takes what an interrupted write has left away when it is gone on with, and nothing else", async () => {
  const { whole } = await runs();
  const path = await copyOf(whole);
  const mine = ["notes.txt.1-ab.unfinished", "report.html"];
  const left = ["last.safetensors.1-ab.unfinished", "config.json.2-cd.unfinished"];
  for (const name of [...mine, ...left]) await writeFile(join(path, name), "");
  const files = await readdir(path);
  const run = await RunFolder.open(path);
  const [session] = await run.sessions();
  const later = { ...session, started: "2030-01-01T00:00:00.000Z" };
  const gone = await run.resume({ ...run.config, epochs: 9 }, later);
  expect(await readdir(path)).toEqual(files.filter((name) => !left.includes(name) && name !== "test.json"));
  expect((await gone.sessions()).at(-1)).toEqual(later);
  expect((await RunFolder.open(path)).config).toEqual({ ...run.config, epochs: 9 });
});

describe("where there is no checkpoint to go on from", () => {
  const message = (path: string) => resumeRun(path, {}, quiet).then(String, (error: Error) => error.message);

  it("begins anew if nothing had been saved", async () => {
    const { whole } = await runs();
    for (const left of [["metrics.jsonl"], []]) {
      const path = join(root, `unsaved-${left.length}`);
      const onEvent = () => {
        throw new Error("killed");
      };
      await expect(
        startRun(path, config(), { onEvent: ({ event }) => event === "start" && onEvent() }),
      ).rejects.toThrow("killed");
      for (const name of ["metrics.jsonl", "last.safetensors"]) {
        if (!left.includes(name)) await rm(join(path, name), { force: true });
      }
      await resumeRun(path, {}, quiet);
      expect(await runContents(path)).toEqual(await runContents(whole));
    }
  });

  it("says what else there is", async () => {
    const { whole } = await runs();
    const path = await copyOf(whole);
    const last = join(path, "last.safetensors");
    await rm(last);
    await rm(join(path, "best.safetensors"));
    expect(await message(path)).toContain(
      `${last} is missing, though metrics.jsonl has 2 epochs and there is no best.safetensors, either: put it back`,
    );
    await cp(join(whole, "best.safetensors"), join(path, "best.safetensors"));
    await rm(join(path, "metrics.jsonl"));
    expect(await message(path)).toContain("metrics.jsonl has 0 epochs and best.safetensors is there: put it back");
  });
});

it("may have a best checkpoint of the epoch that is not over by the last: it comes again", async () => {
  const { whole, begun } = await runs();
  const contents = await runContents(whole);
  expect(contents.lines.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(contents.test?.best.epoch).toBe(2);
  const path = await copyOf(begun);
  await cp(join(whole, "best.safetensors"), join(path, "best.safetensors"));
  await resumeRun(path, {}, quiet);
  expect(await runContents(path)).toEqual(contents);
});

it("gives a net that is ready to tell: in evaluation mode", async () => {
  const { whole } = await runs();
  expect((await (await RunFolder.open(whole)).loadModel("best")).training).toBe(false);
  const path = await copyOf(whole);
  await rm(join(path, "best.safetensors"));
  await expect((await RunFolder.open(path)).loadModel("best")).rejects.toThrow(
    `${join(path, "best.safetensors")}: there is no such checkpoint; the first epoch may not be over`,
  );
});

it("is over after its last epoch, or when it has not improved for as long as an early stop waits", () => {
  const after = (accuracies: number[]) =>
    accuracies.map((accuracy, i) => ({ epoch: i + 1, train: { accuracy } }) as EpochReport);
  const of = (changes: Partial<TrainConfig>) => ({ ...config(), metric: "accuracy", epochs: 3, ...changes }) as const;
  expect(isOver(of({}), after([0.9, 0.5]))).toBe(false);
  expect(isOver(of({}), after([0.9, 0.5, 0.5]))).toBe(true);
  expect(isOver(of({ earlyStop: 1 }), after([0.5]))).toBe(false);
  expect(isOver(of({ earlyStop: 1 }), after([0.9, 0.5]))).toBe(true);
  expect(isOver(of({ earlyStop: 2 }), after([0.9, 0.5]))).toBe(false);
});
