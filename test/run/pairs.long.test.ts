/** Two processes on one run folder, in every combination: each is served or told why not, and the run is as alone. */

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { type Outcome, start, torchlet } from "../cli/torchlet.js";
import { runContents } from "./run-contents.js";

let root: string;

const OPTIONS = "--backend wasm --threads 1 --size 8 --batch 5 --checkpoint-every 1".split(" ");

const train = (out: string, epochs: number) => ["train", "faces", "--out", out, "--epochs", String(epochs), ...OPTIONS];
const resume = (run: string, epochs: number) => ["train", "--resume", run, "--epochs", String(epochs)];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  await torchlet(root, ...train("alone", 12));
});
afterAll(() => rm(root, { recursive: true }));

const together = (...commands: string[][]) => Promise.all(commands.map((args) => torchlet(root, ...args)));

/** At least one came to its end, and the others were told why they did not. */
function expectRefusals(outcomes: Outcome[], refusal: RegExp): void {
  expect(outcomes.some(({ code }) => code === 0)).toBe(true);
  for (const { code, stderr } of outcomes)
    if (code !== 0) expect([code, stderr]).toEqual([1, expect.stringMatching(refusal)]);
}

async function expectAsAlone(run: string): Promise<void> {
  expect(await runContents(join(root, run))).toEqual(await runContents(join(root, "alone")));
  expect((await readdir(join(root, run))).filter((name) => /lock|unfinished/.test(name))).toEqual([]);
}

it("train and train", async () => {
  const outcomes = await together(train("twice", 12), train("twice", 12));
  expectRefusals(outcomes, /twice (is being trained by process \d+ on|holds a run already)/);
  expect(outcomes.filter(({ code }) => code === 0)).toHaveLength(1);
  await expectAsAlone("twice");
});

it("resume and resume", async () => {
  await torchlet(root, ...train("resumed", 1));
  expectRefusals(await together(resume("resumed", 12), resume("resumed", 12)), /resumed is being trained by process/);
  await expectAsAlone("resumed");
});

it("resume and train", async () => {
  await torchlet(root, ...train("mixed", 1));
  const outcomes = await together(resume("mixed", 12), train("mixed", 12));
  expectRefusals(outcomes, /mixed holds a run already/);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 1]);
  await expectAsAlone("mixed");
});

it.each([
  ["report", (run: string) => ["report", run], "report.html"],
  ["compare", (run: string) => ["compare", run, "alone", "--out", "compared"], "../compared/report.html"],
])("%s and train", async (name, command, page) => {
  const run = `beside-${name}`;
  let beside: Promise<Outcome> | undefined;
  const { outcome } = start(root, [...train(run, 12), "--json"], (line) => {
    if (JSON.parse(line).event === "epoch") beside ??= torchlet(root, ...command(run));
  });
  expect(await outcome).toMatchObject({ code: 0, stderr: "" });
  expect(await beside).toMatchObject({ code: 0, stderr: "" });
  expect(await readFile(join(root, run, page), "utf8")).toMatch(/^<!doctype html>.*<\/html>\n?$/s);
  await expectAsAlone(run);
});
