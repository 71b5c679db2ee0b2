/** FaceFolder: names, labels, order, and what it says about files that it cannot read. */

import { existsSync } from "node:fs";
import { symlink, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { decodeImage } from "../../src/data/decode.js";
import { FaceFolder, labelOf } from "../../src/data/face-folder.js";
import { resize } from "../../src/data/resize.js";
import { availableThreads } from "../../src/tensor/backend/available-threads.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { folderOf, jpeg, png } from "./photographs.js";

const NO_LABEL = "the last character before the extension must be 0 (not covered) or 1 (covered), as in 000041_1.jpg";

beforeAll(() => useBackend("js"));

describe("labelOf", () => {
  it.each([
    ["000041_1.jpg", 1],
    ["0.png", 0],
    ["a.b.c1.JPEG", 1],
    ["a1.b.jpg", undefined],
    ["000041_2.jpg", undefined],
    ["000041_1", undefined],
    ["1.", undefined],
    [".1", undefined],
    ["photo1 .jpg", undefined],
  ])("%s", (name, label) => expect(labelOf(name)).toBe(label));

  it("is 0, 1 or undefined for any name at all", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => [0, 1, undefined].includes(labelOf(name))));
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom(0, 1),
        fc.constantFrom("jpg", "JPEG", " \n"),
        (stem, label, extension) => {
          return labelOf(`${stem}${label}.${extension}`) === label;
        },
      ),
    );
  });
});

