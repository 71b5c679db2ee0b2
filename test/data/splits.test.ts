/** openSplits: which photographs are for training and which for testing. */

import { mkdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encode } from "jpeg-js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { drawFace } from "../../examples/draw-face.js";
import { FaceFolder } from "../../src/data/face-folder.js";
import { openSplits, readSplits } from "../../src/data/splits.js";
import { Generator } from "../../src/tensor/random.js";
import { folderOf, jpeg, png } from "./photographs.js";

/** `count` files named by `name`. */
function files(count: number, name: (i: number) => string): Record<string, Uint8Array> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), png]));
}

/** 40 faces, of which 10 are covered. */
const faces = () => folderOf(files(40, (i) => `${100 + i}_${i % 4 === 0 ? 1 : 0}.png`));

describe("a folder without splits", () => {
  it("is split by class: every photograph once, each class in its share", async () => {
    const folder = await faces();
    const { train, test } = await openSplits(folder, { size: 2, testFraction: 0.2 });
    expect(train.counts).toEqual([24, 8]);
    expect(test.counts).toEqual([6, 2]);
    expect(new Set([...train.files, ...test.files]).size).toBe(40);
    expect(test.files).toEqual(test.files.toSorted());
    expect([train, test].map(({ widths }) => [...widths])).toEqual([32, 8].map((n) => Array(n).fill(11)));
    expect([train, test].map(({ heights }) => [...heights])).toEqual([32, 8].map((n) => Array(n).fill(9)));
    for (const [i, file] of test.files.entries()) expect(file.at(-5)).toBe(String(test.labels[i]));
    // A quarter, where nothing is said.
    expect((await openSplits(folder, { size: 2 })).test.counts).toEqual([8, 3]);
  });

  it("is split by the seed, whatever can be read", async () => {
    const folder = await faces();
    const split = async (seed?: number) => (await openSplits(folder, { size: 2, seed })).test.files;
    expect(await split(1)).toEqual(await split(1));
    expect(await split()).toEqual(await split(0));
    expect(await split(1)).not.toEqual(await split(2));
    const broken = await folderOf({ ...files(40, (i) => `${100 + i}_${i % 4 === 0 ? 1 : 0}.png`), "101_0.png": "" });
    const { train, test } = await openSplits(broken, { size: 2, seed: 1, onError: "skip" });
    expect(test.files).toEqual((await split(1)).filter((file) => file !== "101_0.png"));
    expect([...train.skipped, ...test.skipped].map(({ file }) => file)).toEqual(["101_0.png"]);
  });

  it("does not mix up its classes when another one grows", async () => {
    const split = async (dogs: number) => {
      const folder = await folderOf({
        ...files(8, (i) => `cat/${i}.png`),
        ...files(dogs, (i) => `dog/${100 + i}.png`),
      });
      return (await openSplits(folder, { size: 2 })).test.files.filter((file) => file.startsWith("cat/"));
    };
    expect(await split(5)).toEqual(await split(20));
  });

  it("leaves at least one of each class on both sides", async () => {
    const folder = await folderOf({ ...files(2, (i) => `cat/${i}.png`), ...files(30, (i) => `dog/${i}.png`) });
    for (const testFraction of [0.01, 0.99]) {
      const { train, test } = await openSplits(folder, { size: 2, testFraction });
      expect([train.counts[0], test.counts[0]]).toEqual([1, 1]);
    }
    const single = await folderOf({ "cat/1.png": png, ...files(3, (i) => `dog/${i}.png`) });
    await expect(openSplits(single, { size: 2 })).rejects.toThrow(
      `openSplits: ${single} has 1 of class "cat"; to split it, there must be 2 or more`,
    );
  });

  it("tells of files without a label once", async () => {
    const folder = await folderOf({ ...files(9, (i) => `${i}_${i % 2}.png`), "portrait.jpg": jpeg });
    const { train, test } = await openSplits(folder, { size: 2, onError: "skip" });
    expect([...train.skipped, ...test.skipped].length).toBe(1);
  });
});

