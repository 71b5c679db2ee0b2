/** torchlet train and torchlet predict, as they are run from a shell. */

import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { examine } from "../../src/report/examine.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { readEvents, scalarsIn, sessionsIn } from "../io/read-events.js";
import { runContents } from "../run/run-contents.js";
import { start, torchlet } from "./torchlet.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  await writeFile(join(root, "faces/train/broken_1.jpg"), "no picture");
});
afterAll(() => rm(root, { recursive: true }));

const small = ["--size", "8", "--batch", "8", "--backend", "wasm", "--threads", "1"];

describe("train", () => {
  it("makes a run folder, and tells what it does", async () => {
    const { code, stdout, stderr } = await torchlet(root, "train", "faces", "--epochs", "2", "--out", "a", ...small);
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^net1, 395,090 parameters, on wasm \(1 thread, /);
    expect(lines[1]).toMatch(/^train {7}18 photographs, 8×8: \d+ not covered, \d+ covered$/);
    expect(lines[2]).toMatch(/^validation {2}2 photographs: 1 not covered, 1 covered; they tell the best epoch$/);
    expect(lines[3]).toMatch(/^test {8}10 photographs: \d+ not covered, \d+ covered; they decide nothing$/);
    expect(lines[4]).toMatch(/^skipped {2}.*faces\/train\/broken_1\.jpg: not an image/);
    expect(stdout).toMatch(/^epoch 2\/2 {2}\d+ images\/s {2}[\d.]+ s$/m);
    expect(stdout).toMatch(/^ {2}validation {2}loss \d\.\d{4} {2}accuracy \d+\.\d\d % {2}F1 [01]\.\d{4}$/m);
    expect(stdout).not.toMatch(/^ {2}test/m);
    const { best, last } = (await (await RunFolder.open(join(root, "a"))).test())!;
    const [first, second] = [best, last].map(({ metrics }) => `${(100 * metrics.accuracy).toFixed(2)} %`);
    expect(stdout).toContain(
      `Of the test photographs, epoch ${best.epoch} calls ${first} right, the last one ${second}\n`,
    );
    expect(stdout).toMatch(
      /\ndone\. Best on the validation photographs: epoch [12], \d+\.\d\d %\n.*\nnpx torchlet report a\nnpx torchlet predict PHOTO --run a\n$/,
    );
    const run = await RunFolder.open(join(root, "a"));
    expect(run.config).toMatchObject({ net: "net1", size: 8, epochs: 2, threads: 1 });
    expect(await run.skipped()).toMatchObject([{ split: "train", file: expect.stringMatching(/broken_1\.jpg$/) }]);
  });

  it("lets the test photographs tell the best epoch, as the original experiment did, and says so", async () => {
    const flags = ["--val-fraction", "0", "--epochs", "1", "--out", "original", ...small];
    const { stdout } = await torchlet(root, "train", "faces", ...flags);
    expect(stdout).toMatch(/^train {2}20 photographs, 8×8/m);
    expect(stdout).toMatch(/^test {3}10 photographs: .*; they tell the best epoch, which flatters its figures$/m);
    expect(stdout).toMatch(/^ {2}test {3}loss/m);
    expect(stdout).toMatch(/^done\. Best on the test photographs: epoch 1, /m);
  });

  it("keeps its cache where it was made, from wherever it goes on; who only looks on writes nothing there", async () => {
    const flags = ["--cache", "kept", "--epochs", "1", "--out", "cached", ...small];
    await torchlet(root, "train", "faces", ...flags);
    const kept = (await readdir(join(root, "kept"))).length;
    expect(kept).toBeGreaterThan(0);
    await mkdir(join(root, "elsewhere"));
    const { code } = await torchlet(join(root, "elsewhere"), "train", "--resume", "../cached", "--epochs", "2");
    expect([code, await readdir(join(root, "elsewhere"))]).toEqual([0, []]);
    await rm(join(root, "kept"), { recursive: true });
    await examine(join(root, "cached"));
    expect(await readdir(root)).not.toContain("kept");
  });

  it("takes a config file, and flags before it; another run's is one", async () => {
    const file = { net: "net1", size: 8, epochs: 3, batch: 8, softmaxNll: true, backend: "wasm", threads: 1 };
    await writeFile(join(root, "options.json"), JSON.stringify(file));
    const flags = ["--epochs", "1", "--no-softmax-nll", "--class-weights", "1,2", "--augment", "flip=0.5,rotate=10"];
    const b = await torchlet(root, "train", "faces", "--config", "options.json", "--out", "b", ...flags);
    expect([b.code, b.stderr]).toEqual([0, ""]);
    const { config } = await RunFolder.open(join(root, "b"));
    const augment = { flip: 0.5, rotate: 10 };
    expect(config).toMatchObject({ size: 8, epochs: 1, softmaxNll: false, classWeights: [1, 2], augment });
    const c = await torchlet(root, "train", "--config", "b/config.json", "--out", "c");
    expect([c.code, c.stderr]).toEqual([0, ""]);
    expect(await runContents(join(root, "c"))).toEqual(await runContents(join(root, "b")));
  });

  it("takes any number of classes, and splits where there is no split", async () => {
    const names = (await readdir(join(root, "faces/train"))).filter((name) => !name.startsWith("broken"));
    for (const [i, name] of names.entries()) {
      await cp(join(root, "faces/train", name), join(root, "three", ["ant", "bee", "cow"][i % 3], name));
    }
    const flags = ["--out", "three-run", "--epochs", "1", "--test-fraction", "0.4", ...small];
    const { code, stdout, stderr } = await torchlet(root, "train", "three", ...flags);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^train {7}9 photographs, 8×8: 3 ant, 3 bee, 3 cow$/m);
    expect(stdout).toMatch(/^validation {2}3 photographs: 1 ant, 1 bee, 1 cow; they tell the best epoch$/m);
    expect(stdout).toMatch(/^test {8}8 photographs: 3 ant, 3 bee, 2 cow; they decide nothing$/m);
    const seen = await torchlet(root, "predict", "three/cow", "--run", "three-run");
    expect(seen.stdout).toMatch(/^photograph +class +ant +bee +cow\n/);
    expect(seen.stdout.trimEnd().split("\n")).toHaveLength(7);
  });

  it("writes TensorBoard's events, and goes on with them", async () => {
    const flags = ["--epochs", "1", "--out", "board", ...small];
    expect(await torchlet(root, "train", "faces", "--tensorboard", ...flags)).toMatchObject({ code: 0, stderr: "" });
    expect(await torchlet(root, "train", "--resume", "board", "--epochs", "2", "--tensorboard")).toMatchObject({
      code: 0,
    });
    expect(sessionsIn(join(root, "board"))).toHaveLength(2);
    expect(scalarsIn(readEvents(join(root, "board")))["step/loss"].map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    const taken = await torchlet(root, "train", "--tensorboard", "faces");
    expect([taken.code, taken.stderr]).toEqual([
      1,
      "torchlet: which photographs? Name their folder: torchlet train DIR (faces is --tensorboard's: give DIR before it)\n",
    ]);
    const search = await torchlet(root, "train", "faces", "--find-lr", "lr.svg", "--tensorboard");
    expect([search.code, search.stderr]).toEqual([1, "torchlet: --tensorboard: --find-lr makes no run\n"]);
  });

  it("gives each event as a line of JSON", async () => {
    const { stdout } = await torchlet(root, "train", "faces", "--json", "--epochs", "1", "--out", "json", ...small);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const names = events.map(({ event }) => event).filter((name) => name !== "reading");
    expect(names).toEqual(["start", "step", "step", "step", "epoch", "end"]);
    expect(events.find(({ event }) => event === "start")).toMatchObject({
      run: "json",
      net: "net1",
      epoch: 1,
      done: 0,
    });
    expect(events.at(-1)).toMatchObject({ early: false, best: { epoch: 1, validation: { loss: expect.any(Number) } } });
    expect(events.at(-1).test).toMatchObject({ decidedBy: "validation", last: { epoch: 1 } });
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("saves at %s, tells how to go on, and does", async (signal, expected) => {
    const [out, options] = [signal.toLowerCase(), ["--epochs", "6", ...small]];
    let steps = 0;
    const { child, outcome } = start(root, ["train", "faces", "--json", "--out", out, ...options], (line) => {
      if (JSON.parse(line).event === "step" && ++steps === 4) child.kill(signal);
    });
    const { code, stderr } = await outcome;
    const message = `\nInterrupted. Everything is saved; go on with: npx torchlet train --resume ${out}\n`;
    expect([code, stderr]).toEqual([expected, message]);
    const rest = await torchlet(root, "train", "--resume", out);
    expect([rest.code, rest.stderr]).toEqual([0, ""]);
    expect(rest.stdout).toMatch(new RegExp(`^going on with ${out} in epoch \\d+, after \\d+ photographs$`, "m"));
    const whole = join(root, "never-interrupted");
    if (!RunFolder.exists(whole)) await torchlet(root, "train", "faces", "--out", whole, ...options);
    expect(await runContents(join(root, out))).toEqual(await runContents(whole));
  });
});

describe("predict", () => {
  it("tells the classes of files and of folders, and what it could not read", async () => {
    const [name] = await readdir(join(root, "faces/test"));
    await cp(join(root, "faces/test"), join(root, "some"), { recursive: true });
    await writeFile(join(root, "some/text.jpg"), "no picture");
    const { code, stdout, stderr } = await torchlet(root, "predict", `faces/test/${name}`, "some", "--run", "a");
    const weights = "By the weights of a after epoch \\d+, the best by accuracy on the validation photographs:\n";
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^${weights}some/text\\.jpg: not an image.*\n$`)),
    ]);
    await cp(`${root}/faces/test/${name}`, join(root, "tidy", name));
    await writeFile(join(root, "tidy/Thumbs.db"), "left by a system");
    await writeFile(join(root, "tidy/notes.txt"), "no photograph, and no claim to be one");
    const tidy = await torchlet(root, "predict", "tidy", "--run", "a");
    const skipped = "skipped tidy/notes.txt: by its name it is no photograph\n";
    expect([tidy.code, tidy.stderr]).toEqual([0, expect.stringMatching(new RegExp(`^${weights}${skipped}$`))]);
    const [head, first, ...rest] = stdout.trimEnd().split("\n");
    expect(head).toMatch(/^photograph +class +not covered +covered$/);
    expect(first).toMatch(new RegExp(`^faces/test/${name} +(not )?covered +\\d+\\.\\d % +\\d+\\.\\d %$`));
    expect(rest).toHaveLength(10);
    const json = await torchlet(root, "predict", "some", "--run", "a", "--checkpoint", "last", "--json");
    const lines = json.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(11);
    for (const { file, class: verdict, probabilities, error } of lines) {
      if (error) {
        expect(file).toBe("some/text.jpg");
        continue;
      }
      const [bare, covered] = [probabilities["not covered"], probabilities.covered];
      expect(bare + covered).toBeCloseTo(1, 5);
      expect(verdict).toBe(covered > bare ? "covered" : "not covered");
    }
  });
});

describe("errors", () => {
  it.each<[string[], string]>([
    [["train"], "torchlet: which photographs? Name their folder: torchlet train DIR"],
    [["train", "nowhere"], "torchlet: "],
    [["train", "faces", "--epochs", "ten"], 'torchlet: --epochs: expected a whole number of at least 1, got "ten"'],
    [
      ["train", "faces", "--speed", "1"],
      "error: unknown option '--speed'\n(Did you mean --seed?)\n(torchlet train [options] [DIR]; --help says more)\n",
    ],
    [["train", "faces", "--batch-size", "16"], "error: unknown option '--batch-size'\n(Did you mean --batch?)\n"],
    [["train", "faces", "--epoch", "1"], "error: unknown option '--epoch'\n(Did you mean --epochs?)\n"],
    [["report"], "error: missing required argument 'RUN'\n(torchlet report [options] <RUN>; --help says more)\n"],
    [
      ["train", "faces", "--augment", "flip"],
      'torchlet: --augment: expected names with strengths, as in flip=0.5,rotate=10, got "flip"',
    ],
    [
      ["train", "faces", "--config", "missing.json"],
      "torchlet: missing.json: it could not be read: there is no such file or folder (ENOENT)",
    ],
    [
      ["train", "faces", "--config", "wrong.json"],
      'torchlet: wrong.json: epochs: expected a whole number of at least 1, got "1"',
    ],
    [["train", "faces", "--out", "a"], "torchlet: a holds a run already: go on with --resume a, or choose another"],
    [["train", "--resume", "faces"], "torchlet: faces is no run folder: there is no config.json in it"],
    [
      ["train", "faces", "--resume", "a", "--lr", "1"],
      "torchlet: --lr: cannot change with --resume; DIR, --val, --cache, ",
    ],
    [
      ["train", "--resume", "a", "--threads", "999"],
      "torchlet: --threads: expected a whole number from 1 to 256, got 999",
    ],
    [
      ["train", "faces", "--class-weights", "1,2,3", "--out", "weights"],
      "torchlet: --class-weights: 3 weights for 2 classes",
    ],
    [
      ["info", "nosuch"],
      "error: command-argument value 'nosuch' is invalid for argument 'backends'. Allowed choices are",
    ],
    [["predict", "--run", "a"], "torchlet: no photographs: name some, or a --list of them"],
    [["predict", "x.jpg", "--run", "a", "--resume"], "torchlet: --resume goes on with a file: --out FILE"],
    [
      ["predict", "x.jpg", "--run", "a", "--out", "o"],
      "torchlet: --out: text is for people; add --format csv or jsonl",
    ],
    [
      ["predict", "x.jpg", "--run", "a", "--json", "--format", "csv"],
      "torchlet: --json is --format jsonl, and --format is",
    ],
    [
      ["predict", "--list", "nowhere", "--run", "a", "--json"],
      "torchlet: nowhere: it could not be read: there is no such file",
    ],
    [["predict", "x.jpg"], "error: required option '--run <RUN>' not specified"],
  ])("%j", async (args, message) => {
    await writeFile(join(root, "wrong.json"), '{ "epochs": "1" }');
    const before = await readdir(root);
    const { code, stdout, stderr } = await torchlet(root, ...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.startsWith(message), stderr).toBe(true);
    expect(await readdir(root)).toEqual(before);
  });
});

it("numbers that become too large end a run, with what is saved and what to do", async () => {
  const args = ["--optimizer", "sgd", "--lr", "1e30", "--size", "8", "--backend", "wasm", "--threads", "1"];
  const { code, stderr } = await torchlet(root, "train", "faces", "--out", "too-large", ...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^torchlet: .* made the first NaN or infinity: .*\nWhat the run had saved is from before that, and/,
  );
  expect(stderr).toMatch(/a smaller --lr, or with --clip-norm 1\.\n$/);
});

it("--help of train lists every option under its heading, and what the nets are", async () => {
  const { code, stdout } = await torchlet(root, "train", "--help");
  expect(code).toBe(0);
  for (const flag of ["--net <NAME>", "--softmax-nll", "--resume <RUN>"]) expect(stdout).toContain(flag);
  expect(stdout).toMatch(
    /\n\nThe photographs:\n {2}--layout [\s\S]*\n\nThe net:\n {2}--net [\s\S]*\n\nTraining:\n {2}--epochs /,
  );
  expect(stdout).toMatch(/^ {2}net2 {2}1,814,866 parameters {2}64×64 pixels {2}larger, /m);
});
