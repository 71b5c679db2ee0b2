/** Which settings go on, synchronously and asynchronously: by what their trials have come to, and nothing else. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { asynchronousJobs, type Decision, isAllDecided, nextDecision } from "../../src/run/asynchronous-halving.js";
import { nextJobs, scoreAt } from "../../src/run/halving.js";
import { sweepOf } from "../../src/run/sweep-file.js";
import type { SettingState, SweepFolder, TrialState } from "../../src/run/sweep-folder.js";

const sweep = sweepOf({ base: { data: "faces" }, space: {}, seeds: [1, 2], minEpochs: 1, maxEpochs: 9, factor: 3 });

/** A trial with these accuracies after its epochs: finished after nine, or where it has broken off. */
function trial(id: string, accuracies: readonly number[], broken?: string): TrialState {
  const lines = accuracies.map((accuracy, i) => ({ epoch: i + 1, validation: { accuracy, loss: 1 - accuracy } }));
  const result = lines.length === 9 || broken !== undefined ? { broken } : undefined;
  return { trial: { id, config: { epochs: 9 } }, lines, result } as unknown as TrialState;
}

function setting(name: string, ...trials: (readonly number[])[]): SettingState {
  return { setting: { name }, trials: trials.map((accuracies, i) => trial(`${name}${i + 1}`, accuracies)) };
}

const jobs = (settings: SettingState[]) =>
  nextJobs(sweep, settings).map(({ trial: { id }, until }) => `${id} ${until}`);

describe("successive halving", () => {
  it("first takes all to the first epoch, and waits for the last of them", () => {
    expect(jobs([setting("a", [], []), setting("b", [0.5], [])])).toEqual(["a1 1", "a2 1", "b2 1"]);
  });

  it("lets one of three go on, by the mean over the seeds; a third of four is two", () => {
    const a = setting("a", [0.9], [0.1]);
    const b = setting("b", [0.6], [0.6]);
    const c = setting("c", [0.5], [0.5]);
    const d = setting("d", [0.2], [0.2]);
    expect(jobs([a, b, c])).toEqual(["b1 3", "b2 3"]);
    expect(jobs([a, b, c, d])).toEqual(["b1 3", "b2 3", "a1 3", "a2 3"]);
  });

  it("judges by the best epoch so far, and the first of equals", () => {
    const a = setting("a", [0.7, 0.1, 0.1], [0.7, 0.1, 0.1]);
    const b = setting("b", [0.7, 0.6, 0.6], [0.7, 0.6, 0.6]);
    expect(jobs([a, b])).toEqual(["a1 9", "a2 9"]);
    expect(jobs([b, a])).toEqual(["b1 9", "b2 9"]);
  });

  it("does not look at epochs behind a rung: it decides the same when others are further", () => {
    const a = setting("a", [0.6], [0.6]);
    const b = setting("b", [0.5, 0.9, 0.9], [0.5, 0.9, 0.9]);
    expect(jobs([a, b])).toEqual(["a1 3", "a2 3"]);
  });

  it("goes on to the result, which the last epoch alone is not", () => {
    const nine = Array.from({ length: 9 }, () => 0.8);
    const a = setting("a", nine, nine);
    expect(jobs([a])).toEqual([]);
    a.trials[1].result = undefined;
    expect(jobs([a])).toEqual(["a2 9"]);
  });

  it("takes a trial that has broken off for the worst, whatever it was like before", () => {
    const broken = { setting: { name: "a" }, trials: [trial("a1", [0.99], "NaN"), trial("a2", [0.99])] };
    const worse = { setting: { name: "c" }, trials: [trial("c1", [], "NaN"), trial("c2", [], "NaN")] };
    const b = setting("b", [0.1], [0.1]);
    expect(jobs([broken, worse, b])).toEqual(["b1 3", "b2 3"]);
    expect(jobs([worse, broken])).toEqual([]);
  });

  it("takes the least of a loss", () => {
    expect(scoreAt(setting("a", [0.9], [0.7]), 1, "loss")).toBeCloseTo(-0.2, 12);
  });
});

