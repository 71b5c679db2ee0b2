/** The cache of decoded photographs: it is used, it is never trusted blindly, and it changes no result. */

import { readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FaceFolder } from "../../src/data/face-folder.js";
import { CacheEntry } from "../../src/data/photograph-cache.js";
import { folderOf, jpeg, png } from "./photographs.js";

const planes = Uint8Array.from({ length: 3 * 4 * 4 }, (_, i) => i);
const square = (size: number) => ({ channels: 3, height: size, width: size });
const photograph = { width: 300, height: 200, planes };

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

it("gives back what was written, for the same content and size", async () => {
  const cache = await folderOf({});
  expect(new CacheEntry(cache, jpeg, square(4)).read()).toBeUndefined();
  new CacheEntry(cache, jpeg, square(4)).write(photograph);
  expect(new CacheEntry(cache, jpeg, square(4)).read()).toEqual(photograph);
  expect(new CacheEntry(cache, png, square(4)).read()).toBeUndefined();
  expect(new CacheEntry(cache, jpeg, square(5)).read()).toBeUndefined();
  expect((await filesIn(cache)).length).toBe(1);
});

it("tells shapes of as many bytes apart, and the ways to come to them", async () => {
  const cache = await folderOf({});
  const shapes = [square(4), { channels: 3, height: 2, width: 8 }, { channels: 1, height: 12, width: 4 }];
  const kinds = shapes.flatMap((shape) => (["stretch", "crop", "pad"] as const).map((mode) => ({ shape, mode })));
  for (const [i, { shape, mode }] of kinds.entries()) {
    const entry = new CacheEntry(cache, jpeg, shape, mode);
    expect(entry.read()).toBeUndefined();
    entry.write({ ...photograph, width: i });
  }
  expect(kinds.map(({ shape, mode }) => new CacheEntry(cache, jpeg, shape, mode).read()?.width)).toEqual([
    ...kinds.keys(),
  ]);
});

it("gives nothing where a single bit is wrong, or a part is missing", async () => {
  const cache = await folderOf({});
  new CacheEntry(cache, jpeg, square(4)).write(photograph);
  const [path] = await filesIn(cache);
  const whole = await readFile(path);
  for (let at = 0; at < whole.length; at++) {
    const damaged = Uint8Array.from(whole);
    damaged[at] ^= 1 << (at % 8);
    await writeFile(path, damaged);
    expect(new CacheEntry(cache, jpeg, square(4)).read(), `byte ${at}`).toBeUndefined();
  }
  for (const length of [0, 1, 39, whole.length - 1]) {
    await writeFile(path, whole.subarray(0, length));
    expect(new CacheEntry(cache, jpeg, square(4)).read(), `${length} bytes`).toBeUndefined();
  }
});

it("is used when photographs are read again, and remade where it is damaged", async () => {
  const folder = await folderOf({ "1_1.jpg": jpeg, "2_0.jpg": png });
  const cache = await folderOf({});
  const open = (options = {}) => FaceFolder.open(folder, { size: 4, cache, ...options });
  const plain = await FaceFolder.open(folder, { size: 4 });
  const first = await open();
  expect((await filesIn(cache)).length).toBe(2);
  expect((await open()).pixels(0)).toEqual(first.pixels(0));
  expect(first.pixels(1)).toEqual(plain.pixels(1));

  // What the cache holds is what comes out.
  new CacheEntry(cache, jpeg, square(4)).write(photograph);
  const cached = await open();
  expect(cached.pixels(0)).toEqual(planes);
  expect(cached.widths).toEqual(Int32Array.of(300, 11));
  // A limit holds for what is cached as well: the photograph is looked at again.
  await expect(open({ maxPixels: 500 })).rejects.toThrow("JPEG declares 40 × 24 pixels; the limit is 500 pixels");

  for (const path of await filesIn(cache)) await writeFile(path, "damaged");
  expect(await open()).toEqual(first);
  expect((await open()).pixels(0)).toEqual(plain.pixels(0));
  for (const path of await filesIn(cache)) expect((await readFile(path)).length).toBe(40 + 48);
});

it("knows what it is of: an entry under another's name is not taken for it", async () => {
  const folder = await folderOf({ "1_0.png": png, "2_1.jpg": jpeg });
  const cache = join(folder, "cache");
  const open = () => FaceFolder.open(folder, { size: 4, cache });
  const first = await open();
  const [a, b] = await filesIn(cache);
  const [ofA, ofB] = [await readFile(a), await readFile(b)];
  await writeFile(a, ofB);
  await writeFile(b, ofA);
  const again = await open();
  expect([again.pixels(0), again.pixels(1)]).toEqual([first.pixels(0), first.pixels(1)]);
  expect([await readFile(a), await readFile(b)]).toEqual([ofA, ofB]);
});

it("that cannot be written is an error, and no photograph's fault", async () => {
  const folder = await folderOf({ "1_1.jpg": jpeg, cache: "a file" });
  await expect(FaceFolder.open(folder, { size: 4, onError: "skip", cache: join(folder, "cache") })).rejects.toThrow(
    /ENOTDIR|EEXIST/,
  );
  await unlink(join(folder, "cache"));
});
