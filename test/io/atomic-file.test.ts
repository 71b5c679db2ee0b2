/** Files that are whole at any moment, with any number of writers. */

import { execFile, execFileSync } from "node:child_process";
import { lstat, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { removeUnfinished, writeAtomically } from "../../src/io/atomic-file.js";
import { openFiles, saysWhatIsOpen } from "./open-files.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
});
afterAll(() => rm(root, { recursive: true }));

/** A process that writes `path` so often, each time so many of one letter. */
function writer(path: string, letter: string, times: number, length: number) {
  const module = new URL("../../src/io/atomic-file.ts", import.meta.url).href;
  const program = `
    const { writeAtomically } = await import(${JSON.stringify(module)});
    const content = ${JSON.stringify(letter)}.repeat(${length});
    for (let i = 0; i < ${times}; i++) await writeAtomically(${JSON.stringify(path)}, content);
  `;
  const args = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", program];
  return promisify(execFile)(process.execPath, args);
}

it("two processes may write one file: a reader sees a whole one at any moment, and no write fails", async () => {
  const [path, length] = [join(root, "file"), 300_000];
  await writeAtomically(path, "a".repeat(length));
  let writing = true;
  const writers = Promise.all([writer(path, "b", 200, length), writer(path, "c", 200, length)]).finally(() => {
    writing = false;
  });
  const seen = new Set<string>();
  while (writing) {
    const text = await readFile(path, "utf8");
    expect(text.length).toBe(length);
    expect(text).toBe(text[0].repeat(length));
    seen.add(text[0]);
  }
  await writers;
  expect(seen).toContain("b");
  expect(seen).toContain("c");
  expect(await readdir(root)).toEqual(["file"]);
});

it("a write removes what one an hour ago has left of this file, and nothing else", async () => {
  const folder = await mkdtemp(join(root, "left-"));
  const old = new Date(Date.now() - 2 * 3_600_000);
  for (const name of ["a.1-00.unfinished", "b.1-00.unfinished", "a.txt"]) {
    await writeFile(join(folder, name), "");
    await utimes(join(folder, name), old, old);
  }
  await writeFile(join(folder, "a.2-00.unfinished"), "of a moment ago");
  await writeAtomically(join(folder, "a"), "whole");
  expect((await readdir(folder)).sort()).toEqual(["a", "a.2-00.unfinished", "a.txt", "b.1-00.unfinished"]);
});

it("what is left is removed by whoever alone writes the file, and by all others, where the clock has been put back", async () => {
  const folder = await mkdtemp(join(root, "clock-"));
  const names = ["a.1-00.unfinished", "a.2-00.unfinished"];
  const leave = async (hours: number) => {
    for (const name of names) {
      await writeFile(join(folder, name), "");
      const time = new Date(Date.now() + hours * 3_600_000);
      await utimes(join(folder, name), time, time);
    }
  };
  await leave(0.1);
  await writeAtomically(join(folder, "a"), "whole");
  expect((await readdir(folder)).sort()).toEqual(["a", ...names]);
  await removeUnfinished(join(folder, "a"), 0);
  expect(await readdir(folder)).toEqual(["a"]);
  await leave(2);
  await writeAtomically(join(folder, "a"), "whole");
  expect(await readdir(folder)).toEqual(["a"]);
});

it("a write that fails leaves nothing", async () => {
  const folder = await mkdtemp(join(root, "failed-"));
  async function* pieces() {
    yield new Uint8Array(10);
    throw new Error("no more");
  }
  await expect(writeAtomically(join(folder, "a"), pieces())).rejects.toThrow("no more");
  expect(await readdir(folder)).toEqual([]);
});

it("a write whose file is gone before it takes its place fails by its own error", async () => {
  const folder = join(root, "gone");
  const write = writeAtomically(join(folder, "a"), "whole", async () => {
    await rm(folder, { recursive: true });
    throw new Error("overtaken");
  });
  await expect(write).rejects.toThrow("overtaken");
});

it.runIf(saysWhatIsOpen)("a write leaves neither file nor folder open", async () => {
  const folder = await mkdtemp(join(root, "open-"));
  await writeAtomically(join(folder, "a"), "whole");
  expect(openFiles(folder)).toEqual([]);
});

// A link to nothing is what has a name and cannot be looked at, as a file that has just been renamed.
it.skipIf(process.platform === "win32")("what cannot be looked at was there a moment ago", async () => {
  const folder = await mkdtemp(join(root, "link-"));
  await symlink(join(folder, "nothing"), join(folder, "a.1-00.unfinished"));
  await writeAtomically(join(folder, "a"), "whole");
  expect((await readdir(folder)).sort()).toEqual(["a", "a.1-00.unfinished"]);
  await removeUnfinished(join(folder, "a"), 0);
  expect(await readdir(folder)).toEqual(["a"]);
});

it.skipIf(process.platform === "win32")("a pipe or a device is not replaced by a file", async () => {
  const pipe = join(root, "pipe");
  execFileSync("mkfifo", [pipe]);
  await expect(writeAtomically(pipe, "a")).rejects.toThrow(
    `${pipe}: it is a device or a pipe, and no file can take its`,
  );
  expect((await lstat(pipe)).isFIFO()).toBe(true);
});