describe("a folder with splits", () => {
  it("is taken as it is, the classes by the training split", async () => {
    const folder = await folderOf({
      ...files(5, (i) => `train/cat/${i}.png`),
      ...files(3, (i) => `train/dog/${i}.png`),
      ...files(2, (i) => `test/dog/${i}.png`),
    });
    const progress: string[] = [];
    const onProgress = (done: number, total: number) => progress.push(`${done}/${total}`);
    const { train, test } = await openSplits(folder, { size: 2, onProgress });
    expect(train.classes).toEqual(["cat", "dog"]);
    expect(train.folder).toBe(`${folder}/train`);
    expect(train.counts).toEqual([5, 3]);
    expect(test.classes).toEqual(["cat", "dog"]);
    expect(test.counts).toEqual([0, 2]);
    expect(progress).toEqual(Array.from({ length: 10 }, (_, i) => `${i + 1}/10`));
    expect((await openSplits(folder, { size: 2, limit: 2 })).train.files).toEqual(["cat/0.png", "cat/4.png"]);
  });

  it.each([
    ["Train", "Test"],
    ["training", "validation"],
    ["TRAINING", "val"],
    ["train", "Valid"],
  ])("is found under the names %s and %s", async (training, testing) => {
    const folder = await folderOf({ [`${training}/cat/1.png`]: png, [`${testing}/cat/2.png`]: png });
    const { train, test } = await openSplits(folder, { size: 2 });
    expect([train.classes, train.folder, test.folder]).toEqual([
      ["cat"],
      `${folder}/${training}`,
      `${folder}/${testing}`,
    ]);
  });

  it("is of classes beside files that are named for none", async () => {
    const classes = { ...files(2, (i) => `cat/${i}.png`), ...files(2, (i) => `dog/${i}.png`) };
    const folder = await folderOf({ ...classes, "cover.png": png });
    expect((await openSplits(folder, { size: 2 })).train.classes).toEqual(["cat", "dog"]);
    const both = await folderOf({ ...classes, "cover_1.png": png });
    await expect(openSplits(both, { size: 2 })).rejects.toThrow(
      `openSplits: ${both} holds files (cover_1.png) and folders (cat): say where the labels are`,
    );
  });

  it("is not meant by a class that is called valid", async () => {
    const folder = await folderOf({ ...files(2, (i) => `valid/${i}.png`), ...files(2, (i) => `invalid/${i}.png`) });
    expect((await openSplits(folder, { size: 2 })).train.classes).toEqual(["invalid", "valid"]);
    // Other names for it are none for a class.
    const half = await folderOf({ "val/cat/1.png": png, "more/cat/1.png": png });
    await expect(openSplits(half, { size: 2 })).rejects.toThrow(
      `openSplits: ${half} has a folder "val" but no "train": it needs both, or neither (it is split then)`,
    );
  });

  it("is not meant by classes whose names speak of training, be there files in them or two of that kind", async () => {
    const some = await folderOf({
      ...files(2, (i) => `train cars/${i}.png`),
      ...files(2, (i) => `test cars/${i}.png`),
      ...{ "train cars/more/3.png": png, "test cars/more/3.png": png },
    });
    expect((await openSplits(some, { size: 2 })).train.classes).toEqual(["test cars", "train cars"]);
    const two = await folderOf({
      ...files(2, (i) => `train a/x/${i}.png`),
      ...files(2, (i) => `train b/x/${i}.png`),
    });
    expect((await openSplits(two, { size: 2 })).train.classes).toEqual(["train a", "train b"]);
  });

  it("says what it does not use", async () => {
    const folder = await folderOf({
      "train/cat/1.png": png,
      "val/cat/2.png": png,
      "validation/cat/4.png": png,
      "Test/cat/3.png": png,
    });
    const { test } = await openSplits(folder, { size: 2 });
    expect(test.folder).toBe(`${folder}/Test`);
    expect(test.skipped).toEqual([
      {
        file: "../validation",
        reason: 'not used: "train" is for training, "val" for validation, and "Test" for testing',
      },
    ]);
    const twice = await folderOf({ "train/cat/1.png": png, "Train/cat/2.png": png, "test/cat/3.png": png });
    await expect(openSplits(twice, { size: 2 })).rejects.toThrow(
      `openSplits: ${twice} has both "Train" and "train": rename one`,
    );
  });

  it("may have no photographs of a class to test on, but must have some", async () => {
    const folder = await folderOf({ "train/cat/1.png": png, "train/dog/1.png": png, "test/cat/1.png": png });
    await mkdir(join(folder, "test/dog"));
    expect((await openSplits(folder, { size: 2 })).test.counts).toEqual([1, 0]);
    await unlink(join(folder, "test/cat/1.png"));
    await expect(openSplits(folder, { size: 2 })).rejects.toThrow(`ImageFolder: no files in ${folder}/test`);
  });

  it.each([{}, { layout: "faces" }, { layout: "folders" }] as const)(
    "tells an empty folder what it may be: %j",
    async (o) => {
      const folder = await folderOf({});
      const shapes =
        "A folder of photographs has one of three shapes: a folder for each class; photographs whose names end in _0 (not " +
        "covered) or _1 (covered), as in 000041_1.jpg; or the folders train and test, each of which has one of these two shapes";
      await expect(openSplits(folder, { size: 2, ...o })).rejects.toThrow(
        new Error(`openSplits: there are no photographs in ${folder}. ${shapes}`),
      );
    },
  );

  it("is of faces where the files lie in it", async () => {
    const folder = await folderOf({ ...files(4, (i) => `train/${i}_0.png`), ...files(2, (i) => `test/${i}_1.png`) });
    const { train, test } = await openSplits(folder, { size: 2 });
    expect(train.classes).toEqual(["not covered", "covered"]);
    expect([train.counts, test.counts]).toEqual([
      [4, 0],
      [0, 2],
    ]);
    await expect(openSplits(folder, { size: 2, testFraction: 0.5 })).rejects.toThrow(
      `openSplits: testFraction is 0.5, but ${folder} is split already: it has a folder "test"`,
    );
  });
});