describe("asynchronous halving", () => {
  const decide = (settings: SettingState[], decisions: Decision[], idle = false) =>
    nextDecision(sweep, settings, decisions, idle);
  const began = (name: string): Decision => ({ setting: { name }, until: 1 });
  const writeLog = (path: string, ...decisions: Decision[]) =>
    writeFile(join(path, "decisions.jsonl"), decisions.map((it) => `${JSON.stringify(it)}\n`).join(""));

  it("begins settings in their order while fewer than three have come to an epoch", () => {
    const [a, b] = [setting("a", [0.9], [0.9]), setting("b", [], [])];
    expect(decide([a, b], [])).toEqual(began("a"));
    expect(decide([a, b], [began("a")])).toEqual(began("b"));
    expect(decide([a, b], [began("a"), began("b")])).toBeUndefined();
  });

  it("lets the best of three go on before it begins a fourth, and each only once", () => {
    const all = ["a", "b", "c", "d"].map((name, i) => setting(name, [0.5 + i / 10], [0.5 + i / 10]));
    const three = [began("a"), began("b"), began("c")];
    const goesOn = { setting: { name: "c" }, until: 3, among: 3 };
    expect(decide(all, three)).toEqual(goesOn);
    expect(decide(all, [...three, goesOn])).toEqual(began("d"));
  });

  it("has the best of what is left go on when nobody trains any more", () => {
    const [a, b] = [setting("a", [0.4], [0.4]), setting("b", [0.5], [0.5])];
    const both = [began("a"), began("b")];
    expect(decide([a, b], both)).toBeUndefined();
    expect(decide([a, b], both, true)).toEqual({ setting: { name: "b" }, until: 3, among: 2 });
  });

  it("is over when all that was decided is done, not when the first has come to the end", async () => {
    const path = await mkdtemp(join(tmpdir(), "torchlet-"));
    onTestFinished(() => rm(path, { recursive: true }));
    const nine = Array.from({ length: 9 }, () => 0.8);
    const a = setting("a", nine, nine);
    const goesOn = [3, 9].map((until) => ({ setting: { name: "a" }, until }));
    const isOver = (b: SettingState) => isAllDecided({ path, sweep }, [a, b]);
    expect(await isOver(setting("b", [], []))).toBe(false);
    await writeLog(path, began("a"), ...goesOn);
    expect(await isOver(setting("b", [], []))).toBe(false); // to be begun
    await writeLog(path, began("a"), began("b"), ...goesOn);
    expect(await isOver(setting("b", [0.1], []))).toBe(false); // to be trained
    expect(await isOver(setting("b", [0.1], [0.1]))).toBe(true);
    expect(await isOver(setting("b", [0.9], [0.9]))).toBe(false); // to go on
  });

  it("writes down what it decides, and goes by what was decided before", async () => {
    const path = await mkdtemp(join(tmpdir(), "torchlet-"));
    onTestFinished(() => rm(path, { recursive: true }));
    const folder = { path, sweep } as SweepFolder;
    const all = ["a", "b", "c"].map((name) => setting(name, [], []));
    const first = await asynchronousJobs(folder, all, { running: new Set(), free: 3 });
    expect(first.map(({ trial: { id } }) => id)).toEqual(["a1", "a2", "b1", "b2"]);
    const log = await readFile(join(path, "decisions.jsonl"), "utf8");
    expect(log).toBe('{"setting":{"name":"a"},"until":1}\n{"setting":{"name":"b"},"until":1}\n');
    // As many as are wanted, so nothing else is decided.
    expect(await asynchronousJobs(folder, all, { running: new Set(), free: 4 })).toEqual(first);
    const next = await asynchronousJobs(folder, all, { running: new Set(["a1", "a2"]), free: 1 });
    expect(next.map(({ trial: { id } }) => id)).toEqual(["b1", "b2"]);
    expect(await readFile(join(path, "decisions.jsonl"), "utf8")).toBe(log);
    // While others are trained or to be trained, the best of two do not go on yet.
    await writeLog(path, began("a"), began("b"), began("c"));
    const two = [setting("a", [0.4], [0.4]), setting("b", [0.5], [0.5]), setting("c", [], [])];
    const left = await asynchronousJobs(folder, two, { running: new Set(["c1"]), free: 2 });
    expect(left.map(({ trial: { id } }) => id)).toEqual(["c2"]);
    // Where nobody trains, it does.
    await writeLog(path, began("a"), began("b"));
    const better = await asynchronousJobs(folder, two.slice(0, 2), { running: new Set(), free: 1 });
    expect(better.map(({ trial: { id }, until }) => `${id} until ${until}`)).toEqual(["b1 until 3", "b2 until 3"]);
    await writeFile(join(path, "decisions.jsonl"), '{"until":1}\n');
    await expect(asynchronousJobs(folder, all, { running: new Set(), free: 1 })).rejects.toThrow("line 1: setting");
  });
});
