/** What the system refuses to do to a file: the path, what was being done, why, and what is safe. */

import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFaces } from "../examples/drawn-faces.js";
import { FileError, onFile, onFileSync } from "../src/file-error.js";
import { writeAtomically } from "../src/io/atomic-file.js";
import { loadSafetensors } from "../src/io/safetensors/file.js";
import { RunFolder } from "../src/run/run-folder.js";
import { RunLock } from "../src/run/run-lock.js";
import { program, torchlet } from "./cli/torchlet.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await writeFile(join(root, "file"), "");
  await mkdir(join(root, "folder"));
});
afterAll(() => rm(root, { recursive: true }));

const messageOf = (work: Promise<unknown>) =>
  work.then(
    () => "",
    (error: Error) => `${error.name} ${error.message}`,
  );

it("a path below a file", async () => {
  const path = join(root, "file/below");
  expect(await messageOf(writeAtomically(path, ""))).toMatch(
    `FileError ${path}: it could not be written: there is something else where it, or a folder that it is in, should be (EEXIST). What was there before`,
  );
  expect(await messageOf(loadSafetensors(path))).toBe(
    `FileError ${path}: it could not be read: it is said to be in a folder that is a file (ENOTDIR)`,
  );
});

it("a folder where a file should be, and nothing where something should be", async () => {
  const folder = join(root, "folder");
  expect(await messageOf(loadSafetensors(folder))).toBe(
    `FileError ${folder}: it could not be read: it is a folder, not a file (EISDIR)`,
  );
  expect(await messageOf(writeAtomically(folder, "text"))).toMatch(
    `FileError ${folder}: it could not be written: it is a folder, not a file (EISDIR). What was there before is as it was`,
  );
  const missing = join(root, "missing");
  expect(await messageOf(RunLock.take(missing))).toMatch(
    `FileError ${missing}: it could not be locked: there is no such file or folder (ENOENT). Nothing of the run was changed`,
  );
  expect(await readdir(root)).toEqual(["file", "folder"]);
});

it("what is no error of the system's stays what it is", async () => {
  const own = new FileError("a", "is wrong");
  const other = new TypeError("no");
  for (const error of [own, other]) {
    await expect(onFile("b", "read", () => Promise.reject(error))).rejects.toBe(error);
    expect(() =>
      onFileSync("b", "read", () => {
        throw error;
      }),
    ).toThrow(error);
  }
  expect([own.path, own.problem, own.message]).toEqual(["a", "is wrong", "a: is wrong"]);
});

it("a folder that nobody may write to", async () => {
  const folder = join(root, "closed");
  await mkdir(folder);
  await writeFile(join(folder, "a"), "kept");
  await chmod(folder, 0o555);
  await chmod(root, 0o755);
  // Root may write anywhere.
  const superuser = process.geteuid?.() === 0;
  if (superuser) process.seteuid?.(65534);
  try {
    const path = join(folder, "a");
    expect(await messageOf(writeAtomically(path, "new"))).toBe(
      `FileError ${path}: it could not be written: the system does not allow it (EACCES). What was there before is as it was`,
    );
    expect(await readFile(path, "utf8")).toBe("kept");
  } finally {
    if (superuser) process.seteuid?.(0);
    await chmod(folder, 0o755);
    await rm(folder, { recursive: true });
  }
});

const TRAIN = "train faces --backend wasm --threads 1 --size 8 --epochs 1 --batch 5".split(" ");

it("a file that becomes too large: the run says what is saved, and how to go on", async () => {
  await drawFaces(join(root, "faces"), { train: 10, test: 4, size: 16 });
  const limited = ["-c", 'ulimit -f 20; exec "$@"', "sh", process.execPath, program, ...TRAIN, "--out", "small"];
  const { status, stderr } = spawnSync("sh", limited, { cwd: root, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toBe(
    "torchlet: small/last.safetensors: it could not be written: it would be larger than the system allows (EFBIG). What " +
      "was there before is as it was\nThe run is as it was last saved; go on with: npx torchlet train --resume small\n",
  );
  expect(await messageOf(RunFolder.open(join(root, "small")))).toBe("");
  expect((await torchlet(root, "train", "--resume", "small")).code).toBe(0);
});

/** A disk of 300 kB; undefined where none may be made. */
function smallDisk(path: string): string | undefined {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", path], { stdio: "ignore" });
    return path;
  } catch {
    return undefined;
  }
}

it("a full disk", async ({ skip }) => {
  const disk = smallDisk(join(root, "folder"));
  if (!disk) return skip("no disk can be made here: that takes root");
  try {
    const { code, stderr } = await torchlet(root, ...TRAIN, "--out", "folder/run");
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("last.safetensors: it could not be written: the disk is full (ENOSPC). What was"),
    ]);
    expect((await readdir(join(disk, "run"))).sort()).toEqual([
      "config.json",
      "data.json",
      "environment.json",
      "metrics.jsonl",
      "skipped.json",
    ]);
  } finally {
    execFileSync("umount", [disk]);
  }
});