describe("validation", () => {
  const split = (train: string, test = "test") =>
    folderOf({
      ...files(20, (i) => `${train}/cat/${100 + i}.png`),
      ...files(5, (i) => `${train}/dog/${100 + i}.png`),
      ...files(3, (i) => `${test}/cat/${i}.png`),
    });

  it("keeps a share of each class out of the training photographs, the same whatever else is drawn", async () => {
    const folder = await split("train");
    const { train, validation, test } = await openSplits(folder, { size: 2, valFraction: 0.1 });
    expect([train.counts, validation?.counts, test.counts]).toEqual([
      [18, 4],
      [2, 1],
      [3, 0],
    ]);
    expect(new Set([...train.files, ...validation!.files]).size).toBe(25);
    expect(validation!.files).toEqual(validation!.files.toSorted());
    const chosen = async (seed?: number) =>
      (await openSplits(folder, { size: 2, valFraction: 0.1, seed })).validation?.files;
    expect(await chosen()).toEqual(validation!.files);
    expect(await chosen(0)).toEqual(validation!.files);
    expect(await chosen(1)).not.toEqual(validation!.files);
    // Without being asked, none.
    const plain = await openSplits(folder, { size: 2 });
    expect([plain.train.length, plain.validation]).toEqual([25, undefined]);
  });

  it("comes after the split for testing, where the folder has none", async () => {
    const folder = await faces();
    const plain = await openSplits(folder, { size: 2 });
    const { train, validation, test } = await openSplits(folder, { size: 2, valFraction: 0.2 });
    expect(test.files).toEqual(plain.test.files);
    expect([...train.files, ...validation!.files].sort()).toEqual(plain.train.files);
    expect(validation!.counts).toEqual([4, 1]);
  });

  it("counts with the training photographs for the limit, and is not taken from a single one", async () => {
    const folder = await split("train");
    const few = await openSplits(folder, { size: 2, valFraction: 0.25, limit: 10 });
    expect([few.train.counts, few.validation?.counts]).toEqual([
      [6, 1],
      [2, 1],
    ]);
    const single = await folderOf({
      "train/cat/1.png": png,
      ...files(3, (i) => `train/dog/${i}.png`),
      "test/cat/2.png": png,
    });
    const { validation } = await openSplits(single, { size: 2, valFraction: 0.5 });
    expect(validation?.counts).toEqual([0, 2]);
    const none = await folderOf({ "train/cat/1.png": png, "train/dog/1.png": png, "test/cat/2.png": png });
    await expect(openSplits(none, { size: 2, valFraction: 0.5 })).rejects.toThrow(
      `openSplits: ${none}/train has no class with two photographs to train on, of which one could be kept for ` +
        "validation; valFraction: 0 does without",
    );
  });

  it.each(["val", "Valid", "validation"])("is what is in %s beside a folder to test on", async (name) => {
    const folder = await folderOf({
      ...files(4, (i) => `train/cat/${i}.png`),
      ...files(4, (i) => `train/dog/${i}.png`),
      ...files(2, (i) => `${name}/dog/${i}.png`),
      ...files(3, (i) => `test/cat/${i}.png`),
    });
    const progress: string[] = [];
    const onProgress = (done: number, total: number) => progress.push(`${done}/${total}`);
    const { train, validation, test } = await openSplits(folder, { size: 2, onProgress });
    expect(progress).toEqual(Array.from({ length: 13 }, (_, i) => `${i + 1}/13`));
    expect([train.counts, validation?.counts, test.counts]).toEqual([
      [4, 4],
      [0, 2],
      [3, 0],
    ]);
    expect([validation?.folder, test.skipped]).toEqual([`${folder}/${name}`, []]);
    // Unless none is wanted.
    const without = await openSplits(folder, { size: 2, valFraction: 0 });
    expect([without.validation, without.train.length, without.test.skipped]).toEqual([
      undefined,
      8,
      [{ file: `../${name}`, reason: 'not used: "train" is for training and "test" for testing' }],
    ]);
    // Or another is given.
    const elsewhere = await folderOf(files(1, (i) => `cat/${i}.png`));
    const given = await openSplits(folder, { size: 2, val: elsewhere });
    expect([given.validation?.folder, given.validation?.counts]).toEqual([elsewhere, [1, 0]]);
    expect(given.test.skipped.map(({ file }) => file)).toEqual([`../${name}`]);
    await expect(openSplits(folder, { size: 2, valFraction: 0.1 })).rejects.toThrow(
      `openSplits: valFraction is 0.1, but ${folder} has a folder for validation, "${name}"; 0 does without`,
    );
  });

  it("may lie elsewhere", async () => {
    const [folder, elsewhere] = [await split("train", "val"), await folderOf(files(2, (i) => `dog/${i}.png`))];
    const { train, validation, test } = await openSplits(folder, { size: 2, val: elsewhere });
    expect([train.counts, validation?.counts, validation?.folder]).toEqual([[20, 5], [0, 2], elsewhere]);
    // One for validation alone is tested on.
    expect(test.folder).toBe(`${folder}/val`);
    await expect(openSplits(folder, { size: 2, val: elsewhere, valFraction: 0 })).rejects.toThrow(
      `openSplits: valFraction is 0, and val is ${elsewhere}: leave out one of the two`,
    );
  });

  it("that is kept where nobody speaks of it is none where there is a folder for it", async () => {
    const counts = async (folder: string) => {
      const { train, validation, test } = await readSplits(folder, { size: 2 }, 0.2);
      return [train.length, validation?.length, test.length];
    };
    expect(await counts(await split("train"))).toEqual([20, 5, 3]);
    expect(await counts(await split("train", "val"))).toEqual([25, undefined, 3]);
  });
});

