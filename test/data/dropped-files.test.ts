/** droppedFiles and filesToDataset: folders that were dropped on a page, played by objects with the names of a browser's. */

import { describe, expect, it } from "vitest";
import { type Drop, droppedFiles } from "../../src/data/dropped-files.js";
import { filesToDataset } from "../../src/data/files-to-dataset.js";
import { ImageFolder } from "../../src/data/image-folder.js";
import { folderOf, jpeg, png } from "./photographs.js";

const blob = (bytes: Uint8Array | string) => new Blob([bytes as BlobPart]);

/** A FileSystemEntry: of a folder, two entries at a time. */
function entry(fullPath: string, content: Blob | unknown[] | Error) {
  if (content instanceof Blob) {
    return { fullPath, isDirectory: false, file: (done: (file: Blob) => void) => done(content) };
  }
  const file = (_: unknown, fail: (error: Error) => void) => fail(content as Error);
  if (content instanceof Error) return { fullPath, isDirectory: false, file };
  const createReader = () => {
    const left = [...content];
    return { readEntries: (done: (entries: unknown[]) => void) => done(left.splice(0, 2)) };
  };
  return { fullPath, isDirectory: true, createReader };
}

const item = (webkitEntry: unknown) => ({ kind: "file", webkitGetAsEntry: () => webkitEntry });
const file = (name: string, webkitRelativePath = "") => Object.assign(blob(name), { name, webkitRelativePath });

