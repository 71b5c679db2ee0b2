/** The drawn faces: the same from the same seed, with labels in their names, and readable as a folder of faces. */

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFace, drawFaces } from "../../examples/drawn-faces.js";
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
