/** torchlet train --find-lr, as it is run from a shell: a chart, a rate to take, and no run. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { torchlet } from "./torchlet.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 16, test: 8, size: 16 });
});
afterAll(() => rm(root, { recursive: true }));

const OPTIONS = ["--size", "16", "--batch", "8", "--backend", "wasm", "--threads", "1"];

it("draws the losses, and says which rate to take", async () => {
  const { code, stdout, stderr } = await torchlet(root, "train", "faces", "--find-lr", "lr.svg", ...OPTIONS);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/lr\.svg\nThe loss falls most steeply at a rate of \S+: --lr [\d.e-]+\n$/);
  const svg = await readFile(join(root, "lr.svg"), "utf8");
  expect(svg).toMatch(/^<svg.*learning rate.*steepest/s);
  expect((await readdir(root)).sort()).toEqual(["faces", "lr.svg"]);
});

it("looks at the chart's place before it reads a photograph", async () => {
  await writeFile(join(root, "file"), "");
  await mkdir(join(root, "folder"));
  for (const [place, problem] of [
    ["folder", "it is a folder, and a file is to be written"],
    ["file/lr.svg", "it cannot be written, as file is a file and no folder"],
  ]) {
    const { code, stdout, stderr } = await torchlet(root, "train", "faces", "--find-lr", place, ...OPTIONS, "--json");
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining(`torchlet: ${place}: ${problem}`)]);
  }
  await Promise.all(["file", "folder"].map((name) => rm(join(root, name), { recursive: true })));
});

it("writes nothing among the photographs, and goes with no run that there is", async () => {
  const inside = await torchlet(root, "train", "faces", "--find-lr", "faces/lr.svg", ...OPTIONS);
  expect([inside.code, inside.stderr]).toEqual([1, expect.stringContaining("--find-lr")]);
  const resumed = await torchlet(root, "train", "--resume", "run", "--find-lr", "lr.svg");
  expect([resumed.code, resumed.stderr]).toEqual([
    1,
    expect.stringContaining("--find-lr: cannot change with --resume"),
  ]);
});
