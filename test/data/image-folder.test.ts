/** ImageFolder: classes from the names of folders. */

import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ImageFolder } from "../../src/data/image-folder.js";
import { FolderWalk } from "../../src/data/list-folder.js";
import { openSplits } from "../../src/data/splits.js";
import { folderOf, jpeg, png } from "./photographs.js";

const animals = () =>
  folderOf({
    "dog/b.jpg": jpeg,
    "cat/1.png": png,
    "cat/old/0.jpg": jpeg,
    "Zebra/z": png,
    "Zebra/.hidden": "",
    "README.txt": "not a photograph",
    ".git/config": "",
  });

/** The two ways to write é: one letter, or a letter and its accent. */
const [COMPOSED, DECOMPOSED] = ["caf\u00e9", "cafe\u0301"];

describe("what other systems leave", () => {
  it("is passed over, and what is no photograph is listed", async () => {
    const folder = await folderOf({
      "__MACOSX/cat/._1.jpg": "fork",
      "cat/1.jpg": jpeg,
      "cat/._1.jpg": "fork",
      "cat/.DS_Store": "finder",
      "cat/Thumbs.db": "thumbnails",
      "cat/DESKTOP.INI": "[.ShellClassInfo]",
      "cat/notes.txt": "not a photograph",
      "dog/1.jpg": jpeg,
      "dog/@eaDir/1.jpg": jpeg,
      "README.md": "cats and dogs",
    });
    const { classes, files, skipped } = await ImageFolder.open(folder, { size: 4 });
    expect(classes).toEqual(["cat", "dog"]);
    expect(files).toEqual(["cat/1.jpg", "dog/1.jpg"]);
    expect(skipped).toEqual([
      { file: "README.md", reason: "by its name it is no photograph" },
      { file: "cat/notes.txt", reason: "by its name it is no photograph" },
    ]);
    const split = await openSplits(
      await folderOf({ "README.md": "", "cat/1.jpg": jpeg, "cat/2.jpg": jpeg, "Thumbs.db": "" }),
      { size: 4 },
    );
    expect([split.train.classes, split.train.length, split.test.length]).toEqual([["cat"], 1, 1]);
  });

  it("leaves a photograph beside the class folders out", async () => {
    const folder = await folderOf({ "cat/1.jpg": jpeg, "cover.jpg": jpeg });
    const { skipped } = await ImageFolder.open(folder, { size: 4 });
    expect(skipped).toEqual([{ file: "cover.jpg", reason: "it lies beside the folders of the classes" }]);
  });

  it("makes one class of composed and decomposed letters", async () => {
    const folder = await folderOf({ [`${COMPOSED}/1.jpg`]: jpeg, [`${DECOMPOSED}/2.jpg`]: jpeg, "bar/1.jpg": jpeg });
    const { classes, counts } = await ImageFolder.open(folder, { size: 4 });
    expect([classes, counts]).toEqual([
      ["bar", COMPOSED],
      [1, 2],
    ]);
    const given = await ImageFolder.open(folder, { size: 4, classes: [DECOMPOSED, "bar"] });
    expect(given.counts).toEqual([2, 1]);
  });
});

