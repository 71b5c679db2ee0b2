/** Trials: what their ids depend on, and that each comes to one result, whoever is asked for it and how often. */

import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import type { RunEvent } from "../../src/run/run.js";
import { OtherPhotographsError } from "../../src/run/run-data.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { HeldError } from "../../src/run/run-lock.js";
import { checkTrial, runTrial } from "../../src/run/run-trial.js";
import { sweepOf } from "../../src/run/sweep-file.js";
import { SweepFolder, UnknownTrialError } from "../../src/run/sweep-folder.js";
import { runContents } from "./run-contents.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
});
afterAll(() => rm(root, { recursive: true }));

const sweep = (changes: Record<string, unknown> = {}, base: Record<string, unknown> = {}) =>
  sweepOf({
    base: { data: join(root, "faces"), net: "net1", size: 8, batch: 5, backend: "wasm", schedule: "cosine", ...base },
    space: { lr: [0.001, 0.01] },
    seeds: [1, 2],
    maxEpochs: 2,
    ...changes,
  });

const open = (name: string, ...given: Parameters<typeof sweep>) => SweepFolder.open(join(root, name), sweep(...given));

const quiet = { onEvent: () => {} };

/** Counts epochs that are trained. */
function counting() {
  const epochs: number[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.event === "epoch") epochs.push(event.epoch);
  };
  return { epochs, onEvent };
}

describe("the id of a trial", () => {
  const ids = async (...given: Parameters<typeof sweep>) => (await open("ids", ...given)).trials.map(({ id }) => id);

  it("is one for each setting and seed, the same each time, and of an order of settings no matter", async () => {
    const first = await ids();
    expect(new Set(first).size).toBe(4);
    expect(first.every((id) => /^[0-9a-f]{12}$/.test(id))).toBe(true);
    expect(await ids()).toEqual(first);
    expect((await ids({ space: { lr: [0.01, 0.001] }, seeds: [2, 1] })).sort()).toEqual([...first].sort());
    expect(await ids({ seeds: [1, 2, 3] })).toEqual(expect.arrayContaining(first));
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["options", {}, { batch: 10 }],
    ["the number of epochs", { maxEpochs: 3 }, {}],
    ["what tells the best epoch", { metric: "loss" }, {}],
    ["the photographs", {}, { limit: 18 }],
    ["the backend", {}, { backend: "js" }],
  ])("depends on %s", async (_, changes, base) => {
    const first = await ids();
    for (const id of await ids(changes, base)) expect(first).not.toContain(id);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["how often it is saved", {}, { checkpointEvery: 1 }],
    ["a cache", {}, { cache: "/tmp/nowhere-in-particular" }],
    ["when others are given up", { minEpochs: 1 }, {}],
  ])("does not depend on %s", async (_, changes, base) => {
    const first = await ids();
    expect(await ids(changes, base)).toEqual(first);
  });

  it("does not depend on where the photographs lie, or on threads", async () => {
    const first = await ids();
    await cp(join(root, "faces"), join(root, "copied"), { recursive: true });
    const moved = sweep({}, { data: join(root, "copied") });
    const folder = await SweepFolder.open(join(root, "elsewhere"), moved, { threads: 2 });
    expect(folder.trials.map(({ id }) => id)).toEqual(first);
    expect(folder.trials[0].config.threads).toBe(2);
  });
});

