/** IDX: files built by hand after the format's description, and Fashion-MNIST's own where they are installed. */

import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeIdx, loadIdx } from "../../src/data/idx.js";

/** The type's number, the shape, and the numbers' bytes. */
function idx(type: number, shape: readonly number[], numbers: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...numbers]);
}

describe("the numbers", () => {
  it.each([
    ["bytes", idx(8, [2, 3], [0, 1, 127, 128, 254, 255]), Uint8Array.of(0, 1, 127, 128, 254, 255), [2, 3]],
    ["signed bytes", idx(9, [2], [1, 255]), Int8Array.of(1, -1), [2]],
    ["16 bits", idx(11, [2], [1, 0, 255, 254]), Int16Array.of(256, -2), [2]],
    ["32 bits", idx(12, [1, 1], [0, 1, 0, 2]), Int32Array.of(65538), [1, 1]],
    ["floats", idx(13, [2], [0x3f, 0xc0, 0, 0, 0xc0, 0x20, 0, 0]), Float32Array.of(1.5, -2.5), [2]],
    ["doubles", idx(14, [1], [0x3f, 0xf8, 0, 0, 0, 0, 0, 0]), Float64Array.of(1.5), [1]],
    ["none", idx(8, [0, 28, 28], []), new Uint8Array(0), [0, 28, 28]],
  ])("are of the type and the shape that the file says: %s", async (_, bytes, data, shape) => {
    expect(await decodeIdx(bytes)).toEqual({ data, shape });
    expect(await decodeIdx(new Uint8Array(gzipSync(bytes)))).toEqual({ data, shape });
    // Not at the beginning of its buffer.
    expect(await decodeIdx(Uint8Array.from([7, ...bytes]).subarray(1))).toEqual({ data, shape });
  });
});

describe("what is no IDX file is refused", () => {
  const good = idx(8, [2, 3], [0, 1, 2, 3, 4, 5]);
  const zipped = new Uint8Array(gzipSync(good));
  const is = "it is no IDX file, which begins with two zeros and the type of its numbers, 8, 9 or 11 to 14";
  const cut = "it is compressed by gzip, and damaged or cut off";
  it.each([
    ["empty", new Uint8Array(0), is],
    ["three bytes", good.subarray(0, 3), is],
    ["other first bytes", Uint8Array.from([1, ...good.subarray(1)]), is],
    ["another type", idx(10, [1], [0]), is],
    ["ended within its sizes", good.subarray(0, 9), "it has 2 axes, and ends within their sizes"],
    ["cut off", good.subarray(0, 17), "it says that its shape is [2, 3], which takes 18 bytes, and has 17"],
    ["with more behind", Uint8Array.from([...good, 0]), "which takes 18 bytes, and has 19"],
    ["larger than anything", idx(8, [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], []), "and has 16"],
    ["cut off, compressed", zipped.subarray(0, zipped.length - 9), cut],
    ["damaged, compressed", zipped.map((byte, i) => (i === 14 ? byte ^ 255 : byte)), cut],
  ])("%s", (_, bytes, message) => expect(decodeIdx(bytes)).rejects.toThrow(message));

  it("a path", () => expect(decodeIdx("a.idx" as unknown as Uint8Array)).rejects.toThrow("read the file first"));
});

describe("a file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "torchlet-idx-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is read, and named where something is wrong with it", async () => {
    const path = join(folder, "labels-idx1-ubyte.gz");
    await writeFile(path, gzipSync(idx(8, [3], [2, 1, 0])));
    expect(await loadIdx(path)).toEqual({ data: Uint8Array.of(2, 1, 0), shape: [3] });
    await writeFile(path, "label");
    await expect(loadIdx(path)).rejects.toThrow(`${path}: it is no IDX file`);
    await expect(loadIdx(`${path}.idx`)).rejects.toThrow(`${path}.idx: it could not be read: there is no such file`);
  });
});

const FASHION = "/usr/share/datasets/fashion-mnist";

it.skipIf(!existsSync(FASHION))("Fashion-MNIST (Debian's dataset-fashion-mnist) is what it is said to be", async () => {
  const images = await loadIdx(`${FASHION}/t10k-images-idx3-ubyte.gz`);
  const labels = await loadIdx(`${FASHION}/t10k-labels-idx1-ubyte.gz`);
  expect(images.shape).toEqual([10_000, 28, 28]);
  // Of each of the ten classes, a thousand; the test set begins with a boot, a pullover and two pairs of trousers.
  expect(Array.from({ length: 10 }, (_, k) => labels.data.filter((label: number) => label === k).length)).toEqual(
    new Array(10).fill(1000),
  );
  expect([...labels.data.subarray(0, 4)]).toEqual([9, 2, 1, 1]);
});
