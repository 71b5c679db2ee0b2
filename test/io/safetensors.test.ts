/** The safetensors format: exact bytes, what comes back, and what is refused. */

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import "../../src/tensor/methods.js";
import { FileError } from "../../src/file-error.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors/bytes.js";
import { loadSafetensors, saveSafetensors } from "../../src/io/safetensors/file.js";
import { encodeHeader } from "../../src/io/safetensors/header.js";
import type { StateDict } from "../../src/layers/state-dict.js";
import { Net1 } from "../../src/nets/net1.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { readFixture } from "../check-op.js";
import { fileOf, fuzzSafetensors } from "../fuzz/safetensors-files.js";
import { hashed } from "../nets/hashed.js";
import { onEachBackend } from "../targets.js";
import { openFiles, saysWhatIsOpen } from "./open-files.js";

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
    const { tensors, metadata } = decodeSafetensors(
      await encodeSafetensors(given, { net: "a", of: "a", by: "net", note: "é\n" }),
    );
    expect(await bitsOf(tensors)).toEqual(await bitsOf(given));
    expect(metadata).toEqual({ net: "a", of: "a", by: "net", note: "é\n" });
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
const noBrace = "safetensors: the header does not begin with {";
const noStrings = "safetensors: __metadata__ must hold strings";
const claims = (shape: string, begin: number, end: number, of: number, needs: number) =>
  `safetensors: "a", F32 of shape ${shape}, claims bytes ${begin} to ${end} of ${of}; it needs ${needs}`;
const tooFew = (bytes: number) => `safetensors: ${bytes} bytes are too few for a file`;
const tooLong = (bytes: number) =>
  `safetensors: a header of ${bytes} bytes is over the format's limit of 100000000: this may be no safetensors file at all`;
const twice = (name: string) => `safetensors: "${name}" occurs twice in the header`;
const unknown = (dtype: string) =>
  `safetensors: "a" has dtype ${dtype}; what can be read is F64, F32, F16, BF16, F8_E5M2, F8_E4M3, F8_E8M0, ` +
  "I64, I32, I16, I8, U64, U32, U16, U8, BOOL";
const cannotHold = (file: number, header: number) =>
  `safetensors: a file of ${file} bytes cannot hold a header of ${header}`;

