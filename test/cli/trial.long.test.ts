/** torchlet trial, and what it shares with train, as they are run from a shell; and a sweep as small as there can be one. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { RunLock } from "../../src/run/run-lock.js";
import { torchlet } from "./torchlet.js";

let root: string;

const sweep = {
  base: { data: "faces", net: "net1", size: 8, batch: 9, backend: "wasm" },
  space: { lr: [0.001] },
  seeds: [1, 2],
  maxEpochs: 2,
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  await writeFile(join(root, "sweep.json"), JSON.stringify(sweep));
});
afterAll(() => rm(root, { recursive: true }));

/** What `torchlet trial` lists. */
async function list(): Promise<string[]> {
  const { code, stdout, stderr } = await torchlet(root, "trial", "sweep.json");
  expect([code, stderr]).toEqual([0, ""]);
  return stdout.trimEnd().split("\n");
}

const events = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

it("trial, called again and again, does each part once; a sweep does the rest, and says what came of it", async () => {
  const before = await list();
  expect(before).toEqual(
    [1, 2].map((seed) => expect.stringMatching(`^\\w{12}  lr 0.001  seed ${seed}  0 of 2 epochs$`)),
  );
  const [id] = before[0].split(" ");
  const trial = (...args: string[]) => torchlet(root, "trial", "sweep.json", id, ...args);
  const paused = events((await trial("--until", "1", "--json")).stdout);
  expect(paused.at(-1)).toMatchObject({ event: "pause", epoch: 1, epochs: 2 });
  const hint = (await trial("--until", "1")).stdout;
  expect(hint).toMatch(new RegExp(`; the others come with npx torchlet trial sweep.json ${id}\n$`));
  const ended = events((await trial("--json")).stdout);
  expect(ended.at(-1)).toMatchObject({ event: "result", trial: id, seed: 1, epochs: 2, digest: expect.any(String) });
  const known = await trial();
  expect(known.stdout).toMatch(
    /^\w{12} is finished, with 2 epochs: accuracy [\d.]+ on the validation photographs in epoch [12], [\d.]+ on the test photographs\n$/,
  );
  expect(events((await trial("--again", "--json")).stdout).at(-1)).toEqual(ended.at(-1));
  const again = (await trial("--again")).stdout;
  expect(again).not.toContain("npx torchlet report"); // its folder is gone, so nobody is sent to it
  expect(again.endsWith(`${known.stdout}Trained anew, it came to the same, to the last bit.\n`)).toBe(true);
  const { code, stdout, stderr } = await torchlet(root, "sweep", "sweep.json", "--workers", "1");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.match(/epoch \d\/2/g)).toEqual(["epoch 1/2", "epoch 2/2"]);
  expect(stdout).toMatch(
    /^0\.001 +2 +2 +[\d.]+ ± [\d.]+ +[\d.]+ ± [\d.]+\n\nThere is one setting: nothing was chosen\.$/m,
  );
  expect((await list()).every((line) => line.endsWith("2 of 2 epochs"))).toBe(true);
  expect(events((await torchlet(root, "trial", "sweep.json", "--json")).stdout)).toMatchObject([
    { event: "trial", trial: id, setting: { lr: 0.001 }, seed: 1, epochs: 2, maxEpochs: 2, finished: true },
    { event: "trial", seed: 2, finished: true },
  ]);
});

describe("trial", () => {
  it("ends with a code that says whose fault it is that nothing was trained", async () => {
    const [id] = (await list())[0].split(" ");
    const lock = await RunLock.take(join(root, "runs/sweep", id));
    await rm(join(root, "runs/sweep", id, "result.json"));
    const held = await torchlet(root, "trial", "sweep.json", id);
    await lock.release();
    expect([held.code, held.stderr]).toEqual([75, expect.stringContaining("is being trained by process")]);
    const unknown = await torchlet(root, "trial", "sweep.json", "0123456789ab");
    expect([unknown.code, unknown.stderr]).toEqual([
      69,
      expect.stringContaining("has no trial 0123456789ab here: without an ID, torchlet trial lists"),
    ]);
  });

  it.each([["--until", "1"], ["--again"], ["--take-over"]])("refuses %s without an ID", async (...flag) => {
    const { code, stderr } = await torchlet(root, "trial", "sweep.json", ...flag);
    expect([code, stderr]).toEqual([1, expect.stringMatching(`^torchlet: ${flag[0]}: of which trial\\? Name its ID`)]);
  });

  it("refuses an epoch that is none", async () => {
    const { code, stderr } = await torchlet(root, "trial", "sweep.json", "0123456789ab", "--until", "0");
    expect([code, stderr]).toEqual([1, 'torchlet: --until: expected a whole number of at least 1, got "0"\n']);
  });
});

describe("train", () => {
  const small = ["--size", "8", "--batch", "8", "--backend", "wasm", "--threads", "1", "--epochs", "2"];

  it("--until stops at an epoch, --or-resume begins a run or goes on with it", async () => {
    const args = ["train", "faces", "--out", "either", "--or-resume", ...small];
    const first = await torchlet(root, ...args, "--until", "1");
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toMatch(
      /\nstopped after epoch 1 of 2; the others come with npx torchlet train --resume either\n$/,
    );
    const rest = await torchlet(root, ...args);
    expect(rest.stdout).toMatch(/^going on with either in epoch 2, after 0 photographs$/m);
    expect(rest.stdout).toMatch(/^epoch 2\/2 /m);
    const other = await torchlet(root, ...args, "--lr", "0.5");
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("lr was 0.001 then, and is 0.5 now")]);
  });

  it.each([
    [["faces", "--or-resume"], "--or-resume: of which run? Name its folder with --out"],
    [["--resume", "either", "--or-resume"], "--or-resume: cannot change with --resume"],
    [["faces", "--find-lr", "lr.svg", "--until", "1"], "--until: --find-lr makes no run"],
  ])("%j is refused", async (args, message) => {
    const { code, stderr } = await torchlet(root, "train", ...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});
