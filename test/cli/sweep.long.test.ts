/** torchlet sweep, results and report, as they are run from a shell; trial.long.test.ts has the smallest of them. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { RunLock } from "../../src/run/run-lock.js";
import { start, torchlet } from "./torchlet.js";

let root: string;

const sweep = {
  base: { data: "faces", net: "net1", size: 8, batch: 5, backend: "wasm" },
  space: { lr: [0.001, 0.01] },
  seeds: [1, 2],
  minEpochs: 1,
  maxEpochs: 2,
  factor: 2,
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  await writeFile(join(root, "sweep.json"), JSON.stringify(sweep));
  await writeFile(join(root, "other.json"), JSON.stringify({ ...sweep, halving: "asynchronous" }));
});
afterAll(() => rm(root, { recursive: true }));

/** The ids of the trials, as `torchlet trial` lists them. */
async function idsOf(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await torchlet(root, "trial", ...args);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ +/)[0]);
}

describe("sweep", () => {
  it("trains what has to be trained, and says which setting does best", async () => {
    const first = await torchlet(root, "sweep", "sweep.json", "--workers", "2", "--csv", "results.csv");
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toMatch(/^4 trials, 2 at a time, in runs\/sweep$/m);
    // Four up to the first epoch, two up to the second: each epoch once.
    const epochs = [
      ...first.stdout.matchAll(/^(\w{12}) {2}lr [\d.]+, seed [12] {2}epoch (\d)\/2 {2}accuracy [\d.]+$/gm),
    ];
    expect(epochs.map(([, , epoch]) => epoch).sort()).toEqual(["1", "1", "1", "1", "2", "2"]);
    expect(first.stdout.match(/ {2}finished$/gm)).toHaveLength(2);
    expect(first.stdout).toMatch(/^lr +epochs +seeds +accuracy \(validation\) +accuracy \(test\)$/m);
    expect(first.stdout).toMatch(/^0\.\d+ +2 +2 +[\d.]+ ± [\d.]+ +[\d.]+ ± [\d.]+$/m);
    expect(first.stdout).toMatch(/^0\.\d+ +1 +2 +[\d.]+ ± [\d.]+$/m);
    expect(first.stdout).toContain("The best of 2 settings looks better on the validation photographs than it is");
    const lines = (await readFile(join(root, "results.csv"), "utf8")).trimEnd().split("\n");
    expect(lines[0]).toBe("trial,lr,seed,epochs,bestEpoch,validation accuracy,test accuracy,broken");
    expect(lines.slice(1).map((line) => line.split(",").slice(2, 4))).toEqual([
      ["1", "2"],
      ["2", "2"],
      ["1", "1"],
      ["2", "1"],
    ]);
    const again = await torchlet(root, "sweep", "sweep.json");
    expect([again.code, again.stdout.match(/epoch \d\/2/)]).toEqual([0, null]);
    const table = (text: string) => text.slice(text.indexOf("\nlr "));
    expect(table(again.stdout)).toBe(table(first.stdout));
    const seen = await torchlet(root, "results", "runs/sweep");
    expect(table(first.stdout)).toBe(`\n${seen.stdout}npx torchlet report runs/sweep\n`);
    expect((await readdir(join(root, "runs/sweep"))).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  it("prints the results as JSON alone, which do not depend on workers", async () => {
    const [two, seen] = await Promise.all([
      torchlet(root, "sweep", "sweep.json", "--workers", "1", "--runs", "runs/one", "--json"),
      torchlet(root, "results", "runs/sweep", "--json"),
    ]);
    expect(two.stdout).toBe(seen.stdout);
    const { over, settings } = JSON.parse(two.stdout);
    expect([over, settings.length, settings[0].epochs, settings[1].epochs]).toEqual([true, 2, 2, 1]);
    expect(settings[0].trials[0]).toMatchObject({
      trial: expect.any(String),
      seed: 1,
      epochs: 2,
      test: expect.any(Number),
    });
    expect(settings[1].trials[0].test).toBeUndefined();
  });

  it("halves asynchronously, and logs what it decides", async () => {
    const { code, stdout } = await torchlet(root, "sweep", "other.json", "--workers", "2", "--json");
    expect([code, JSON.parse(stdout).settings[0].epochs]).toEqual([0, 2]);
    const log = (await readFile(join(root, "runs/other/decisions.jsonl"), "utf8")).trimEnd().split("\n");
    expect(log.map((line) => JSON.parse(line).until)).toEqual([1, 1, 2]);
  });

  it("is controlled by one process at a time", async () => {
    const lock = await RunLock.take(join(root, "runs/sweep"));
    const { code, stderr } = await torchlet(root, "sweep", "sweep.json");
    await lock.release();
    expect([code, stderr]).toEqual([1, expect.stringContaining("runs/sweep is being trained by process")]);
  });

  it("saves and ends at a signal, and its children with it; then it goes on", async () => {
    let told = 0;
    const { child, outcome } = start(root, ["sweep", "sweep.json", "--runs", "runs/stopped"], (line) => {
      if (line.includes("epoch 1/2") && ++told === 1) child.kill("SIGTERM");
    });
    const { code, stderr } = await outcome;
    expect([code, stderr]).toEqual([143, expect.stringContaining("the same command goes on with it")]);
    const ids = await idsOf("sweep.json", "--runs", "runs/stopped");
    // Nobody is left who holds a trial.
    for (const id of ids) {
      const run = join(root, "runs/stopped", id);
      if (existsSync(run)) expect((await readdir(run)).filter((name) => name.endsWith(".lock"))).toEqual([]);
    }
    const rest = await torchlet(root, "sweep", "sweep.json", "--runs", "runs/stopped", "--json");
    expect(rest.stdout).toBe((await torchlet(root, "results", "runs/sweep", "--json")).stdout);
  });

  it("tells which trials cannot be trained, and why", async () => {
    const path = join(root, "bad.json");
    await writeFile(path, JSON.stringify({ ...sweep, base: { ...sweep.base, metric: undefined, net: "net9" } }));
    const { code, stderr } = await torchlet(root, "sweep", "bad.json");
    expect([code, stderr]).toEqual([1, expect.stringContaining("base: net: expected net1, net2 or net3")]);
  });
});

describe("sweep --print slurm", () => {
  it("prints a script whose tasks train the trials that are next", async () => {
    const args = ["sweep", "sweep.json", "--runs", "runs/slurm", "--print", "slurm"];
    const { code, stdout, stderr } = await torchlet(root, ...args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^#!\/bin\/bash\n/);
    expect(stdout).toMatch(/^#SBATCH --array=0-3$/m);
    expect(stdout).toMatch(/^#SBATCH --signal=B:TERM@120$/m);
    const script = join(root, "array.sh");
    await writeFile(script, stdout);
    const here = promisify(execFile)("bash", [script], { cwd: root });
    await expect(here).rejects.toThrow("SLURM_ARRAY_TASK_ID: sbatch sets it, for each task");
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: "3", SLURM_CPUS_PER_TASK: "1" };
    await promisify(execFile)("bash", [script], { cwd: root, env });
    const ids = await idsOf("sweep.json", "--runs", "runs/slurm");
    expect((await readdir(join(root, "runs/slurm"))).filter((name) => ids.includes(name))).toEqual([ids[3]]);
    expect((await torchlet(root, ...args)).stdout).toMatch(/^#SBATCH --array=0-2$/m);
    const done = await torchlet(root, "sweep", "sweep.json", "--print", "slurm");
    expect([done.code, done.stderr]).toEqual([
      1,
      "torchlet: nothing is left to be done: torchlet results runs/sweep\n",
    ]);
    const other = await torchlet(root, "sweep", "other.json", "--print", "slurm");
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("asynchronous halving decides while")]);
  });
});

describe("report", () => {
  it("of a sweep is a page with a table, charts, and what may be chance", async () => {
    // Two settings to the end: there is something to compare.
    await writeFile(join(root, "both.json"), JSON.stringify({ ...sweep, minEpochs: 2 }));
    await torchlet(root, "sweep", "both.json");
    const { code, stdout, stderr } = await torchlet(root, "report", "runs/both");
    expect([code, stdout, stderr]).toEqual([0, "runs/both/report.html\n", ""]);
    const page = await readFile(join(root, "runs/both/report.html"), "utf8");
    expect(page).toContain("Best of 2 settings: lr ");
    expect(page).toContain("What may be chance");
    expect(page).toMatch(/only the best is right/);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object|⚠/);
    expect((await readdir(join(root, "runs/both/charts"))).sort()).toEqual([
      "curves.svg",
      "effect-lr.svg",
      "parallel-coordinates.svg",
    ]);
    const unfinished = await torchlet(root, "report", "runs/slurm");
    expect(unfinished.code).toBe(1);
    expect(unfinished.stderr).toContain("no setting has been trained for 1 epoch with all seeds yet");
  });
});