describe("links", () => {
  it("back into the folder are not followed, but listed", async () => {
    const folder = await folderOf({ "cat/1.jpg": jpeg, "dog/1.jpg": jpeg });
    await symlink(folder, join(folder, "cat/all"));
    await symlink("..", join(folder, "dog/up"));
    const { files, skipped } = await ImageFolder.open(folder, { size: 4 });
    expect(files).toEqual(["cat/1.jpg", "dog/1.jpg"]);
    expect(skipped.map(({ file }) => file)).toEqual(["cat/all", "dog/up"]);
    expect(skipped[0].reason).toMatch(/^a link to .*, which is read by itself$/);
  });

  it("out of the folder are followed, once", async () => {
    const [folder, elsewhere] = [await folderOf({ "cat/1.jpg": jpeg }), await folderOf({ "2.jpg": jpeg })];
    await symlink(elsewhere, join(folder, "cat/a"));
    await symlink(elsewhere, join(folder, "cat/b"));
    // Two links in a folder to itself: 2 ^ 40 paths, which is where the system ends them.
    await symlink(".", join(elsewhere, "x"));
    await symlink(".", join(elsewhere, "y"));
    const { files, skipped } = await ImageFolder.open(folder, { size: 4 });
    expect(files).toEqual(["cat/1.jpg", "cat/a/2.jpg"]);
    expect(skipped).toEqual(
      ["cat/a/x", "cat/a/y", "cat/b"].map((file) => ({ file, reason: "a link to a folder that is read already" })),
    );
  });

  it("from the test photographs to those to train on are not followed", async () => {
    const folder = await folderOf({ "train/cat/1.jpg": jpeg, "test/cat/2.jpg": jpeg });
    await symlink("../../train/cat", join(folder, "test/cat/more"));
    const { test } = await openSplits(folder, { size: 4 });
    expect([test.files, test.skipped.length]).toEqual([["cat/2.jpg"], 1]);
  });

  it("listing ends when it is aborted", async () => {
    const folder = await folderOf({ "cat/1.jpg": jpeg });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(new FolderWalk("test", signal).tree(folder)).rejects.toThrow("enough");
  });
});

describe("ImageFolder", () => {
  it("has a class for each folder, sorted, and their files with those in folders inside", async () => {
    const dataset = await ImageFolder.open(await animals(), { size: 4 });
    expect(dataset.classes).toEqual(["Zebra", "cat", "dog"]);
    expect(dataset.files).toEqual(["Zebra/z", "cat/1.png", "cat/old/0.jpg", "dog/b.jpg"]);
    expect([...dataset.labels]).toEqual([0, 1, 1, 2]);
    expect(dataset.counts).toEqual([1, 2, 1]);
    expect([...dataset.widths]).toEqual([11, 11, 40, 40]);
    // n / (classes · n_c), as scikit-learn's "balanced": compute_class_weight("balanced", …, [0, 1, 1, 2]).
    expect(dataset.classWeights()).toEqual([4 / 3, 2 / 3, 4 / 3]);
  });

  it("takes the classes of another split", async () => {
    const classes = ["ant", "Zebra", "cat", "dog"];
    const dataset = await ImageFolder.open(await animals(), { size: 4, classes });
    expect([...dataset.labels]).toEqual([1, 2, 2, 3]);
    expect(dataset.counts).toEqual([0, 1, 2, 1]);
    expect(() => dataset.classWeights()).toThrow(new RangeError('classWeights: there is no image of class "ant"'));
  });

  it("names the folder that is wrong", async () => {
    const folder = await animals();
    await expect(ImageFolder.open(folder, { size: 4, classes: ["cat", "dog"] })).rejects.toThrow(
      `ImageFolder: ${folder}/Zebra is none of the classes cat, dog`,
    );
    const flat = await folderOf({ "1_1.jpg": jpeg });
    await expect(ImageFolder.open(flat, { size: 4 })).rejects.toThrow(
      `ImageFolder: ${flat} must hold a folder for each class, and has none`,
    );
    const empty = await folderOf({ "cat/1.jpg": jpeg, "dog/.hidden": "" });
    await expect(ImageFolder.open(empty, { size: 4 })).rejects.toThrow(`ImageFolder: no files in ${empty}/dog`);
  });

  it("names the file that cannot be read, or skips it", async () => {
    const folder = await folderOf({ "cat/1.jpg": jpeg, "cat/broken": "junk", "dog/1.jpg": jpeg });
    await expect(ImageFolder.open(folder, { size: 4 })).rejects.toThrow(
      `ImageFolder: cannot read ${folder}/cat/broken: not an image`,
    );
    const { counts, skipped } = await ImageFolder.open(folder, { size: 4, onError: "skip" });
    expect(counts).toEqual([1, 1]);
    expect(skipped.map(({ file }) => file)).toEqual(["cat/broken"]);
  });
});
