/** torchlet predict on a list of tens of thousands: memory stays where it is. */

import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { startBy, torchlet } from "./torchlet.js";

const ENTRIES = 60_000;

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 8 });
  const small = ["--size", "8", "--batch", "8", "--backend", "wasm", "--threads", "1", "--epochs", "1"];
  expect((await torchlet(root, "train", "faces", "--out", "a", ...small)).code).toBe(0);
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

/**
 * Both generations of the engine's heap are kept small: grown at a time of its own choosing, they take up to 30 MB more,
 * which says nothing of what the program holds.
 */
const SMALL_HEAP = ["env", "NODE_OPTIONS=--max-semi-space-size=1 --max-old-space-size=60"];

/** The most memory that a process has had so far, in MB. */
function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1000;
}

it.skipIf(!existsSync("/proc/self/status"))(
  `${ENTRIES} photographs take no more memory than a third of them`,
  async () => {
    const names = (await readdir(join(root, "faces/test"))).map((name) => `faces/test/${name}`);
    const list = Array.from({ length: ENTRIES }, (_, i) => names[i % names.length]);
    await writeFile(join(root, "list"), list.join("\n"));
    const peaks: number[] = [];
    let rows = -1;
    const args = ["predict", "--run", "a", "--format", "csv", "--list", "list"];
    const { child, outcome } = startBy(SMALL_HEAP, root, args, () => {
      if (++rows === ENTRIES / 3 || rows === ENTRIES - 3000) peaks.push(peakOf(child.pid!));
    });
    const { code, stdout } = await outcome;
    expect([code, rows, peaks.length]).toEqual([0, ENTRIES, 2]);
    // 150 bytes a photograph would be 6 MB.
    expect(peaks[1] - peaks[0]).toBeLessThan(5);
    const files = stdout
      .split("\n")
      .slice(1, -1)
      .map((row) => row.slice(0, row.indexOf(",")));
    expect(files.every((file, i) => file === list[i])).toBe(true);
  },
  1_800_000,
);
