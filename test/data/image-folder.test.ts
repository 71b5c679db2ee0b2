/** ImageFolder: classes from the names of folders. */

import { describe, expect, it } from "vitest";
import { ImageFolder } from "../../src/data/image-folder.js";
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
    const folder = await folderOf({ "cat/1.jpg": jpeg, "cat/Thumbs.db": "junk", "dog/1.jpg": jpeg });
    await expect(ImageFolder.open(folder, { size: 4 })).rejects.toThrow(
      `ImageFolder: cannot read ${folder}/cat/Thumbs.db: not an image`,
    );
    const { counts, skipped } = await ImageFolder.open(folder, { size: 4, onError: "skip" });
    expect(counts).toEqual([1, 1]);
    expect(skipped.map(({ file }) => file)).toEqual(["cat/Thumbs.db"]);
  });
});
