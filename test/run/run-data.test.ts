/** How a run's photographs are told from others, and what is said of others. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PhotoFolder } from "../../src/data/photo-folder.js";
import { trainConfig } from "../../src/run/config.js";
import { changedSplits, checkSamePhotographs, readRunData, summarize } from "../../src/run/run-data.js";

const summary = (count: number, sha256: string) => ({
  classes: ["a", "b"],
  size: 8,
  train: { count, counts: [1, count - 1], sha256 },
  test: { count: 2, counts: [1, 1], sha256: "test" },
});

it.each([
  [20, "were", undefined],
  [19, "are", "(20 then, 19 now)"],
  [20, "are", "(as many, 20, but others)"],
])("%i photographs, which %s those there: %s", (count, sha256, how) => {
  const [was, is] = [summary(20, "were"), summary(count, sha256)];
  const check = () => checkSamePhotographs("faces", { of: "the sweep", path: "runs/a", was, is });
  if (how === undefined) return expect(check).not.toThrow();
  expect(check).toThrow(
    `runs/a: the train photographs in faces are not those that the sweep was begun with ${how}: ` +
      "put back what was, or begin anew in another folder",
  );
});

it("another pixel or another label makes other photographs, in the split that has it", () => {
  const folder = (labels: number[], pixels: number[][]) =>
    ({
      ...{ classes: ["a", "b"], size: 8, length: labels.length, labels: Int32Array.from(labels) },
      counts: [0, 1].map((label) => labels.filter((it) => it === label).length),
      pixels: (i: number) => Uint8Array.from(pixels[i]),
    }) as unknown as PhotoFolder;
  const all = (train: PhotoFolder) => summarize({ train, test: folder([0], [[7]]), skipped: [] });
  const was = all(folder([0, 1], Array.of([1, 2], [3, 4])));
  const changed = (labels: number[], ...pixels: number[][]) => changedSplits(was, all(folder(labels, pixels)));
  expect(changed([0, 1], [1, 2], [3, 4])).toEqual([]);
  const others = [{ split: "train", before: 2, after: 2 }];
  expect(changed([0, 1], [1, 2], [3, 5])).toEqual(others);
  expect(changed([0, 1], [0, 2], [3, 4])).toEqual(others);
  expect(changed([1, 0], [1, 2], [3, 4])).toEqual(others);
});

it("a split that is there on one side only has changed, from none or to none", () => {
  const without = summary(20, "same");
  const validation = { count: 3, counts: [2, 1], sha256: "validation" };
  const split = "validation";
  expect(changedSplits(without, { ...without, validation })).toEqual([{ split, before: 0, after: 3 }]);
  expect(changedSplits({ ...without, validation }, without)).toEqual([{ split, before: 3, after: 0 }]);
});

describe("what is wrong with a folder", () => {
  /** The error of reading a folder with these files. */
  async function problemWith(files: readonly string[], signal?: AbortSignal): Promise<unknown> {
    const data = await mkdtemp(join(tmpdir(), "torchlet-"));
    try {
      for (const file of files) {
        await mkdir(join(data, file, ".."), { recursive: true });
        await writeFile(join(data, file), "");
      }
      return await readRunData(trainConfig({ data }), { signal }).catch((error: unknown) => error);
    } finally {
      await rm(data, { recursive: true });
    }
  }

  it("is said in the words of the command line", async () => {
    expect(await problemWith(["a_0.png", "cats/b.png"])).toMatchObject({
      message: expect.stringMatching(
        /^\S+ holds files \(a_0.png\) and folders \(cats\): .* by --layout faces \(in the/,
      ),
    });
    expect(await problemWith(["one.png", "two.png"])).toMatchObject({
      message: expect.stringMatching(/or say --layout faces if the last character/),
    });
  });

  it("is left as it is where it is no option: what reading was ended with", async () => {
    for (const reason of [new Error("enough"), "enough"]) {
      expect(await problemWith(["a_0.png", "b_1.png"], AbortSignal.abort(reason))).toBe(reason);
    }
  });
});
