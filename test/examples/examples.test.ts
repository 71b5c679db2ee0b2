/** The examples, run as a reader runs them: from the command line, on a few drawn faces. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { loadSafetensors, saveSafetensors } from "../../src/io/safetensors/file.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { useRunner } from "./run-example.js";

const example = useRunner();
const run: typeof example.run = (...command) => example.run(...command);

beforeAll(() => drawFaces(join(example.root, "faces"), { train: 20, test: 10, size: 32 }));

describe("train-net1 and predict", () => {
  const train = (out: string, ...options: string[]) =>
    run("train-net1", "--data", "faces", "--epochs", "1", "--batch", "8", "--out", out, ...options);

  it("train on a folder, save the weights, and judge a photograph with them", async () => {
    const [one, two] = await Promise.all([
      train("one/net1.safetensors", "--threads", "1"),
      train("two/net1.safetensors", "--threads", "2"),
    ]);
    for (const { code, stdout, stderr } of [one, two]) {
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain("20 training and 10 test photographs, 32×32, on wasm");
      expect(stdout).toContain("402,770 parameters");
      expect(stdout).toMatch(/^epoch 1\/1 {2}\d+ images\/s {2}\d+(\.\d)? s$/m);
      expect(stdout).toMatch(/^ {2}train {2}loss \d\.\d{4} {2}accuracy \d+\.\d\d % {2}F1 [01]\.\d{4}$/m);
      expect(stdout).toMatch(/^ {2}test {3}loss \d\.\d{4} {2}accuracy \d+\.\d\d % {2}F1 [01]\.\d{4}$/m);
      expect(stdout).toMatch(/^Test AUC after 1 epochs?: [01]\.\d{4}$/m);
    }
    // One seed gives one result, on any number of threads.
    const bytes = ["one", "two"].map((folder) => readFile(join(example.root, folder, "net1.safetensors")));
    expect((await bytes[0]).equals(await bytes[1])).toBe(true);
    const { metadata } = await loadSafetensors(join(example.root, "one/net1.safetensors"));
    expect(metadata).toEqual({ net: "net1", size: "32" });

    const photos = (await readdir(join(example.root, "faces/test"))).slice(0, 2).map((name) => `faces/test/${name}`);
    const { code, stdout, stderr } = await run("predict", "--weights", "one/net1.safetensors", ...photos);
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.split(":")[0])).toEqual(photos);
    for (const line of lines) {
      const [, verdict, percent] = /: (.*) \(probability of being covered (\d+\.\d) %\)$/.exec(line) ?? [];
      expect(verdict).toBe(Number(percent) > 50 ? "covered" : "not covered");
    }
  });
});

describe("bad options", () => {
  /** Programs, their options, and a line of what they say. */
  const cases: [program: string, options: string[], message: string][] = [
    ["train-net1", ["--data", "faces", "--epochs", "0"], '--epochs: expected a whole number of at least 1, got "0"'],
    ["train-net1", ["--data", "faces", "--batch", "1.5"], '--batch: expected a whole number of at least 1, got "1.5"'],
    ["train-net2", ["--data", "faces", "--lr", "fast"], '--lr: expected a number of at least 0, got "fast"'],
    ["train-net1", ["--backend", "nope"], '--backend: there is no "nope"; there are auto, wasm, js'],
    ["train-net1", ["--data", "missing"], '--data: missing has no folder "train"'],
    ["train-net1", ["--speed", "1"], "Unknown option '--speed'"],
    ["predict", [], "usage: npx tsx examples/predict.ts --weights runs/net1.safetensors PHOTO ..."],
    [
      "predict",
      ["--weights", "missing", "photo.jpg"],
      "missing: it could not be read: there is no such file or folder (ENOENT)",
    ],
    ["predict", ["--weights", "stray", "photo.jpg"], 'stray: its metadata does not name net1 or net2, but "undefined"'],
  ];

  it("give an error that names them, and nothing is made", async () => {
    await saveSafetensors(join(example.root, "stray"), { a: tensor([1]) });
    const before = await readdir(example.root);
    // Two at a time: most of each program's time goes into its start.
    for (let i = 0; i < cases.length; i += 2) {
      const pair = cases.slice(i, i + 2);
      const outcomes = await Promise.all(pair.map(([program, options]) => run(program, ...options)));
      for (const [j, { code, stdout, stderr }] of outcomes.entries()) {
        expect([code, stdout], stderr).toEqual([1, ""]);
        expect(stderr).toContain(`: ${pair[j][2]}`);
      }
    }
    expect(await readdir(example.root)).toEqual(before);
  });
});

it("--help lists the options, with the defaults of each net", async () => {
  const [one, two] = await Promise.all([run("train-net1", "--help"), run("train-net2", "--help")]);
  for (const { code, stderr } of [one, two]) expect([code, stderr]).toEqual([0, ""]);
  expect(one.stdout).toContain("passes over the training set (14)");
  expect(two.stdout).toContain("where the weights go (runs/net2.safetensors)");
});
