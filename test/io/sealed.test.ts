/** Sealed files: whatever of them is changed is said by its name, and nothing of them is kept. */

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { FileError } from "../../src/file-error.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors/bytes.js";
import { saveSafetensors } from "../../src/io/safetensors/file.js";
import {
  encodeSealed,
  loadSealed,
  loadSealedMetadata,
  saveSealed,
  sealedDigests,
} from "../../src/io/safetensors/sealed.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { tensor } from "../../src/tensor/factories/from-values.js";

let path: string;

beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), "torchlet-")), "sealed");
});
afterAll(() => rm(join(path, ".."), { recursive: true }));

const written = () =>
  [
    { a: tensor([1, 2], [2, 1]), b: tensor(0.5) },
    { epoch: "3", net: "é" },
  ] as const;

beforeEach(async () => {
  await useBackend("js");
  await saveSealed(path, ...written());
});

const sha256 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

it("has SHA-256 digests of each entry, and of each tensor's type, shape and bytes", async () => {
  const { metadata, tensors } = decodeSafetensors(await readFile(path));
  expect(Object.keys(tensors)).toEqual(["a", "b"]);
  const bytesOf = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  expect(metadata).toEqual({ epoch: "3", net: "é", sha256: expect.any(String) });
  const digests = { a: sha256("F32 [2,1] ", bytesOf(1, 2)), b: sha256("F32 [] ", bytesOf(0.5)) };
  expect(JSON.parse(metadata.sha256)).toEqual({
    metadata: { epoch: sha256("3"), net: sha256("é") },
    tensors: digests,
  });
  expect(await sealedDigests(path)).toEqual(digests);
});

it("is the same in memory", async () => {
  expect(Buffer.from(await encodeSealed(...written()))).toEqual(await readFile(path));
});

it("needs what digests are made with, which not every page has", async () => {
  vi.stubGlobal("crypto", {});
  onTestFinished(() => void vi.unstubAllGlobals());
  await expect(encodeSealed(...written())).rejects.toThrow(
    /^a checkpoint has SHA-256 digests, by crypto\.subtle, which browsers give to pages of https:/,
  );
});

it("comes back", async () => {
  const { tensors, metadata } = await loadSealed(path);
  expect(Object.entries(tensors).map(([name, t]) => [name, t.shape, [...t.dataSync()]])).toEqual([
    ["a", [2, 1], [1, 2]],
    ["b", [], [0.5]],
  ]);
  expect(metadata).toMatchObject({ epoch: "3", net: "é" });
  expect(await loadSealedMetadata(path)).toEqual(metadata);
});

describe("is refused", () => {
  const differs = (names: string) =>
    new FileError(
      path,
      `not what was written, in ${names}: the file was changed or damaged since. Take a copy of it, or another checkpoint`,
    );

  type Contents = ReturnType<typeof decodeSafetensors>;

  /** Writes the file anew with a change, the old digests in it, and expects that loading it says so, and frees all. */
  async function expectRefused(change: (contents: Contents) => void, names: string, inMetadata: boolean) {
    const contents = decodeSafetensors(await readFile(path));
    change(contents);
    await writeFile(path, await encodeSafetensors(contents.tensors, contents.metadata));
    const { storages } = memory();
    await expect(loadSealed(path)).rejects.toThrow(differs(names));
    expect(memory().storages).toBeLessThanOrEqual(storages);
    const metadata = loadSealedMetadata(path);
    if (inMetadata) await expect(metadata).rejects.toThrow(differs(names));
    else expect(await metadata).toEqual(contents.metadata);
  }

  it.each<[what: string, change: (contents: Contents) => void, names: string, inMetadata: boolean]>([
    ["another number", ({ tensors }) => tensors.a.copyFrom(tensor([1, 3], [2, 1])), "a", false],
    ["another shape", ({ tensors }) => Object.assign(tensors, { a: tensor([1, 2]) }), "a", false],
    ["no such tensor", ({ tensors }) => delete tensors.b, "b", false],
    ["one tensor more", ({ tensors }) => Object.assign(tensors, { c: tensor(1) }), "c", false],
    ["two names exchanged", ({ tensors: t }) => ([t.a, t.b] = [t.b, t.a]), "a, b", false],
    ["another entry", ({ metadata }) => Object.assign(metadata, { epoch: "4" }), "epoch", true],
    ["no such entry", ({ metadata }) => delete metadata.epoch, "epoch", true],
    ["an entry more", ({ metadata }) => Object.assign(metadata, { other: "" }), "other", true],
  ])("with %s", (_, change, names, inMetadata) => expectRefused(change, names, inMetadata));

  it.each([
    ["{", /^sha256: .*JSON/],
    ["{}", "sha256: metadata: missing: was it edited?"],
    ['{"metadata":{}}', "sha256: tensors: missing: was it edited?"],
    ['{"metadata":{"a":1},"tensors":{}}', "sha256: metadata.a: expected string, got 1: was it edited?"],
  ])("with the digests %s", async (text, problem) => {
    await saveSafetensors(path, { a: tensor(1) }, { sha256: text });
    for (const load of [loadSealed, loadSealedMetadata]) {
      await expect(load(path)).rejects.toMatchObject({
        path,
        problem: typeof problem === "string" ? problem : expect.stringMatching(problem),
      });
    }
  });

  it("without digests, which another program does not write", async () => {
    await saveSafetensors(path, { a: tensor(1) }, { epoch: "3" });
    for (const load of [loadSealed, loadSealedMetadata]) {
      await expect(load(path)).rejects.toThrow(`${path}: this is no checkpoint`);
    }
  });
});

it("has the numbers of the moment of the call", async () => {
  const a = tensor([1, 2]);
  const saving = saveSealed(path, { a }, {});
  a.copyFrom(tensor([3, 4]));
  await saving;
  expect([...(await loadSealed(path)).tensors.a.dataSync()]).toEqual([1, 2]);
});