describe("the photographs of a sweep", () => {
  const noted = async (path: string) => (await readdir(path)).filter((name) => name.startsWith("photographs-")).sort();

  it("are noted for each way to read them: by size, and with a folder for validation or without", async () => {
    const base = { data: join(root, "faces"), backend: "wasm" };
    const sizes = await open("sizes", { base, space: { size: [8, 12] }, seeds: [1] });
    const data = await Promise.all(sizes.trials.map(({ config }) => sizes.photographsOf(config)));
    expect(data.map((noted) => noted.data.size)).toEqual([8, 12]);
    const names = await noted(sizes.path);
    expect(names).toHaveLength(2);
    const seeds = await open("seeds");
    expect(await noted(seeds.path)).toEqual([names.find((name) => data[0].path.endsWith(name))]);
    const validated = await open("validated", {}, { val: join(root, "faces/test") });
    expect(await noted(validated.path)).not.toEqual(await noted(seeds.path));
  });

  it("decide the ids of trials: others have others", async () => {
    const data = join(root, "one-less");
    await cp(join(root, "faces"), data, { recursive: true });
    const [name] = await readdir(join(data, "test"));
    await rm(join(data, "test", name));
    const [first, second] = [await open("all"), await open("less", {}, { data })];
    for (const { id } of second.trials) expect(first.trials.map((trial) => trial.id)).not.toContain(id);
  });
});

it("a sweep's arithmetic is that of its options", async () => {
  expect((await open("strict", {}, { strict: true })).numbers).toContain("without fused multiply-add");
});