/** Every way in which a file can be broken, and the message that says so. */
const broken: [what: string, bytes: Uint8Array, message: string][] = [
  ["an empty file", new Uint8Array(0), tooFew(0)],
  ["half a length", new Uint8Array(7), tooFew(7)],
  ["half a header", fileOf("{}").subarray(0, 9), cannotHold(9, 2)],
  ["a header beyond the file", fileOf("{}").fill(3, 0, 1), cannotHold(10, 3)],
  ["a header over the limit", Buffer.from("01e1f50500000000", "hex"), tooLong(100_000_001)],
  ...["514b0304", "504c0304", "504b0404", "504b0305", "8001956a", "8006956a", "8105956a"].map(
    (start): (typeof broken)[number] => [
      `what begins almost as PyTorch's own do, ${start}`,
      Buffer.from(`${start}ffffffff`, "hex"),
      tooLong(Number(Buffer.from(`${start}ffffffff`, "hex").readBigUInt64LE())),
    ],
  ),
  ["a header at the limit", Buffer.from("00e1f50500000000", "hex"), cannotHold(8, 100_000_000)],
  ["a header of 2⁶⁴ bytes", new Uint8Array(20).fill(255), tooLong(2 ** 64)],
  ["no header", new Uint8Array(8), noBrace],
  ["text that is no JSON", fileOf("{]"), noJson],
  ["a header that is no UTF-8", fileOf('{"a":1}').fill(0xff, 10, 11), noJson],
  ["a space before the header", fileOf(" {}"), noBrace],
  ["a byte order mark", fileOf("\ufeff{}"), noBrace],
  ["two headers", fileOf("{}{}"), noJson],
  ["nesting without end", fileOf(`{"a":${"[".repeat(1e6)}`), noJson],
  ["a header `null`", fileOf("null"), noBrace],
  ["a header that is a list", fileOf([1]), noBrace],
  ["a header that is a number", fileOf("7"), noBrace],
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
  ["complex numbers", fileOf({ a: entry([1], 0, 8, "C64") }, 8), unknown('"C64"')],
  ["numbers of half a byte", fileOf({ a: entry([2], 0, 1, "F4") }, 1), unknown('"F4"')],
  ["no dtype", fileOf({ a: { shape: [], data_offsets: [0, 4] } }, 4), unknown("undefined")],
  ["a dtype that is a list", fileOf({ a: entry([1], 0, 4, ["F32"]) }, 4), unknown('["F32"]')],
  ["a name that occurs twice", fileOf('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":1}'), twice("a")],
  ["a name that occurs twice, once escaped", fileOf('{"a":1,"b":{"c":"{\\"{"}, "\\u0061" : 1}'), twice("a")],
  ["a dtype given twice", fileOf('{"a":{"dtype":"F32","dtype":"F32"}}'), twice("dtype")],
  ["metadata given twice", fileOf('{"__metadata__":{},"__metadata__":{"x":"y"}}'), twice("__metadata__")],
  [
    "a name without end",
    fileOf({ [`\n\u001b${"x".repeat(1e6)}`]: 1 }),
    noEntry.replace('"a"', `"\\n\\u001b${"x".repeat(91)}…`),
  ],
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

/** Bytes of each format, and the float32 they become: scripts/fixtures/make_safetensors_fixtures.py. */
const dtypes = readFixture<{
  formats: Record<string, { bytes: string; float32: string }>;
  all: Record<"F16" | "BF16", string>;
}>("io/dtypes");

/** A file with a tensor "a" of these bytes. */
function fileWith(dtype: string, count: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([fileOf({ a: entry([count], 0, bytes.length, dtype) }), bytes]);
}

/** The tensor's numbers as bytes, each NaN as PyTorch has it. */
async function bytesOf({ a }: StateDict): Promise<Buffer> {
  const values = await a.data();
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) bytes.writeUInt32LE(0x7fc00000, 4 * i);
    else bytes.writeFloatLE(value, 4 * i);
  }
  return bytes;
}

describe("numbers become float32", () => {
  it.each(Object.keys(dtypes.formats))("%s as in PyTorch", async (dtype) => {
    const { bytes, float32 } = dtypes.formats[dtype];
    const file = fileWith(dtype, float32.length / 8, Buffer.from(bytes, "hex"));
    expect((await bytesOf(decodeSafetensors(file).tensors)).toString("hex")).toBe(float32);
  });

  it.each(["F16", "BF16"] as const)("%s: all 65,536 of them, exactly", async (dtype) => {
    const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const { tensors } = decodeSafetensors(fileWith(dtype, 65_536, new Uint8Array(bits.buffer)));
    expect(
      createHash("sha256")
        .update(await bytesOf(tensors))
        .digest("hex"),
    ).toBe(dtypes.all[dtype]);
  });

  // PyTorch 1.13 does not have these. The values are in the papers and standards that the formats come from.
  it.each([
    ["U16", "0000ffff0102", [0, 65_535, 513]],
    ["U32", "00000000ffffffff01020300", [0, 2 ** 32, 197_121]],
    ["U64", "0000000000000080ffffffffffffffff", [2 ** 63, 2 ** 64]],
    ["F8_E5M2", "0001043c7b7cfcfe", [0, 2 ** -16, 2 ** -14, 1, 57_344, Infinity, -Infinity, NaN]],
    ["F8_E4M3", "000108387effb8", [0, 2 ** -9, 2 ** -6, 1, 448, NaN, -1]],
    ["F8_E8M0", "007f80feff", [2 ** -127, 1, 2, 2 ** 127, NaN]],
  ])("%s", (dtype, hex, values) => {
    const { a } = decodeSafetensors(fileWith(dtype, values.length, Buffer.from(hex, "hex"))).tensors;
    expect([...a.dataSync()]).toEqual(values);
  });
});