describe("FaceFolder", () => {
  it("reads a folder by name: labels, counts, classes, sizes, pixels", async () => {
    // A PNG under a name that ends in .jpg is read for what it is.
    const folder = await folderOf({
      "000041_1.jpg": png,
      "000007_0.jpg": jpeg,
      "b1.JPEG": jpeg,
      ".DS_Store": png,
      "more/000001_1.jpg": png,
    });
    const progress: string[] = [];
    const faces = await FaceFolder.open(folder, {
      size: 8,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    expect(faces.folder).toBe(folder);
    expect(faces.files).toEqual(["000007_0.jpg", "000041_1.jpg", "b1.JPEG"]);
    expect(faces.labels).toEqual(Int32Array.of(0, 1, 1));
    expect(faces.counts).toEqual([1, 2]);
    expect(faces.classes).toEqual(["not covered", "covered"]);
    expect(faces.widths).toEqual(Int32Array.of(40, 11, 40));
    expect(faces.heights).toEqual(Int32Array.of(24, 9, 24));
    expect(faces.skipped).toEqual([]);
    expect(progress).toEqual(["1/3", "2/3", "3/3"]);

    const { image, label } = faces.item(1);
    const { data } = resize(await decodeImage(png), 8, 8);
    const planes = Float32Array.from({ length: 192 }, (_, i) => data[3 * (i % 64) + Math.floor(i / 64)] / 255);
    expect(image.dataSync()).toEqual(planes);
    expect(label).toBe(1);

    const some = faces.subset([2, 1]);
    expect([some.files, [...some.labels]]).toEqual([
      ["b1.JPEG", "000041_1.jpg"],
      [1, 1],
    ]);
    expect([some.widths, some.heights]).toEqual([Int32Array.of(40, 11), Int32Array.of(24, 9)]);
    expect(some.item(1).image.dataSync()).toEqual(planes);
  });

  it("takes a part of the files, of each class its share, evenly spaced", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `${String(i).padStart(2, "0")}_${i % 2}.png`);
    const folder = await folderOf(Object.fromEntries(names.map((name) => [name, png])));
    const open = async (limit: number) => (await FaceFolder.open(folder, { size: 2, limit })).files;
    // Every second or fourth of the list would be of one class.
    expect(await open(6)).toEqual([0, 1, 4, 5, 8, 9].map((index) => names[index]));
    expect(await open(3)).toEqual([0, 5, 8].map((index) => names[index]));
    expect(await open(12)).toEqual(names);
    expect(await open(99)).toEqual(names);
  });

  it("names a link that leads nowhere, or skips it", async () => {
    const folder = await folderOf({ "000001_1.jpg": jpeg });
    await symlink(join(folder, "gone"), join(folder, "000002_0.jpg"));
    await expect(FaceFolder.open(folder, { size: 8 })).rejects.toThrow(
      `cannot read ${folder}/000002_0.jpg: there is no such file or folder (ENOENT)`,
    );
    const { files, skipped } = await FaceFolder.open(folder, { size: 8, onError: "skip" });
    expect(files).toEqual(["000001_1.jpg"]);
    expect(skipped).toMatchObject([{ file: "000002_0.jpg", reason: "there is no such file or folder (ENOENT)" }]);
  });

  it("names the file without a label, or skips it", async () => {
    const folder = await folderOf({ "000001_1.jpg": jpeg, "portrait.jpg": jpeg });
    await expect(FaceFolder.open(folder, { size: 8 })).rejects.toThrow(
      `FaceFolder: no label in the name of ${folder}/portrait.jpg: ${NO_LABEL}`,
    );
    const { files, skipped } = await FaceFolder.open(folder, { size: 8, onError: "skip" });
    expect(files).toEqual(["000001_1.jpg"]);
    expect(skipped).toEqual([{ file: "portrait.jpg", reason: `no label in its name: ${NO_LABEL}` }]);
    await unlink(join(folder, "000001_1.jpg"));
    await expect(FaceFolder.open(folder, { size: 8, onError: "skip" })).rejects.toThrow(
      `FaceFolder: no labels in the names in ${folder}: ${NO_LABEL}`,
    );
  });

  it("names the first file that it cannot read, and the reason", async () => {
    const folder = await folderOf({ "1_1.jpg": jpeg, "2_0.jpg": "", "3_0.jpg": "hello" });
    const first = `FaceFolder: cannot read ${folder}/2_0.jpg: `;
    await expect(FaceFolder.open(folder, { size: 8 })).rejects.toThrow(`${first}the file is empty`);
    await writeFile(join(folder, "2_0.jpg"), "RIFF\0\0\0\0WEBPVP8 ");
    await expect(FaceFolder.open(folder, { size: 8 })).rejects.toThrow(
      `${first}WebP is not supported; JPEG and PNG are`,
    );
    await writeFile(join(folder, "2_0.jpg"), png);
    await expect(FaceFolder.open(folder, { size: 8, maxPixels: 98 })).rejects.toThrow(
      `FaceFolder: cannot read ${folder}/1_1.jpg: JPEG declares 40 × 24 pixels; the limit is 98 pixels`,
    );
  });

  it("reads no device, and no file that is too large for any photograph", async () => {
    const folder = await folderOf({ "1_1.jpg": jpeg, "3_0.jpg": png });
    await symlink("/dev/null", join(folder, "2_0.jpg"));
    await truncate(join(folder, "3_0.jpg"), 100_000_000);
    const { skipped } = await FaceFolder.open(folder, { size: 8, maxPixels: 1000, onError: "skip" });
    expect(skipped).toEqual([
      { file: "2_0.jpg", reason: "it is no regular file" },
      {
        file: "3_0.jpg",
        reason: "its 100000000 bytes are more than a photograph of 1000 pixels takes, 67116864",
      },
    ]);
  });

  it("goes on without the files that it cannot read, and lists them", async () => {
    const folder = await folderOf({ "1_1.jpg": "", "2_0.jpg": jpeg, "3_0.jpg": "hello", "4.jpg": png, "5_1.jpg": png });
    const faces = await FaceFolder.open(folder, { size: 8, onError: "skip" });
    expect(faces.files).toEqual(["2_0.jpg", "5_1.jpg"]);
    expect(faces.labels).toEqual(Int32Array.of(0, 1));
    expect(faces.widths).toEqual(Int32Array.of(40, 11));
    expect(faces.skipped.map(({ file }) => file)).toEqual(["1_1.jpg", "3_0.jpg", "4.jpg"]);
    expect(faces.skipped[0].reason).toBe("the file is empty");
    const whole = await FaceFolder.open(await folderOf({ "2_0.jpg": jpeg, "5_1.jpg": png }), { size: 8 });
    for (const i of [0, 1]) expect(faces.pixels(i)).toEqual(whole.pixels(i));
    await expect(FaceFolder.open(await folderOf({ "1_1.jpg": "" }), { size: 8, onError: "skip" })).rejects.toThrow(
      "1_1.jpg: the file is empty",
    );
  });

  it("names the folder that is empty or missing", async () => {
    const folder = await folderOf({});
    await expect(FaceFolder.open(folder, { size: 8 })).rejects.toThrow(`FaceFolder: no files in ${folder}`);
    await expect(FaceFolder.open(`${folder}/gone`, { size: 8 })).rejects.toThrow(`${folder}/gone`);
  });

  it.each([
    [{ size: 0 }, "FaceFolder: size must be a positive integer, or { width, height }, got 0"],
    [{ size: 8, limit: 0 }, "FaceFolder: limit must be a positive integer, got 0"],
    [{ size: 8, maxPixels: 1.5 }, "FaceFolder: maxPixels must be a positive integer, got 1.5"],
    [{ size: 8, workers: -1 }, "FaceFolder: workers must be an integer of at least 0, got -1"],
    [{ size: 8, onError: "ignore" }, 'FaceFolder: onError must be "throw" or "skip", got "ignore"'],
  ])("refuses %j", async (options, message) => {
    await expect(FaceFolder.open("faces", options as { size: number })).rejects.toThrow(new RangeError(message));
  });
});

