/** checkWritable: what a file could not be written to is found before the work is done. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, parse } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FileError } from "../../src/file-error.js";
import { checkWritable } from "../../src/run/check-writable.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "torchlet-"));
  await mkdir(join(folder, "there"));
  await writeFile(join(folder, "file"), "");
});

afterAll(() => rm(folder, { recursive: true }));

it.each(["new", "file", "there/new", "in/folders/that/are/made"])("lets %s be written", (name) =>
  expect(checkWritable(join(folder, name))).resolves.toBeUndefined(),
);

it("refuses a folder, and the root, which is none of its own", async () => {
  for (const path of [join(folder, "there"), parse(folder).root]) {
    const problem = "it is a folder, and a file is to be written: give the name of one";
    await expect(checkWritable(path)).rejects.toThrow(new FileError(path, problem));
  }
});

it("refuses what would be in a file, however deep", async () => {
  for (const path of [join(folder, "file", "new"), join(folder, "file", "in", "it")]) {
    const problem = `it cannot be written, as ${join(folder, "file")} is a file and no folder`;
    await expect(checkWritable(path)).rejects.toThrow(new FileError(path, problem));
  }
});

it.skipIf(process.getuid?.() === 0)("refuses what the system refuses: root is refused nothing", async () => {
  const path = join(folder, "closed", "new");
  await mkdir(dirname(path), { mode: 0o500 });
  await expect(checkWritable(path)).rejects.toThrow(
    `${path}: it could not be written: the system does not allow it (EACCES)`,
  );
});