describe("photographs that are the same one", () => {
  /** Of each of so many faces a photograph, of every second one a copy, compressed once more. */
  function withCopies(count: number, folder: string): Record<string, Uint8Array> {
    const named = Array.from({ length: count }, (_, i): [string, Uint8Array][] => {
      const { data, ...size } = drawFace(64, i % 4 === 0, new Generator(1).fork(`face ${i}`));
      const rgba = new Uint8Array((data.length / 3) * 4).map((_, at) => data[3 * (at >> 2) + Math.min(at & 3, 2)]);
      const file = (quality: number) => encode({ ...size, data: rgba }, quality).data;
      const label = i % 4 < 2 ? "cat" : "dog";
      const copy: [string, Uint8Array][] = i % 2 === 0 ? [[`${folder}${label}/${100 + i}-copy.jpg`, file(40)]] : [];
      return [[`${folder}${label}/${100 + i}.jpg`, file(90)], ...copy];
    });
    return Object.fromEntries(named.flat());
  }

  /** Faces of which one photograph is in this split, and another in that one. */
  const onBothSides = (a: readonly string[], b: readonly string[]) =>
    a.map((file) => file.slice(4, 7)).filter((face) => b.some((other) => other.slice(4, 7) === face));

  it("stay on one side of every split that is drawn, and each class keeps its share", async () => {
    const folder = await folderOf(withCopies(40, ""));
    const options = { size: 32, valFraction: 0.25 };
    const apart = await openSplits(folder, { ...options, duplicates: "apart" });
    expect(onBothSides(apart.train.files, apart.test.files)).not.toEqual([]);
    expect(onBothSides(apart.train.files, apart.validation!.files)).not.toEqual([]);
    const { train, validation, test } = await openSplits(folder, options);
    for (const [a, b] of [
      [train, validation!],
      [train, test],
      [validation!, test],
    ]) {
      expect(onBothSides(a.files, b.files)).toEqual([]);
    }
    expect([train, validation!, test].map(({ counts }) => counts)).toEqual(
      [apart.train, apart.validation!, apart.test].map(({ counts }) => counts),
    );
    for (const { files } of [train, validation!, test]) expect(files).toEqual(files.toSorted());
    expect((await openSplits(folder, options)).test.files).toEqual(test.files);
    expect((await openSplits(folder, { ...options, seed: 1 })).test.files).not.toEqual(test.files);
  });

  it("stay on one side of what is kept for validation, where there is a folder to test on", async () => {
    const folder = await folderOf({ ...withCopies(24, "train/"), "test/cat/1.png": png });
    const { train, validation } = await openSplits(folder, { size: 32, valFraction: 0.3 });
    expect(onBothSides(train.files, validation!.files)).toEqual([]);
    expect(validation!.counts).toEqual([5, 5]);
    const few = await openSplits(folder, { size: 32, valFraction: 0.3, limit: 16 });
    expect([few.train.length, few.validation!.length]).toEqual([12, 4]);
    expect(onBothSides(few.train.files, few.validation!.files)).toEqual([]);
  });
});