describe("finite: true", () => {
  it.each([NaN, Infinity, -Infinity])("refuses %s, and frees what it has read", async (value) => {
    const bytes = await encodeSafetensors({ a: ones([3]), "b\n": tensor([1, value, 2]) });
    const before = memory().storages;
    const reason = `safetensors: element 1 of "b\\n" is ${value}`;
    expect(() => decodeSafetensors(bytes, { finite: true })).toThrow(new Error(reason));
    const path = join(root, "not-finite.safetensors");
    await writeFile(path, bytes);
    await expect(loadSafetensors(path, { finite: true })).rejects.toThrow(new FileError(path, `${reason}`));
    expect(memory().storages).toBe(before);
  });

  it("refuses what is too large for float32, and takes all that is finite", () => {
    const file = (value: number) => fileWith("F64", 1, new Uint8Array(Float64Array.of(value).buffer));
    expect(() => decodeSafetensors(file(1e39), { finite: true })).toThrow('element 0 of "a" is Infinity');
    expect(decodeSafetensors(file(-3e38), { finite: true }).tensors.a.dataSync()[0]).toBeCloseTo(-3e38, -33);
  });
});

describe("a broken file", () => {
  it.each(broken)("%s is refused", (_, bytes, message) => {
    const before = memory().storages;
    expect(() => decodeSafetensors(bytes)).toThrow(new Error(message));
    expect(memory().storages).toBe(before);
  });

  it("of any kind is read or refused with a reason, from memory and from the disk alike", async () => {
    const path = join(root, "mutated.safetensors");
    const { read, refused, reasons } = await fuzzSafetensors(2000, { seed: 1, path });
    // The mutations get past every check.
    expect(Math.min(read, refused)).toBeGreaterThan(20);
    expect(reasons.size).toBeGreaterThan(8);
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
    released.dispose();
    await expect(saveSafetensors(path, { a: tensor([3]), released })).rejects.toThrow("has been freed");
    await expect(saveSafetensors(join(folder, "taken"), { a: tensor([3]) })).rejects.toThrow("taken");
    expect((await loadSafetensors(path)).tensors.a.dataSync()[0]).toBe(1);
    expect((await readdir(folder)).sort()).toEqual(["a.safetensors", "taken"]);
  });

  it("a file larger than what is read at a time is the same", async () => {
    const path = join(root, "large.safetensors");
    const state = { a: ones([3]), large: tensor(hashed(1, 600_000), [600, 1000]), b: tensor([1, 2]) };
    const notes = { notes: "a header as well".repeat(70_000) };
    await saveSafetensors(path, state, notes);
    const { tensors, metadata } = await loadSafetensors(path);
    expect(await bitsOf(tensors)).toEqual(await bitsOf(state));
    expect(metadata).toEqual(notes);
  });

  /** Has files end at `size`, as if somebody cut them while they are read, and hand out seven bytes at a time. */
  function readSlowly(size: number): void {
    const fs = process.getBuiltinModule("node:fs/promises");
    const { open } = fs;
    vi.spyOn(fs, "open").mockImplementation(async (...given) => {
      const file = await open(...given);
      const read = (bytes: Uint8Array, at: number, length: number, position: number) =>
        file.read(bytes, at, Math.max(0, Math.min(7, length, size - position)), position);
      return { stat: () => file.stat(), close: () => file.close(), read } as unknown as Awaited<
        ReturnType<typeof open>
      >;
    });
    onTestFinished(() => void vi.restoreAllMocks());
  }

  it("a file that the system hands out bit by bit is the same", async () => {
    const path = join(root, "slow.safetensors");
    const state = { a: tensor(hashed(1, 30), [30]), b: tensor([1, 2]) };
    await saveSafetensors(path, state);
    readSlowly(1000);
    expect(await bitsOf((await loadSafetensors(path)).tensors)).toEqual(await bitsOf(state));
  });

  it("a file that is cut while it is read is refused", async () => {
    const path = join(root, "cut.safetensors");
    await saveSafetensors(path, { a: tensor(hashed(1, 30), [30]) });
    readSlowly(150);
    await expect(loadSafetensors(path)).rejects.toThrow(
      new FileError(path, "the file ends at byte 150 while it is read"),
    );
  });

  it.runIf(saysWhatIsOpen)("no file is left open", async () => {
    const folder = join(root, "closed");
    const [whole, half] = ["whole", "half"].map((name) => join(folder, name));
    await saveSafetensors(whole, { a: tensor([1]) });
    await writeFile(half, (await readFile(whole)).subarray(0, -1));
    await loadSafetensors(whole);
    await expect(loadSafetensors(half)).rejects.toThrow(FileError);
    expect(openFiles(folder)).toEqual([]);
  });

  it.each([
    ["a zip archive", "504b0304000008080000"],
    ["a pickle", "80028a0a6cfc9c46f920"],
    ["a pickle", "8004956a000000000000"],
    ["a pickle", "8005956a000000000000"],
  ])("PyTorch's own files are known: %s, %s", async (format, hex) => {
    const path = join(root, "model.pt");
    await writeFile(path, Buffer.concat([Buffer.from(hex, "hex"), Buffer.alloc(1000)]));
    await expect(loadSafetensors(path)).rejects.toThrow(
      new FileError(
        path,
        `safetensors: this is ${format}, as torch.save writes it (.pt, .pth), which can run code and is not read ` +
          'here; from safetensors.torch import save_file, and save_file(model.state_dict(), "model.safetensors") in ' +
          "PyTorch writes what is (docs/pytorch.md)",
      ),
    );
  });

  it("a header that is as long as a pickle's first bytes say is one", () => {
    // 640 is 0x80 0x02 as a file has it.
    const bytes = fileOf(`{}${" ".repeat(638)}`);
    expect([...bytes.subarray(0, 2)]).toEqual([0x80, 2]);
    expect(decodeSafetensors(bytes).tensors).toEqual({});
  });

  it("of a folder, an error names the files in it that could be meant", async () => {
    const folder = join(root, "run");
    for (const name of ["last.safetensors", "best.safetensors", "safetensors.txt"]) {
      await saveSafetensors(join(folder, name), { a: tensor([1]) });
    }
    const failure = loadSafetensors(folder);
    await expect(failure).rejects.toThrow(
      new FileError(folder, "it is a folder; name a file in it: best.safetensors, last.safetensors"),
    );
    await expect(failure).rejects.toHaveProperty("cause.problem");
  });

  it("an error names the file", async () => {
    const path = join(root, "broken.safetensors");
    await writeFile(path, fileOf("null"));
    await expect(loadSafetensors(path)).rejects.toThrow(new FileError(path, `${noBrace}`));
    const missing = join(root, "missing.safetensors");
    await expect(loadSafetensors(missing)).rejects.toThrow(
      `${missing}: it could not be read: there is no such file or folder (ENOENT)`,
    );
  });
});

