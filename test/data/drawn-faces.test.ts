/** The drawn faces: the same from the same seed, with labels in their names, and readable as a folder of faces. */

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Covers, drawFace, labelledFaces } from "../../examples/draw-face.js";
import { drawFaces } from "../../examples/drawn-faces.js";
import { decodeImage } from "../../src/data/decode.js";
import { FaceFolder } from "../../src/data/face-folder.js";
import { Generator } from "../../src/tensor/random.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
});
afterAll(() => rm(root, { recursive: true }));

it("draws folders that FaceFolder reads, the same from the same seed", async () => {
  for (const part of ["a", "b"]) await drawFaces(join(root, part), { train: 27, test: 3, size: 16, seed: 4 });
  const [train, test] = [await readdir(join(root, "a/train")), await readdir(join(root, "a/test"))];
  expect([train.length, test.length]).toEqual([27, 3]);
  expect(new Set([...train, ...test].map((name) => name.slice(-4)))).toEqual(new Set([".jpg", ".png"]));
  for (const name of train) {
    expect(name).toMatch(/^\d{6}_[01]\.(jpg|png)$/);
    expect(await readFile(join(root, "a/train", name))).toEqual(await readFile(join(root, "b/train", name)));
  }
  const faces = await FaceFolder.open(join(root, "a/train"), { size: 16 });
  expect(faces.counts[0]).toBeGreaterThan(5);
  expect(faces.counts[1]).toBeGreaterThan(5);
});

it("draws another face from another stream, and another cover with the other label", () => {
  const face = (covered: boolean, name: string) => drawFace(16, covered, new Generator(1).fork(name)).data;
  expect(face(true, "x")).toEqual(face(true, "x"));
  expect(face(true, "x")).not.toEqual(face(true, "y"));
  expect(face(true, "x")).not.toEqual(face(false, "x"));
});

it("draws the same for a page as into a folder", async () => {
  const dir = join(root, "c");
  await drawFaces(dir, { train: 3, test: 1, size: 16, seed: 4 });
  const faces = [...labelledFaces({ count: 4, size: 16, seed: 4 })];
  // The first is a JPEG.
  for (const i of [1, 2]) {
    const { image, label } = faces[i];
    expect(await decodeImage(await readFile(join(dir, "train", `00000${i}_${label}.png`)))).toEqual(image);
  }
  expect((await readdir(join(dir, "test")))[0]).toBe(`000003_${faces[3].label}.png`);
});

it("draws in a page: without a package, or anything of Node's", async () => {
  const { metafile } = await build({
    ...{ entryPoints: ["examples/draw-face.ts"], bundle: true, platform: "browser", format: "esm" },
    ...{ metafile: true, write: false, logLevel: "silent" },
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain("examples/canvas.ts");
  expect(inputs.filter((path) => !/^(src|examples)\//.test(path))).toEqual([]);
});

it("leaves out all but masks where it is to be easy", () => {
  /** Of which every chance is taken, or none. */
  class Fate extends Generator {
    readonly #drawn: number;
    constructor(drawn: number) {
      super(1);
      this.#drawn = drawn;
    }
    override uniform(): number {
      return this.#drawn;
    }
    override int(n: number): number {
      return Math.floor(this.#drawn * n);
    }
  }
  const draw = (covered: boolean, drawn: number, covers: Covers) => drawFace(16, covered, new Fate(drawn), covers);
  for (const covered of [true, false]) {
    // No decoy, no glasses, no hand, and of the covers the last, a mask: both are the same.
    expect(draw(covered, 0.999, "masks")).toEqual(draw(covered, 0.999, "all"));
    expect(draw(covered, 0, "masks")).not.toEqual(draw(covered, 0, "all"));
  }
  expect(draw(true, 0.999, "masks")).not.toEqual(draw(false, 0.999, "masks"));
});
