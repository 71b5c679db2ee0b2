/** Files for tests of folders: synthetic images, and folders of them that are gone after the test. */

import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

// Made by scripts/fixtures/make_data_fixtures.py.
const cases: { name: string; file: string }[] = JSON.parse(readFileSync("test/fixtures/data/decode.json", "utf8"));

/** The bytes of one of the fixture's files. */
export function fileOf(name: string): Buffer {
  return Buffer.from(cases.find((each) => each.name === name)!.file, "base64");
}

/** 40 × 24 and 11 × 9 pixels. */
export const jpeg = fileOf("4:4:4");
export const png = fileOf("8-bit RGB");

/** A folder with these files, by their paths in it. */
export async function folderOf(files: Record<string, Uint8Array | string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "torchlet-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}