it("a header is written up to the limit of the format, and not beyond", () => {
  // {"__metadata__":{"a":""}} is 25 bytes.
  expect(encodeHeader({}, { a: "x".repeat(100_000_000 - 25) })).toHaveLength(8 + 100_000_000);
  expect(() => encodeHeader({}, { a: "x".repeat(100_000_000 - 24) })).toThrow(
    new Error("safetensors: a header of 100000008 bytes is over the format's limit of 100000000"),
  );
});

it("no tensor can be called __metadata__", async () => {
  await expect(encodeSafetensors({ __metadata__: ones([1]) })).rejects.toThrow(
    new Error("safetensors: no tensor can be named __metadata__"),
  );
});

describe("the numbers", () => {
  onEachBackend("are those of the moment of the call", async () => {
    const folder = await mkdtemp(join(tmpdir(), "torchlet-"));
    try {
      const [a, b] = [tensor([1, 2]), tensor([3])];
      const path = join(folder, "moment");
      const [bytes, saving] = [encodeSafetensors({ a, b }), saveSafetensors(path, { a, b })];
      for (const x of [a, b]) x.copyFrom(zeros(x.shape));
      const expected = await bitsOf({ a: tensor([1, 2]), b: tensor([3]) });
      expect(await bitsOf(decodeSafetensors(await bytes).tensors)).toEqual(expected);
      await saving;
      expect(await bitsOf((await loadSafetensors(path)).tensors)).toEqual(expected);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
