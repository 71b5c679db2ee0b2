/** Mutated safetensors files: each is read, or refused with a reason. fuzz-safetensors.ts runs 100,000. */

import { writeFile } from "node:fs/promises";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors/bytes.js";
import { DTYPES } from "../../src/io/safetensors/dtypes.js";
import { loadSafetensors } from "../../src/io/safetensors/file.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { Generator } from "../../src/tensor/random.js";

/** A file of this header (as JSON unless it is text already) and so many bytes of numbers. */
export function fileOf(header: unknown, dataBytes = 0): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

/** A file as this library writes it, and one with a tensor of every format. */
async function originals(): Promise<Buffer[]> {
  const state = { "0.weight": ones([2, 3]), bias: tensor([1, 2]), none: zeros([0]), 'ünï "quoted"': tensor(1) };
  let end = 0;
  const entries = Array.from(DTYPES.values(), ({ name, bytes }) => {
    const begin = end;
    end += 6 * bytes;
    return [name.toLowerCase(), { dtype: name, shape: [3, 2], data_offsets: [begin, end] }];
  });
  return [Buffer.from(await encodeSafetensors(state, { net: "net1" })), fileOf(Object.fromEntries(entries), end)];
}

/** What goes into a header to break it, or nearly. */
const TOKENS = [
  ...["null", "{}", "[]", "[9", "]", "}", "{", ",", ":", '"', '\\"', "\\u0000", "\\ud800", "\ufeff", " "],
  ...["-1", "0", "1e99", "0.5", "4", "65536", "4294967296", "9007199254740993", "18446744073709551616", "NaN"],
  ...["F16", "I64", "BOOL", "C64", "dtype", "shape", "data_offsets", '"bias":{},', '"__proto__":', "__metadata__"],
];

/** One change: to a bit, a byte, the length, the header's text or its numbers, or a cut, a repetition, an addition. */
function mutate(file: Buffer, random: Generator): Buffer {
  const at = random.int(file.length + 1);
  const more = Buffer.from(Array.from({ length: random.int(16) }, () => random.int(256)));
  const headerEnd = file.length < 8 ? 0 : Math.min(file.length, 8 + Number(file.readBigUInt64LE() & 0xffffn));
  const inHeader = 8 + random.int(Math.max(1, headerEnd - 8));
  const token = TOKENS[random.int(TOKENS.length)];
  /** The header rewritten, and its length with it, so that what is behind is reached. */
  const withHeader = (change: (text: string) => string) => {
    const text = file.subarray(8, headerEnd).toString();
    return Buffer.concat([fileOf(change(text)), file.subarray(headerEnd)]);
  };
  switch (random.int(9)) {
    case 0:
      return Buffer.from(file.map((byte, i) => (i === at ? byte ^ (1 << random.int(8)) : byte)));
    case 1:
      return Buffer.from(file.map((byte, i) => (i === at ? random.int(256) : byte)));
    case 2:
      return file.subarray(0, at);
    case 3:
      return Buffer.concat([file.subarray(0, at), file.subarray(at + more.length)]);
    case 4:
      return Buffer.concat([file.subarray(0, at), more, file.subarray(at)]);
    case 5:
      return Buffer.concat([file.subarray(0, at), file.subarray(Math.max(0, at - random.int(64)))]);
    case 6:
      return withHeader((text) => text.slice(0, inHeader - 8) + token + text.slice(inHeader - 8));
    case 7:
      return withHeader((text) => text.slice(0, inHeader - 8) + token + text.slice(inHeader - 8 + token.length));
    default:
      return withHeader((text) =>
        text.replace(/\d+/g, (n) => (random.int(6) === 0 ? String(Number(n) + random.int(9) - 4) : n)),
      );
  }
}

/** What came of the files. */
export interface FuzzReport {
  read: number;
  refused: number;
  /** Messages, without their names and numbers. */
  reasons: Set<string>;
  slowestMs: number;
}

export interface FuzzOptions {
  seed: number;
  /** A file that every twentieth mutation is written to and loaded from: that must come to the same. */
  path: string;
}

/**
 * Reads `count` mutated files.
 * @throws Error with the seed, the number and the bytes of the first that ended otherwise than it should
 */
export async function fuzzSafetensors(count: number, { seed, path }: FuzzOptions): Promise<FuzzReport> {
  const random = new Generator(seed);
  const bases = await originals();
  const report: FuzzReport = { read: 0, refused: 0, reasons: new Set(), slowestMs: 0 };
  for (let i = 0; i < count; i++) {
    let file = bases[i % bases.length];
    for (let n = 1 + random.int(3); n > 0; n--) file = mutate(file, random);
    const start = performance.now();
    const outcome = outcomeOf(file);
    report.slowestMs = Math.max(report.slowestMs, performance.now() - start);
    const fail = (what: string) => new Error(`file ${i} of seed ${seed}: ${what}: ${file.toString("base64")}`);
    if (outcome.wrong) throw fail(outcome.wrong);
    if (i % 20 === 0) {
      await writeFile(path, file);
      const loaded = await loadOutcome(path);
      if (loaded !== outcome.message) throw fail(`in memory ${outcome.message}, from the disk ${loaded}`);
    }
    if (outcome.message) report.reasons.add(outcome.message.replace(/"(?:[^"\\]|\\.)*"?|[\d.,[\]]+/g, "…"));
    report[outcome.message ? "refused" : "read"]++;
  }
  return report;
}

/** The reason why a file was refused, if it was; `wrong` says what no file may bring about. */
function outcomeOf(file: Buffer): { message?: string; wrong?: string } {
  try {
    const tensors = Object.values(decodeSafetensors(file).tensors);
    const elements = tensors.reduce((sum, { size }) => sum + size, 0);
    const right = tensors.every((value) => value.dataSync().length === value.size);
    for (const value of tensors) value.dispose();
    if (elements > file.length) return { wrong: `${elements} numbers from ${file.length} bytes` };
    return right ? {} : { wrong: "a tensor of another size than it says" };
  } catch (error) {
    const { name, message } = error as Error;
    return name === "Error" && message.startsWith("safetensors: ") ? { message } : { wrong: `${name}: ${message}` };
  }
}

async function loadOutcome(path: string): Promise<string | undefined> {
  try {
    for (const value of Object.values((await loadSafetensors(path)).tensors)) value.dispose();
    return undefined;
  } catch (error) {
    return (error as Error).message.slice(`${path}: `.length);
  }
}
