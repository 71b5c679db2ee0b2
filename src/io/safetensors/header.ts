/** The header of a safetensors file: written, and read with every check that the format asks for. */

import type { StateDict } from "../../layers/state-dict.js";
import { type Shape, sizeOf } from "../../tensor/shape.js";
import { DTYPES, type DType } from "./dtypes.js";

/** No header is larger: the format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

/** Bytes of the number that a file begins with: the length of the header. */
export const LENGTH_BYTES = 8;

/** The header's entry that is no tensor. */
const METADATA = "__metadata__";

/** A tensor's entry as the header has it. */
interface RawEntry {
  dtype: string;
  shape: Shape;
  data_offsets: readonly [begin: number, end: number];
}

/** Where a tensor is, and what its bytes mean. */
export interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The first of its bytes, and the one behind its last, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** Strings by name, for whatever the writer has to say. */
export type Metadata = Record<string, string>;

export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Metadata;
}

/** The start of a file of float32 tensors: the header and its length. */
export function encodeHeader(tensors: StateDict, metadata: Metadata): Uint8Array<ArrayBuffer> {
  if (Object.hasOwn(tensors, METADATA)) throw new Error(`safetensors: no tensor can be named ${METADATA}`);
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { shape, size }]): [string, RawEntry] => {
    const begin = end;
    end += 4 * size;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }];
  });
  // From entries, because assigning to a name like __proto__ would lose it.
  const header = Object.fromEntries<RawEntry | Metadata>([[METADATA, metadata], ...entries]);
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The header is padded with spaces so that the numbers start at a multiple of 8.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new Error(`safetensors: a header of ${headerBytes} bytes is over the format's limit of ${MAX_HEADER_BYTES}`);
  }
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}

/** What PyTorch's own files are, of which the first bytes, read as a length, are larger than any header. */
function pytorchFormat([a, b, c, d]: Uint8Array): string | undefined {
  if (a === 0x50 && b === 0x4b && c === 3 && d === 4) return "a zip archive";
  return a === 0x80 && b >= 2 && b <= 5 ? "a pickle" : undefined;
}

/**
 * The length of the header, from the first eight bytes of a file of `fileBytes`.
 * @throws Error when there is no room for it
 */
export function headerLength(start: Uint8Array, fileBytes: number): number {
  if (start.length < LENGTH_BYTES) throw new Error(`safetensors: ${fileBytes} bytes are too few for a file`);
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) {
    const format = pytorchFormat(start);
    if (format) {
      throw new Error(
        `safetensors: this is ${format}, as torch.save writes it (.pt, .pth), which can run code and is not read here; ` +
          'from safetensors.torch import save_file, and save_file(model.state_dict(), "model.safetensors") in PyTorch ' +
          "writes what is (docs/pytorch.md)",
      );
    }
    throw new Error(
      `safetensors: a header of ${length} bytes is over the format's limit of ${MAX_HEADER_BYTES}: this may be no ` +
        "safetensors file at all",
    );
  }
  if (length > fileBytes - LENGTH_BYTES) {
    throw new Error(`safetensors: a file of ${fileBytes} bytes cannot hold a header of ${length}`);
  }
  return length;
}

/**
 * The header, once it is certain that every tensor has all its bytes and every byte belongs to one tensor.
 * @param bytes the header's JSON
 * @param dataBytes how many bytes follow it
 * @throws Error saying what is wrong
 * @see https://github.com/huggingface/safetensors#format
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number): Header {
  const { [METADATA]: metadata = {}, ...tensors } = parseJson(bytes);
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw new Error(`safetensors: ${METADATA} must hold strings`);
  }
  const entries = Object.entries(tensors).map(([name, value]) => checkEntry(name, value, dataBytes));
  checkNoGaps(entries, dataBytes);
  return { entries, metadata: metadata as Metadata };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  // The format's own rule, and stricter than JSON's: no space, and no byte order mark, before the brace.
  if (bytes[0] !== 0x7b) throw new Error("safetensors: the header does not begin with {");
  let text: string;
  let header: Record<string, unknown>;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    header = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new Error("safetensors: the header is not valid JSON", { cause: error });
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new Error(`safetensors: ${quoted(twice)} occurs twice in the header`);
  return header;
}

/** A key that occurs twice in one object of a valid JSON text, of which JSON.parse would take the last. */
function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  // Braces, and whole strings, so that no brace inside of one counts. A string before a colon is a key.
  for (const [token, text, colon] of json.matchAll(/[{}]|("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(text) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** A name or a shape from a file, for a message: on one line, and cut where it is endless. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function isSize(n: unknown): n is number {
  return Number.isSafeInteger(n) && (n as number) >= 0;
}

/** What `value` says of a tensor, if it is a format that can be read, and its bytes are there and fill its shape. */
function checkEntry(name: string, value: unknown, dataBytes: number): Entry {
  const { dtype: dtypeName, shape, data_offsets: offsets } = (value ?? {}) as Partial<RawEntry>;
  const isPair = Array.isArray(offsets) && offsets.length === 2 && offsets.every(isSize);
  if (!Array.isArray(shape) || !shape.every(isSize) || !isPair) {
    throw new Error(`safetensors: the entry of ${quoted(name)} has no valid shape and data_offsets`);
  }
  const dtype = DTYPES.get(dtypeName as string);
  if (!dtype) {
    const known = [...DTYPES.keys()].join(", ");
    throw new Error(`safetensors: ${quoted(name)} has dtype ${quoted(dtypeName)}; what can be read is ${known}`);
  }
  const [begin, end] = offsets;
  const needed = dtype.bytes * sizeOf(shape);
  if (end > dataBytes || end - begin !== needed) {
    throw new Error(
      `safetensors: ${quoted(name)}, ${dtype.name} of shape ${quoted(shape)}, claims bytes ${begin} to ${end} of ` +
        `${dataBytes}; it needs ${needed}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** The format wants every byte to belong to exactly one tensor: nothing can hide between or behind them. */
function checkNoGaps(entries: readonly Entry[], dataBytes: number): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      throw new Error(`safetensors: ${quoted(name)} begins at byte ${begin}, the tensor before it ends at ${at}`);
    }
    at = end;
  }
  if (at !== dataBytes) throw new Error(`safetensors: the tensors end at byte ${at} of ${dataBytes}`);
}