it("a split of which nothing can be read is an error", async () => {
  const folder = await folderOf({ "a/1.png": png, "a/2.png": png, "b/1.png": png, "b/2.png": png });
  const { test } = await openSplits(folder, { size: 2 });
  for (const file of test.files) await writeFile(join(folder, file), "");
  await expect(openSplits(folder, { size: 2, onError: "skip" })).rejects.toThrow(
    `openSplits: no photograph of ${folder} for test can be read, first ${test.files[0]}: `,
  );
});

describe("a folder that is more than memory holds", () => {
  it("is refused before anything is read", async () => {
    const folder = await folderOf(files(40, (i) => `${i}_${i % 2}.png`));
    const memory = vi.spyOn(process.getBuiltinModule("node:os"), "totalmem").mockReturnValue(7_000_000);
    onTestFinished(() => memory.mockRestore());
    const message =
      "40 photographs of 3 × 256 × 256 bytes take 7.9 MB, and there are 7.0 MB of memory: take a smaller size, or fewer " +
      "photographs by limit";
    await expect(openSplits(folder, { size: 256 })).rejects.toThrow(new RangeError(`openSplits: ${message}`));
    await expect(FaceFolder.open(folder, { size: 256 })).rejects.toThrow(new RangeError(`FaceFolder: ${message}`));
  });

  it("is kept in an array for each photograph", async () => {
    const folder = await folderOf(files(40, (i) => `${i}_${i % 2}.png`));
    const { train } = await openSplits(folder, { size: 2 });
    expect(train.pixels(0).buffer).not.toBe(train.pixels(1).buffer);
  });
});

describe("a folder as it was downloaded or put together", () => {
  it("may have a class that is called as a split is", async () => {
    for (const name of ["train", "test", "Validation"]) {
      const folder = await folderOf({ ...files(3, (i) => `${name}/${i}.png`), ...files(3, (i) => `bus/${i}.png`) });
      expect((await openSplits(folder, { size: 2 })).train.classes).toEqual([name, "bus"].sort());
    }
    // But not what has the classes in it, nor what is alone.
    const half = await folderOf({ ...files(3, (i) => `train/cat/${i}.png`), ...files(3, (i) => `bus/${i}.png`) });
    await expect(openSplits(half, { size: 2 })).rejects.toThrow('has a folder "train" but no "test"');
  });

  it("is opened one deeper, where another folder is around it", async () => {
    const folder = await folderOf({
      ...files(2, (i) => `archive/cat/${i}.png`),
      ...files(2, (i) => `archive/dog/${i}.png`),
    });
    await expect(openSplits(folder, { size: 2 })).rejects.toThrow(
      `openSplits: ${folder} holds one folder, "archive", and that holds only folders: open ${folder}/archive, or move ` +
        'what is in it up, or say layout: "folders" if its name is that of a class',
    );
    expect((await openSplits(folder, { size: 2, layout: "folders" })).train.classes).toEqual(["archive"]);
  });

  it.each([
    ["seg_train", "seg_test"],
    ["training_set", "test_set"],
    ["Training Data", "Validation Data"],
  ])("does not learn to tell %s from %s", async (training, testing) => {
    const folder = await folderOf({
      ...files(2, (i) => `${training}/cat/${i}.png`),
      ...files(2, (i) => `${testing}/cat/${i}.png`),
      ...files(2, (i) => `other/cat/${i}.png`),
    });
    await expect(openSplits(folder, { size: 2 })).rejects.toThrow(
      `openSplits: in ${folder}, "${training}" and "${testing}" hold only folders, as splits do: call them "train" and ` +
        '"test", or say layout: "folders" if their names are those of classes',
    );
    expect((await openSplits(folder, { size: 2, layout: "folders" })).train.classes).toContain(training);
  });

  it("may have folders beside its splits, and empty ones in them, which are told of", async () => {
    const folder = await folderOf({
      "train/cat/1.png": png,
      "test/cat/1.png": png,
      "test/bird/notes.txt": "none yet",
      "dev/cat/1.png": png,
    });
    const { test } = await openSplits(folder, { size: 2 });
    expect(test.skipped).toEqual([
      { file: "bird", reason: "it is none of the classes, and holds no photographs" },
      { file: "bird/notes.txt", reason: "by its name it is no photograph" },
      { file: "../dev", reason: 'not used: "train" is for training and "test" for testing' },
    ]);
  });

  it("may be full of what systems leave", async () => {
    const left = [
      "System Volume Information",
      "$RECYCLE.BIN",
      "FOUND.000",
      "#recycle",
      "Network Trash Folder",
      "__MACOSX",
    ];
    const folder = await folderOf({
      ...files(2, (i) => `cat/${i}.png`),
      ...Object.fromEntries(left.map((name) => [`${name}/a.png`, png])),
    });
    const { train, test } = await openSplits(folder, { size: 2 });
    expect([train.classes, train.skipped, test.skipped]).toEqual([["cat"], [], []]);
  });

  it("is a folder, and no photograph", async () => {
    const folder = await folderOf({ "cat.png": png });
    await expect(openSplits(`${folder}/cat.png`, { size: 2 })).rejects.toThrow(
      `${folder}/cat.png: it is a file, and no folder of photographs`,
    );
  });
});

