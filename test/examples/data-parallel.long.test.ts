/** Training in several processes, by the system's Open MPI. */

import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import "../targets.js";

const missing = spawnSync("mpirun", ["--version"]).status !== 0;
if (missing && inject("mustRun")) throw new Error("there is no mpirun: apt-get install openmpi-bin");

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 22, test: 6, size: 32 });
});
afterAll(() => rm(root, { recursive: true }));

interface Trained {
  /** Of the weights in each process, by its number. */
  digests: string[];
  stdout: string;
  file: Buffer;
}

/** Trains in so many processes, on drawn faces. */
async function train(processes: number, out: string, ...options: string[]): Promise<Trained> {
  const program = fileURLToPath(new URL("../../examples/data-parallel.ts", import.meta.url));
  const start = ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", String(processes)];
  const node = [process.execPath, "--import", import.meta.resolve("tsx"), program];
  const flags = ["--data", "faces", "--batch", "8", "--epochs", "2", "--threads", "1", "--out", out, ...options];
  const child = spawn("mpirun", [...start, ...node, ...flags], { cwd: root });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code, stderr).toBe(0);
  // mpirun lets the first process believe in a terminal: a line may stand behind its bar.
  const lines = [...stdout.matchAll(/process (\d+): weights (\w{64})/g)];
  const digests: string[] = [];
  for (const [, rank, digest] of lines) digests[Number(rank)] = digest;
  return { digests, stdout, file: await readFile(join(root, out)) };
}

describe.skipIf(missing)("data-parallel (skipped where there is no mpirun)", () => {
  it("comes to the same weights in all processes, and again when it is repeated", async () => {
    const [two, again, four] = [await train(2, "a"), await train(2, "b"), await train(4, "c")];
    for (const [{ digests }, processes] of [
      [two, 2],
      [four, 4],
    ] as const) {
      expect(digests).toHaveLength(processes);
      expect(new Set(digests).size).toBe(1);
    }
    expect(again.digests).toEqual(two.digests);
    expect(again.file.equals(two.file)).toBe(true);
    expect(two.stdout).toMatch(/^22 photographs, 2 processes, each on wasm/m);
    expect(two.stdout).toMatch(/^a step takes [\d.]+ ms, [\d.]+ ms of them for the means of 1\.6 MB$/m);
    // Another seed is another training: digests tell.
    expect((await train(2, "d", "--seed", "2")).digests[0]).not.toBe(two.digests[0]);
  });
});