describe("threads", () => {
  /** 60 photographs, so that there are several tasks; some cannot be read. */
  const many = () =>
    folderOf(
      Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [`${100 + i}_${i % 2}.jpg`, [jpeg, png, ""][i % 13 === 12 ? 2 : i % 2]]),
      ),
    );

  it.each([1, 3])("%d give what the caller's own gives", async (workers) => {
    const folder = await many();
    const own = await FaceFolder.open(folder, { size: 8, workers: 0, onError: "skip" });
    const theirs = await FaceFolder.open(folder, { size: 8, workers, onError: "skip" });
    expect(theirs).toEqual(own);
    expect(theirs.length).toBe(56);
    for (let i = 0; i < own.length; i++) expect(theirs.pixels(i)).toEqual(own.pixels(i));
    const first = `${folder}/112_0.jpg: the file is empty`;
    await expect(FaceFolder.open(folder, { size: 8, workers })).rejects.toThrow(first);
  });

  it("are chosen without stumbling over a file that cannot be looked at", async () => {
    const folder = await folderOf({ "1_0.jpg": jpeg });
    await symlink("2_1.jpg", join(folder, "2_1.jpg"));
    const faces = await FaceFolder.open(folder, { size: 8, onError: "skip" });
    expect(faces.skipped).toEqual([{ file: "2_1.jpg", reason: expect.stringContaining("ELOOP") }]);
  });

  it("are started for many bytes, be they in few files", async () => {
    const started = vi.fn();
    process.on("worker", started);
    onTestFinished(() => void process.off("worker", started));
    const small = await folderOf({ "1_0.jpg": jpeg, "2_1.jpg": jpeg });
    await FaceFolder.open(small, { size: 8 });
    expect(started).not.toHaveBeenCalled();
    // What follows a photograph in its file is passed over.
    const large = Buffer.concat([jpeg, Buffer.alloc(600_000)]);
    await FaceFolder.open(await folderOf({ "1_0.jpg": large, "2_1.jpg": large }), { size: 8 });
    expect(started).toHaveBeenCalledTimes(Math.min(2, availableThreads()));
  });

  it.each([0, 2])("%d tell of their progress, and stop when they are told to", async (workers) => {
    const folder = await many();
    const progress: number[] = [];
    const controller = new AbortController();
    const opening = FaceFolder.open(folder, {
      size: 8,
      workers,
      onError: "skip",
      signal: controller.signal,
      onProgress(done, total) {
        expect(total).toBe(60);
        progress.push(done);
        if (done >= 20) controller.abort(new Error("enough"));
      },
    });
    await expect(opening).rejects.toThrow("enough");
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBeLessThan(60);
    await expect(FaceFolder.open(folder, { size: 8, signal: controller.signal })).rejects.toThrow("enough");
  });
});

const FACES = "../shared/data/faces";

describe.skipIf(!existsSync(FACES))("the photographs (skipped where the shared data is absent)", () => {
  it("are opened by their names", async () => {
    const faces = await FaceFolder.open(`${FACES}/test`, { size: 32, limit: 40 });
    expect(faces.files[0]).toBe("000012_0.jpg");
    expect(faces.counts).toEqual([19, 21]);
    const [{ images }] = faces.batches(40);
    expect(images.shape).toEqual([40, 3, 32, 32]);
  });
});