describe("a folder that leaves doubts", () => {
  it("is refused, with what to do", async () => {
    const half = await folderOf(files(4, (i) => `train/${i}_0.png`));
    await expect(openSplits(half, { size: 2 })).rejects.toThrow(
      `openSplits: ${half} has a folder "train" but no "test": it needs both, or neither (it is split then)`,
    );
    const mixed = await folderOf({ ...files(4, (i) => `cat/${i}.png`), ...files(4, (i) => `${i}_${i % 2}.png`) });
    await expect(openSplits(mixed, { size: 2 })).rejects.toThrow(
      `openSplits: ${mixed} holds files (0_0.png) and folders (cat): say where the labels are by layout: ` +
        '"faces" (in the names of the files) or "folders" (in those of the folders)',
    );
    expect((await openSplits(mixed, { size: 2, layout: "faces" })).train.classes).toEqual(["not covered", "covered"]);
    expect((await openSplits(mixed, { size: 2, layout: "folders" })).train.classes).toEqual(["cat"]);
  });

  it("has numbers for names, which are no labels", async () => {
    const numbers = await folderOf(files(20, (i) => `${1000 + i}.png`));
    await expect(openSplits(numbers, { size: 2, onError: "skip" })).rejects.toThrow(
      `openSplits: ${numbers} has no folders, and 20 of its 20 files (1000.png) are not named as labelled faces are: ` +
        "NAME_0.jpg (not covered) and NAME_1.jpg (covered). Put the photographs into a folder for each class, or say " +
        'layout: "faces" if the last character of a name is its label all the same',
    );
    const { train, test } = await openSplits(numbers, { size: 2, onError: "skip", layout: "faces" });
    expect(train.length + test.length).toBe(4);
  });

  it("may have one other name among ten", async () => {
    const nine = files(9, (i) => `${i}_${i % 2}.png`);
    const { train, test } = await openSplits(await folderOf({ ...nine, "group1.png": png }), { size: 2 });
    expect(train.length + test.length).toBe(10);
    const two = await folderOf({ ...nine, "group1.png": png, "group0.png": png });
    await expect(openSplits(two, { size: 2 })).rejects.toThrow("2 of its 11 files (group0.png)");
  });

  it.each([
    [{ size: 2, layout: "names" }, 'openSplits: layout must be "faces" or "folders", got "names"'],
    [{ size: 2, testFraction: 1 }, "openSplits: testFraction must be a number between 0 and 1, got 1"],
    [{ size: 0 }, "openSplits: size must be a positive integer, or { width, height }, got 0"],
  ])("%j is refused", async (options, message) => {
    await expect(openSplits("faces", options as { size: number })).rejects.toThrow(new RangeError(message));
  });
});