describe("a trial", () => {
  it("is begun, gone on with, and found finished: each epoch is trained once", async () => {
    const folder = await open("runs");
    const [trial] = folder.trials;
    const { epochs, onEvent } = counting();
    expect(await runTrial(folder, trial, { onEvent, until: 1 })).toBeUndefined();
    expect(await (await RunFolder.open(folder.runOf(trial))).test()).toBeUndefined();
    const result = (await runTrial(folder, trial, { onEvent }))!;
    const nothing = { onEvent: ({ event }: RunEvent) => expect(event).toBe("never") };
    expect(await runTrial(folder, trial, nothing)).toEqual(result);
    expect(await runTrial(folder, trial, { ...nothing, until: 1 })).toEqual(result);
    expect(epochs).toEqual([1, 2]);
    const { lines, test } = await runContents(folder.runOf(trial));
    expect(result).toMatchObject({ trial: trial.id, setting: { lr: 0.001 }, seed: 1, epochs: 2, test });
    expect(result.best!.metrics).toEqual(lines[result.best!.epoch - 1].validation);
  });

  it("that lost its result to a crash comes to the same one, and trains nothing", async () => {
    const folder = await open("runs");
    const [trial] = folder.trials;
    const before = (await runTrial(folder, trial, quiet))!;
    const path = join(folder.runOf(trial), "result.json");
    const text = await readFile(path, "utf8");
    await rm(path);
    const { epochs, onEvent } = counting();
    expect(await runTrial(folder, trial, { onEvent })).toEqual(before);
    expect([epochs, await readFile(path, "utf8")]).toEqual([[], text]);
  });

  it("that another host holds is trained where its process is known to have ended", async () => {
    const folder = await open("taken");
    const [trial] = folder.trials;
    await runTrial(folder, trial, { ...quiet, until: 1 });
    const lock = join(folder.runOf(trial), "attempt-7.lock");
    await mkdir(lock);
    const holder = { process: 1, host: "elsewhere", started: "1", since: new Date().toISOString(), attempt: 7 };
    await writeFile(join(lock, "holder.json"), JSON.stringify(holder));
    await expect(runTrial(folder, trial, quiet)).rejects.toThrow(HeldError);
    expect(await runTrial(folder, trial, { ...quiet, takeOver: true })).toMatchObject({ epochs: 2 });
  });

  it("comes to the same when it is trained anew; other numbers are reported as what they are", async () => {
    const folder = await open("runs");
    const [trial] = folder.trials;
    const result = (await runTrial(folder, trial, quiet))!;
    const events = new Set<string>();
    const onEvent = ({ event }: RunEvent) => events.add(event);
    expect(await checkTrial(folder, trial, result, { onEvent })).toEqual(result);
    // That the run is over, and where it lies, is not told: it is removed again.
    expect([...events]).toEqual(["reading", "start", "step", "epoch"]);
    expect(await readdir(folder.path)).not.toContain(`${trial.id}-again`);
    const other = { ...result, digest: "0".repeat(64) };
    await expect(checkTrial(folder, trial, other, quiet)).rejects.toThrow(
      /-again: trained anew, it came to other numbers \(loss [\d.]+ in epoch \d of 2, digest 000000000000; then .*this is a fault of determinism/,
    );
  });

  it("whose numbers become too large has that for a result: it would come again", async () => {
    const folder = await open(
      "broken",
      { space: { lr: [1e30] }, seeds: [1] },
      { optimizer: "sgd", schedule: "constant" },
    );
    const [trial] = folder.trials;
    const result = (await runTrial(folder, trial, quiet))!;
    expect(result).toMatchObject({ epochs: 0, broken: expect.stringMatching(/NaN|infinit/) });
    expect([result.best, result.test]).toEqual([undefined, undefined]);
    expect(await runTrial(folder, trial, quiet)).toEqual(result);
  });

  it("is not trained on other photographs, nor by other arithmetic", async () => {
    const data = join(root, "changing");
    await cp(join(root, "faces"), data, { recursive: true });
    const folder = await open("strangers", {}, { data });
    await folder.save();
    const [name] = await readdir(join(data, "train"));
    await rename(join(data, "train", name), join(root, name));
    const again = await open("strangers", {}, { data });
    const failure = runTrial(again, again.trials[0], quiet);
    await expect(failure).rejects.toThrow(OtherPhotographsError);
    await expect(failure).rejects.toThrow(
      /photographs-\w+\.json: the train photographs in .* are not those that the sweep was begun with/,
    );
    const other = await open("strangers", {}, { data, backend: "js" });
    const unknown = other.trial(folder.trials[0].id);
    await expect(unknown).rejects.toThrow(UnknownTrialError);
    await expect(unknown).rejects.toThrow(
      /it was begun with the arithmetic of torchlet .*, wasm \(.*\), V8 .*, and here is torchlet .*, js/,
    );
    await expect(folder.trial("nothing")).rejects.toThrow("has no trial nothing here: without an ID");
    expect(await folder.trial(folder.trials[1].id)).toBe(folder.trials[1]);
    await rm(data, { recursive: true });
    await expect(runTrial(again, again.trials[0], quiet)).rejects.toThrow(
      new OtherPhotographsError(`${data}: there is no such folder here; --data says where its photographs are`),
    );
  });

  it("has validation photographs, or there is no sweep", async () => {
    // What has val and no test is validated and tested on the same.
    const data = join(root, "val-only");
    await cp(join(root, "faces/train"), join(data, "train"), { recursive: true });
    await cp(join(root, "faces/test"), join(data, "val"), { recursive: true });
    await expect(open("val", {}, { data })).rejects.toThrow("no photographs for validation");
    await expect(SweepFolder.open(join(root, "faces/runs"), sweep())).rejects.toThrow("choose another --runs");
  });
});

describe("the folder of a sweep", () => {
  it("is looked at by anyone: what was saved is enough", async () => {
    const folder = await open("runs");
    const result = await runTrial(folder, folder.trials[0], quiet);
    expect(SweepFolder.exists(folder.path)).toBe(false);
    await folder.save();
    expect(SweepFolder.exists(folder.path)).toBe(true);
    const seen = await SweepFolder.look(folder.path);
    expect(seen.trials.map(({ id }) => id)).toEqual(folder.trials.map(({ id }) => id));
    const states = (await seen.settings()).map(({ setting, trials }) => ({
      setting,
      trials: trials.map(({ trial, lines, result: own }) => [trial.seed, lines.map(({ epoch }) => epoch), own]),
    }));
    const unbegun = (seed: number) => [seed, [], undefined];
    expect(states).toEqual([
      { setting: { lr: 0.001 }, trials: [[1, [1, 2], result], unbegun(2)] },
      { setting: { lr: 0.01 }, trials: [unbegun(1), unbegun(2)] },
    ]);
    await writeFile(join(folder.path, "plan.json"), "{}\n");
    await expect(SweepFolder.look(folder.path)).rejects.toThrow("plan.json: base: missing");
  });
});
