/** What happens to a run whose terminal is closed, whose reader is gone, or whose disk is full. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { program, torchlet } from "./torchlet.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
});
afterAll(() => rm(root, { recursive: true }));

/** More epochs than anybody would wait for. */
const options = "--size 8 --batch 4 --backend wasm --threads 1 --epochs 100000".split(" ");

/** Standard output and standard error of a shell's command. */
async function shell(command: string): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)("bash", ["-c", command], { cwd: root });
}

const train = (out: string, ...more: string[]) =>
  [process.execPath, program, "train", "faces", "--out", out, ...options, ...more].join(" ");

/** The run is saved, whole, and nobody's. */
async function expectSaved(out: string): Promise<void> {
  const run = await RunFolder.open(join(root, out));
  expect(run.hasCheckpoint("last")).toBe(true);
  expect((await readdir(run.path)).filter((name) => /lock|unfinished/.test(name))).toEqual([]);
  const epochs = (await run.metrics()).length;
  const rest = await torchlet(root, "train", "--resume", out, "--epochs", String(epochs + 1), "--json");
  expect([rest.code, rest.stderr]).toEqual([0, ""]);
}

it("a reader that has seen enough ends training, which saves and says how to go on", async () => {
  const { stdout, stderr } = await shell(`(${train("piped", "--json")}; echo "code $?" >&2) | grep -m 3 step`);
  expect(stdout.trimEnd().split("\n")).toHaveLength(3);
  expect(stderr).toBe(
    "\nInterrupted: standard output takes nothing more (EPIPE). Everything is saved; go on with: " +
      "npx torchlet train --resume piped\ncode 141\n",
  );
  await expectSaved("piped");
});

it("before training has begun, nothing is made", async () => {
  const { stderr } = await shell(`(${train("unread", "--json")}; echo "code $?" >&2) | head -3`);
  expect(stderr).toMatch(/\(EPIPE\)\. Training had not begun, and nothing was made\.\ncode 141\n$/);
  expect(existsSync(join(root, "unread"))).toBe(false);
});

it.skipIf(!existsSync("/dev/full"))("so does a full disk", async () => {
  const { stderr } = await shell(`${train("full", "--json")} > /dev/full; echo "code $?" >&2`);
  expect(stderr).toMatch(/^\nInterrupted: standard output takes nothing more \(ENOSPC\)\. .*\ncode 1\n$/);
});

/** Runs its arguments in a terminal, closes that once an epoch is over, and prints the exit code. */
const TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""
while b"epoch 2/" not in seen:
    seen += os.read(terminal, 4096)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

it("a terminal that is closed ends training, which saves", async () => {
  const args = ["-c", TERMINAL, ...train("closed").split(" ")];
  const { stdout, stderr } = await promisify(execFile)("python3", args, { cwd: root });
  // Of the signal, not by a crash.
  expect([stdout, stderr]).toEqual([`${-constants.signals.SIGHUP}\n`, ""]);
  await expectSaved("closed");
});

it("other commands end, quietly", async () => {
  const { stdout, stderr } = await shell(`(${process.execPath} ${program} info js wasm; echo "code $?" >&2) | true`);
  expect([stdout, stderr]).toEqual(["", "code 141\n"]);
});