describe("dropped files", () => {
  it("are those in the folders, and in the folders inside them, sorted by their paths", async () => {
    const old = entry("/cat/old", [entry("/cat/old/0.jpg", blob("0"))]);
    const cat = entry("/cat", [1, 2, 3, 4].map((i) => entry(`/cat/${i}.jpg`, blob(String(i)))).concat([old as never]));
    const transfer = { items: [item(cat), item(null), item(entry("/a.png", blob("a")))] };
    const files = await droppedFiles(transfer as never as Drop);
    expect(files.map(({ path }) => path)).toEqual(
      ["a.png", "cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "cat/4.jpg", "cat/old/0.jpg"], //
    );
    expect(await Promise.all(files.map(({ file }) => file.text()))).toEqual(["a", "1", "2", "3", "4", "0"]);
    expect((await droppedFiles([cat] as never)).length).toBe(5);
  });

  it("are asked for before the event is over", async () => {
    let over = false;
    const late = { kind: "file", webkitGetAsEntry: () => (over ? null : entry("/b", blob("b"))) };
    const dropped = droppedFiles({ items: [item(entry("/a", blob("a"))), late] } as never);
    over = true;
    expect((await dropped).map(({ path }) => path)).toEqual(["a", "b"]);
  });

  it("may be chosen, with their folder or without", async () => {
    const chosen = [file("2.jpg", "pets/dog/2.jpg"), file("1.jpg")];
    expect((await droppedFiles(chosen)).map(({ path }) => path)).toEqual(["1.jpg", "pets/dog/2.jpg"]);
    // Of two folders, say: in the order in which they came.
    const alike = [file("1.jpg"), file("0.jpg"), file("1.jpg")];
    const files = (await droppedFiles(alike)).map(({ file }) => file);
    expect(files.map((each) => alike.indexOf(each as never))).toEqual([1, 0, 2]);
  });

  it("that cannot be read are told by their path, and what is no drop is told", async () => {
    const broken = entry("/cat/1.jpg", new Error("it has been moved"));
    await expect(droppedFiles([entry("/cat", [broken])] as never)).rejects.toThrow(
      "droppedFiles: cat/1.jpg cannot be read: it has been moved",
    );
    await expect(droppedFiles(file("a") as never)).rejects.toThrow("of one file, write [file]");
    for (const drop of [["cat"], [file("a"), "cat"], ["cat", file("a")]])
      await expect(droppedFiles(drop as never)).rejects.toThrow(
        "droppedFiles: drop must be what was dropped (event.dataTransfer), or chosen (the files of an <input>), got",
      );
  });
});

describe("a dataset of dropped files", () => {
  const ANIMALS = {
    ...{ "dog/b.jpg": jpeg, "cat/1.png": png, "cat/old/0.jpg": jpeg, "Zebra/z": png, "Zebra/.hidden": "" },
    ...{ "README.txt": "not a photograph", "cover.jpg": jpeg, ".git/config": "" },
  };
  const dropped = (tree: Record<string, Uint8Array | string>, root = "") =>
    Object.entries(tree).map(([path, content]) => ({ path: root + path, file: blob(content) }));

  it.each(["", "pets/", "/pets/"])("is what ImageFolder makes of the same folder (%j)", async (root) => {
    const options = { size: 4, channels: 1, resize: "crop" } as const;
    const made = await filesToDataset(dropped(ANIMALS, root), options);
    const opened = await ImageFolder.open(await folderOf(ANIMALS), options);
    for (const name of ["classes", "files", "labels", "widths", "heights", "shape"] as const) {
      expect([name, made[name]]).toEqual([name, opened[name]]);
    }
    expect(made.skipped).toEqual(expect.arrayContaining([...opened.skipped]));
    expect(made.skipped.length).toBe(opened.skipped.length);
    for (const i of made.files.keys()) expect(made.pixels(i)).toEqual(opened.pixels(i));
    expect(made.folder).toBe(root.replaceAll("/", ""));
  });

  it("may have a single class, and names that are others' beginnings", async () => {
    const one = await filesToDataset(dropped({ "cats/1.jpg": jpeg, "cats/2.jpg": jpeg }), { size: 4 });
    expect([one.classes, one.files, one.folder]).toEqual([["cats"], ["cats/1.jpg", "cats/2.jpg"], ""]);
    // A space is before a slash, so that paths have another order than classes.
    const two = await filesToDataset(dropped({ "a b/1.jpg": jpeg, "a/1.jpg": jpeg }), { size: 4 });
    expect([two.classes, two.files, [...two.labels]]).toEqual([
      ["a", "a b"],
      ["a b/1.jpg", "a/1.jpg"],
      [1, 0],
    ]);
  });

  it("is split, limited, and given the classes of another", async () => {
    const tree = Object.fromEntries(
      [1, 2, 3, 4].flatMap((i) => [
        [`a/${i}.jpg`, jpeg],
        [`b/${i}.jpg`, jpeg],
      ]),
    );
    const all = await filesToDataset(dropped(tree), { size: 4 });
    const [train, test] = all.split(0.25);
    expect([train.files.length, test.counts]).toEqual([6, [1, 1]]);
    const some = await filesToDataset(dropped(tree), { size: 4, limit: 4, classes: ["b", "c", "a"] });
    expect([some.classes, some.counts]).toEqual([
      ["b", "c", "a"],
      [2, 0, 2],
    ]);
    await expect(filesToDataset(dropped(tree), { size: 4, classes: ["a"] })).rejects.toThrow(
      "filesToDataset: b/1.jpg lies in none of the classes a",
    );
  });

  it("tells what cannot be read, or leaves it out with the reason", async () => {
    const tree = { "a/1.jpg": jpeg, "a/2.jpg": "no photograph", "b/1.png": png };
    await expect(filesToDataset(dropped(tree, "pets/"), { size: 4 })).rejects.toThrow(
      "filesToDataset: cannot read pets/a/2.jpg: not an image: no known format starts with 6e 6f 20 70",
    );
    const progress: number[][] = [];
    const onProgress = (done: number, total: number) => progress.push([done, total]);
    const { files, skipped } = await filesToDataset(dropped(tree), { size: 4, onError: "skip", onProgress });
    expect([files, skipped.map(({ file }) => file)]).toEqual([["a/1.jpg", "b/1.png"], ["a/2.jpg"]]);
    expect(progress).toEqual([1, 2, 3].map((done) => [done, 3]));
    await expect(filesToDataset(dropped({ "a/1.jpg": jpeg }), { size: 4, maxPixels: 900 })).rejects.toThrow(
      "filesToDataset: cannot read a/1.jpg: JPEG declares 40 × 24 pixels; the limit is 900 pixels",
    );
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(filesToDataset(dropped(tree), { size: 4, signal })).rejects.toThrow("enough");
  });

  it("needs folders, and says what to do without them", async () => {
    await expect(filesToDataset(dropped({ "1.jpg": jpeg }), { size: 4 })).rejects.toThrow(
      "filesToDataset: there is no photograph in a folder among 1 files (1.jpg: it lies beside the folders of the classes); " +
        'the name of its folder is the class of a photograph. Files without folders get one by their path: { path: "cats/1.jpg", file }',
    );
    await expect(filesToDataset([file("1.jpg")] as never, { size: 4 })).rejects.toThrow(
      "await droppedFiles(…) makes one of what was dropped or chosen",
    );
  });
});
