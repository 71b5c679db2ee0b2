/** What is written and the photographs do not lie in one another, whatever leads there. */

import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkApart, checkPlaces, isWithin } from "../../src/run/apart.js";
import { trainConfig } from "../../src/run/config.js";

let root: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "torchlet-")));
  await mkdir(join(root, "faces/train"), { recursive: true });
  await symlink(join(root, "faces"), join(root, "link"));
});
afterAll(() => rm(root, { recursive: true }));

const check = (path: string, data: string, val?: string) =>
  checkApart("--out", join(root, path), { data: join(root, data), val: val && join(root, val) });

it.each([
  ["faces", "faces"],
  ["faces/run", "faces"],
  ["faces/new/run", "faces"],
  ["link/new/run", "faces"],
  ["faces/..run", "faces"],
  ["faces/run", "link"],
  ["val/run", "faces", "val"],
])("%s is inside %s", (path, data, val?: string) => {
  expect(() => check(path, data, val)).toThrow(
    `${join(root, path)} is inside the photographs' folder ${join(root, val ?? data)}, whose content must stay as it is`,
  );
});

it.each([
  [".", "faces"],
  ["faces", "faces/train"],
  ["faces", "link/train"],
  ["val", "faces", "val/photographs"],
])("%s holds %s", (path, data, val?: string) => {
  expect(() => check(path, data, val)).toThrow(
    `the photographs' folder ${join(root, val ?? data)} is inside ${join(root, path)}, and would be removed with it`,
  );
});

it.each([
  ["run", "faces"],
  ["faces-run", "faces"],
  ["faces/train", "faces/test"],
  ["run", "faces", "val"],
])("%s and %s are apart", (path, data, val?: string) => expect(() => check(path, data, val)).not.toThrow());

it("a run and its cache are apart from the photographs", () => {
  const [data, run] = [join(root, "faces"), join(root, "run")];
  const places = (run: string, cache?: string) => checkPlaces(run, trainConfig({ data, cache }));
  places(run);
  places(run, join(root, "cache"));
  expect(() => places(join(data, "run"))).toThrow("choose another --out");
  expect(() => places(run, join(data, "cache"))).toThrow("choose another --cache");
});

it("a relative path is one from here", () => {
  const from = relative(process.cwd(), root);
  const message = "whose content must stay as it is: choose another --cache";
  expect(() => checkApart("--cache", join(from, "faces/cache"), { data: join(root, "faces") })).toThrow(message);
  expect(() => checkApart("--cache", join(root, "faces/cache"), { data: join(from, "faces") })).toThrow(message);
});

it.each([
  ["faces", "faces", true],
  ["faces", "faces/train/new", true],
  ["faces", "link/new", true],
  ["link", "faces/new", true],
  ["faces/train", "faces", false],
  ["faces", "faces-run", false],
  ["faces", "link/../other", false],
])("in %s lies %s: %s", (folder, path, expected) => {
  expect(isWithin(join(root, folder), join(root, path))).toBe(expected);
});
