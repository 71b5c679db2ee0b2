/** The safetensors format: exact bytes, what comes back, and what is refused. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { decodeSafetensors, encodeSafetensors, loadSafetensors, saveSafetensors } from "../../src/io/safetensors.js";
import type { StateDict } from "../../src/layers/module.js";
import { Net1 } from "../../src/nets/net1.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { ones, tensor, zeros } from "../../src/tensor/tensor.js";
import { onEachBackend } from "../targets.js";

/** A file of this header (as JSON unless it is text already) and so many bytes of numbers. */
function fileOf(header: unknown, dataBytes = 0): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

const entry = (shape: unknown, begin: unknown, end: unknown, dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

const bitsOf = (state: StateDict) =>
  Promise.all(
    Object.entries(state).map(async ([name, value]) => [
      name,
      value.shape,
      Buffer.from((await value.data()).buffer).toString("hex"),
    ]),
  );

beforeEach(() => useBackend("js"));

describe("the bytes", () => {
  // Computed by hand: 137 bytes of header and 7 spaces make 144 = 0x90, then 1, −2 and 0.5 in little-endian order.
  const HEADER =
    '{"__metadata__":{"by":"me"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},' +
    '"é":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}';
  const NUMBERS = "0000803f" + "000000c0" + "0000003f";

  onEachBackend("are the length of the header, the header, the numbers", async () => {
    const state = { a: tensor([1, -2], [2, 1]), é: tensor(0.5) };
    const bytes = Buffer.from(await encodeSafetensors(state, { by: "me" }));
    expect(bytes.subarray(0, 8).toString("hex")).toBe("9000000000000000");
    expect(bytes.subarray(8, 8 + 144).toString()).toBe(`${HEADER}       `);
    expect(bytes.subarray(8 + 144).toString("hex")).toBe(NUMBERS);
  });
});

describe("a file comes back", () => {
  const state = () => ({
    "0.weight": tensor([0, -0, 1e-45, 3.4e38, Number.NaN, Number.POSITIVE_INFINITY], [2, 3]),
    scalar: tensor(7),
    empty: zeros([0, 4]),
    "": ones([1]),
    'a "quoted" \n name, \u{1f600}': ones([2]),
  });

  onEachBackend("to the bit, in the order it was written", async () => {
    const given = state();
    const { tensors, metadata } = decodeSafetensors(await encodeSafetensors(given, { net: "a", note: "é\n" }));
    expect(await bitsOf(tensors)).toEqual(await bitsOf(given));
    expect(metadata).toEqual({ net: "a", note: "é\n" });
  });

  it("from the middle of a larger buffer, at any alignment", async () => {
    const bytes = await encodeSafetensors(state());
    const larger = new Uint8Array(bytes.length + 20).fill(255);
    larger.set(bytes, 3);
    expect(await bitsOf(decodeSafetensors(larger.subarray(3, 3 + bytes.length)).tensors)).toEqual(
      await bitsOf(state()),
    );
  });

  it("from the disk into another net", async () => {
    const [net, other] = [new Net1(), new Net1()];
    const path = join(root, "net.safetensors");
    await saveSafetensors(path, net.stateDict(), { net: "net1" });
    const { tensors, metadata } = await loadSafetensors(path);
    other.loadStateDict(tensors);
    expect(await bitsOf(other.stateDict())).toEqual(await bitsOf(net.stateDict()));
    expect(metadata).toEqual({ net: "net1" });
  });

  it("with whatever names its tensors have", async () => {
    for (const name of ["constructor", "toString", "__proto__"]) {
      const given = Object.fromEntries([[name, ones([2])]]);
      expect(await bitsOf(decodeSafetensors(await encodeSafetensors(given)).tensors), name).toEqual(
        await bitsOf(given),
      );
    }
  });

  it("when another program wrote it: entries in any order, no metadata, no padding", () => {
    const bytes = fileOf({ b: entry([1], 4, 8), none: entry([0], 4, 4), a: entry([], 0, 4) }, 8);
    new DataView(bytes.buffer, bytes.byteOffset).setFloat32(bytes.length - 4, 3, true);
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect(Object.entries(tensors).map(([name, t]) => [name, t.shape, [...t.dataSync()]])).toEqual([
      ["b", [1], [3]],
      ["none", [0], []],
      ["a", [], [0]],
    ]);
    expect(metadata).toEqual({});
  });
});

const noEntry = 'safetensors: the entry of "a" has no valid shape and data_offsets';
const noJson = "safetensors: the header is not valid JSON";
const noObject = "safetensors: the header is not a JSON object";
const noStrings = "safetensors: __metadata__ must hold strings";
const claims = (shape: string, begin: number, end: number, of: number, needs: number) =>
  `safetensors: "a" of shape ${shape} claims bytes ${begin} to ${end} of ${of}, it needs ${needs}`;
const cannotHold = (file: number, header: number) =>
  `safetensors: a file of ${file} bytes cannot hold a header of ${header}`;

/** Every way in which a file can be broken, and the message that says so. */
const broken: [what: string, bytes: Uint8Array, message: string][] = [
  ["an empty file", new Uint8Array(0), cannotHold(0, Number.NaN)],
  ["half a length", new Uint8Array(7), cannotHold(7, Number.NaN)],
  ["half a header", fileOf("{}").subarray(0, 9), cannotHold(9, 2)],
  ["a header too long", new Uint8Array(20).fill(255), cannotHold(20, 2 ** 64)],
  ["no header", new Uint8Array(8), noJson],
  ["text that is no JSON", fileOf("{]"), noJson],
  ["a header that is no UTF-8", fileOf("{}").fill(0xff, 8), noJson],
  ["a header `null`", fileOf("null"), noObject],
  ["a header that is a list", fileOf([1]), noObject],
  ["a header that is a number", fileOf("7"), noObject],
  ["metadata that is no object", fileOf({ __metadata__: 3 }), noStrings],
  ["metadata `null`", fileOf({ __metadata__: null }), noStrings],
  ["metadata of numbers", fileOf({ __metadata__: { epoch: 3 } }), noStrings],
  ["an entry `null`", fileOf({ a: null }), noEntry],
  ["an entry that is a number", fileOf({ a: 1 }), noEntry],
  ["no shape", fileOf({ a: { dtype: "F32", data_offsets: [0, 4] } }, 4), noEntry],
  ["no offsets", fileOf({ a: { dtype: "F32", shape: [] } }, 4), noEntry],
  ["a negative size", fileOf({ a: entry([-1, -1], 0, 4) }, 4), noEntry],
  ["half a size", fileOf({ a: entry([0.5, 2], 0, 4) }, 4), noEntry],
  ["a size in quotes", fileOf({ a: entry(["1"], 0, 4) }, 4), noEntry],
  ["a negative offset", fileOf({ a: entry([1], -4, 0) }, 4), noEntry],
  ["half of a pair of offsets", fileOf({ a: { ...entry([], 0, 4), data_offsets: [0] } }, 4), noEntry],
  ["three offsets", fileOf({ a: { ...entry([], 0, 4), data_offsets: [0, 4, 8] } }, 4), noEntry],
  ["another dtype", fileOf({ a: entry([1], 0, 4, "I32") }, 4), 'safetensors: "a" has dtype I32; only F32 can be read'],
  ["an end outside", fileOf({ a: entry([2], 0, 8) }, 4), claims("[2]", 0, 8, 4, 8)],
  ["an end before the beginning", fileOf({ a: entry([1], 4, 0) }, 4), claims("[1]", 4, 0, 4, 4)],
  ["too many bytes for the shape", fileOf({ a: entry([1], 0, 8) }, 8), claims("[1]", 0, 8, 8, 4)],
  ["too few bytes for the shape", fileOf({ a: entry([1, 3], 0, 8) }, 8), claims("[1,3]", 0, 8, 8, 12)],
  [
    "more numbers than can be counted",
    fileOf({ a: entry([2 ** 40, 2 ** 40], 0, 4) }, 4),
    claims("[1099511627776,1099511627776]", 0, 4, 4, 2 ** 82),
  ],
  [
    "two tensors on the same bytes",
    fileOf({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8),
    'safetensors: "b" begins at byte 4, the tensor before it ends at 8',
  ],
  [
    "a gap between two tensors",
    fileOf({ b: entry([1], 8, 12), a: entry([1], 0, 4) }, 12),
    'safetensors: "b" begins at byte 8, the tensor before it ends at 4',
  ],
  [
    "a gap before the first",
    fileOf({ a: entry([1], 4, 8) }, 8),
    'safetensors: "a" begins at byte 4, the tensor before it ends at 0',
  ],
  ["bytes behind the last", fileOf({ a: entry([1], 0, 4) }, 7), "safetensors: the tensors end at byte 4 of 7"],
  ["bytes of no tensor", fileOf({}, 4), "safetensors: the tensors end at byte 0 of 4"],
];

describe("a broken file", () => {
  it.each(broken)("%s is refused", (_, bytes, message) => {
    const before = memory().storages;
    expect(() => decodeSafetensors(bytes)).toThrow(new Error(message));
    expect(memory().storages).toBe(before);
  });

  it("of any kind gives a clear error, or tensors that are as large as they say", async () => {
    const state = { "0.weight": ones([2, 3]), bias: tensor([1, 2]), none: zeros([0]) };
    const bytes = await encodeSafetensors(state, { net: "net1" });
    const place = fc.nat(bytes.length);
    const tokens = fc.constantFrom("null", "{}", "[]", "[9", ",", '"', "-1", "1e99", "0.5", "4", "F16", "__proto__");
    const mutation = fc.oneof(
      fc.tuple(place, fc.nat(255)).map(
        ([at, byte]) =>
          (file: Buffer) =>
            void file.writeUInt8(byte, at % file.length),
      ),
      place.map((at) => (file: Buffer) => file.subarray(0, at)),
      fc.tuple(place, fc.nat(12)).map(
        ([at, n]) =>
          (file: Buffer) =>
            Buffer.concat([file.subarray(0, at), file.subarray(at + n)]),
      ),
      // Tokens go over what is there, so that the length of the header stays right.
      fc.tuple(place, tokens).map(
        ([at, token]) =>
          (file: Buffer) =>
            void file.write(token, at % file.length),
      ),
      fc.tuple(fc.nat(200), tokens).map(([at, token]) => (file: Buffer) => {
        const text = file.subarray(8, 8 + Number(file.readBigUInt64LE(0) & 0xffffn)).toString("latin1");
        return Buffer.concat([fileOf(text.slice(0, at) + token + text.slice(at)), file.subarray(8 + text.length)]);
      }),
    );
    const refused = new Set<string>();
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        let file: Buffer = Buffer.from(bytes);
        for (const mutate of mutations) if (file.length >= 8) file = mutate(file) ?? file;
        try {
          for (const value of Object.values(decodeSafetensors(file).tensors)) {
            expect(value.dataSync().length).toBe(value.size);
            value.release();
          }
        } catch (error) {
          const { name, message } = error as Error;
          expect([name, message.slice(0, 13)], message).toEqual(["Error", "safetensors: "]);
          refused.add(message.replace(/"[^"]*"|[\d.,[\]]+/g, "…"));
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
    // The mutations get past the first check, and past the second.
    expect(refused.size).toBeGreaterThan(5);
  });
});

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
});
afterAll(() => rm(root, { recursive: true }));

describe("on the disk", () => {
  it("a file is the bytes and nothing else, in a folder that is made where needed", async () => {
    const path = join(root, "new/folder/a.safetensors");
    const state = { a: tensor([1, 2]) };
    await saveSafetensors(path, state, { by: "me" });
    expect(new Uint8Array(await readFile(path))).toEqual(await encodeSafetensors(state, { by: "me" }));
    expect(await readdir(join(root, "new/folder"))).toEqual(["a.safetensors"]);
  });

  it("a file is replaced whole", async () => {
    const path = join(root, "replaced/a.safetensors");
    for (const value of [1, 2]) await saveSafetensors(path, { a: tensor([value]) });
    expect((await loadSafetensors(path)).tensors.a.dataSync()[0]).toBe(2);
    expect(await readdir(join(root, "replaced"))).toEqual(["a.safetensors"]);
  });

  it("a save that fails leaves the old file as it was, and no half of a new one", async () => {
    const folder = join(root, "failed");
    await mkdir(join(folder, "taken"), { recursive: true });
    const path = join(folder, "a.safetensors");
    await saveSafetensors(path, { a: tensor([1]) });
    const released = tensor([2]);
    released.release();
    await expect(saveSafetensors(path, { a: tensor([3]), released })).rejects.toThrow("has been released");
    await expect(saveSafetensors(join(folder, "taken"), { a: tensor([3]) })).rejects.toThrow("taken");
    expect((await loadSafetensors(path)).tensors.a.dataSync()[0]).toBe(1);
    expect((await readdir(folder)).sort()).toEqual(["a.safetensors", "taken"]);
  });

  it("an error names the file", async () => {
    const path = join(root, "broken.safetensors");
    await writeFile(path, fileOf("null"));
    await expect(loadSafetensors(path)).rejects.toThrow(new Error(`${path}: ${noObject}`));
    const missing = join(root, "missing.safetensors");
    await expect(loadSafetensors(missing)).rejects.toThrow(`${missing}: ENOENT`);
  });
});

it("no tensor can be called __metadata__", async () => {
  await expect(encodeSafetensors({ __metadata__: ones([1]) })).rejects.toThrow(
    new Error("safetensors: no tensor can be named __metadata__"),
  );
});
