/** FaceFolder: names, labels, order, and what it says about files that it cannot read. */

import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeImage } from "../../src/data/decode.js";
import { FaceFolder } from "../../src/data/face-folder.js";
import { resize } from "../../src/data/resize.js";
import { useBackend } from "../../src/tensor/backend/registry.js";

// Made by scripts/fixtures/make_data_fixtures.py.
const cases: { name: string; file: string }[] = JSON.parse(readFileSync("test/fixtures/data/decode.json", "utf8"));

function fileOf(name: string): Buffer {
  return Buffer.from(cases.find((each) => each.name === name)!.file, "base64");
}

const jpeg = fileOf("4:4:4");
const png = fileOf("8-bit RGB");
let root: string;

async function folderOf(name: string, files: Record<string, Uint8Array>): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const [file, bytes] of Object.entries(files)) await writeFile(join(folder, file), bytes);
  return folder;
}

beforeAll(async () => {
  await useBackend("js");
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
});
afterAll(() => rm(root, { recursive: true }));

describe("FaceFolder", () => {
  it("reads a folder by name: labels, counts, classes, pixels", async () => {
    // A PNG under a name that ends in .jpg is read for what it is.
    const folder = await folderOf("good", {
      "000041_1.jpg": png,
      "000007_0.jpg": jpeg,
      "b1.JPEG": jpeg,
      ".DS_Store": png,
    });
    await mkdir(join(folder, "more"));
    const progress: string[] = [];
    const faces = await FaceFolder.open(folder, {
      size: 8,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    expect(faces.files).toEqual(["000007_0.jpg", "000041_1.jpg", "b1.JPEG"]);
    expect(faces.labels).toEqual(Int32Array.of(0, 1, 1));
    expect(faces.counts).toEqual([1, 2]);
    expect(faces.classes).toEqual(["not covered", "covered"]);
    expect(progress).toEqual(["1/3", "2/3", "3/3"]);

    const { image, label } = faces.item(1);
    const { data } = resize(await decodeImage(png), 8, 8);
    const planes = Float32Array.from({ length: 192 }, (_, i) => data[3 * (i % 64) + Math.floor(i / 64)] / 255);
    expect(image.dataSync()).toEqual(planes);
    expect(label).toBe(1);
  });

  it("takes the first by name, or a choice by seed", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `${String(i).padStart(2, "0")}_${i % 2}.png`);
    const folder = await folderOf("many", Object.fromEntries(names.map((name) => [name, png])));
    const open = async (limit: number, seed?: number) =>
      (await FaceFolder.open(folder, { size: 2, limit, seed })).files;
    expect(await open(3)).toEqual(names.slice(0, 3));
    expect(await open(99)).toEqual(names);
    expect(await open(99, 1)).toEqual(names);
    const chosen = await open(5, 1);
    expect(chosen.length).toBe(5);
    expect(chosen).toEqual(chosen.toSorted());
    expect(await open(5, 1)).toEqual(chosen);
    expect(await open(5, 2)).not.toEqual(chosen);
  });

  it("names the file without a label", async () => {
    for (const name of ["portrait.jpg", "000041_2.jpg", "000041_1"]) {
      const folder = await folderOf(`unlabelled-${name}`, { "000001_1.jpg": jpeg, [name]: jpeg });
      await expect(FaceFolder.open(folder, { size: 8 })).rejects.toThrow(
        `FaceFolder: no label in the name of ${folder}/${name}: the last character before the extension must be ` +
          "0 (not covered) or 1 (covered), as in 000041_1.jpg",
      );
    }
  });

  it("names the file that it cannot read, and the reason", async () => {
    const folder = await folderOf("bad", { "000001_1.jpg": jpeg, "000002_0.jpg": new Uint8Array(0) });
    await expect(FaceFolder.open(folder, { size: 8 })).rejects.toThrow(
      `FaceFolder: cannot read ${folder}/000002_0.jpg: the file is empty`,
    );
    const webp = Buffer.from("RIFF\0\0\0\0WEBPVP8 ");
    await writeFile(join(folder, "000002_0.jpg"), webp);
    await expect(FaceFolder.open(folder, { size: 8 })).rejects.toThrow(
      `FaceFolder: cannot read ${folder}/000002_0.jpg: WebP is not supported; JPEG and PNG are`,
    );
  });

  it("names the folder that is empty or missing", async () => {
    const folder = await folderOf("empty", {});
    await expect(FaceFolder.open(folder, { size: 8 })).rejects.toThrow(`FaceFolder: no files in ${folder}`);
    await expect(FaceFolder.open(`${folder}/gone`, { size: 8 })).rejects.toThrow(`${folder}/gone`);
  });

  it.each([
    [{ size: 0 }, "FaceFolder: size must be a positive integer, got 0"],
    [{ size: 8, limit: 0 }, "FaceFolder: limit must be a positive integer, got 0"],
    [{ size: 8, seed: 1 }, "FaceFolder: seed picks which photographs limit keeps, but there is no limit"],
  ])("refuses %j", async (options, message) => {
    await expect(FaceFolder.open(root, options)).rejects.toThrow(new RangeError(message));
  });
});

const FACES = "../shared/data/faces";

describe.skipIf(!existsSync(FACES))("the photographs (skipped where the shared data is absent)", () => {
  it("are opened by their names", async () => {
    const faces = await FaceFolder.open(`${FACES}/test`, { size: 32, limit: 40 });
    expect(faces.files.slice(0, 3)).toEqual(["000012_0.jpg", "000022_1.jpg", "000030_0.jpg"]);
    expect([...faces.labels.slice(0, 3)]).toEqual([0, 1, 0]);
    const [{ images }] = faces.batches(40);
    expect(images.shape).toEqual([40, 3, 32, 32]);
  });
});
