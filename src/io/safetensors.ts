/** The safetensors format: a length, a JSON header, and the numbers as they are in memory. */

import type { StateDict } from "../layers/module.js";
import { nodeModules } from "../node.js";
import { sizeOf } from "../tensor/shape.js";
import { tensor } from "../tensor/tensor.js";
import { writeAtomically } from "./atomic-file.js";

/** No header is larger: the format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

/** The header's entry that is no tensor. */
const METADATA = "__metadata__";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [begin: number, end: number];
}

/** Tensors by name, and whatever the writer had to say about them. */
export interface SafetensorsFile {
  tensors: StateDict;
  metadata: Record<string, string>;
}

/**
 * The bytes of a safetensors file.
 * @param metadata strings to keep beside the tensors
 * @see https://github.com/huggingface/safetensors
 */
export async function encodeSafetensors(
  tensors: StateDict,
  metadata: Record<string, string> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  if (Object.hasOwn(tensors, METADATA)) throw new Error(`safetensors: no tensor can be named ${METADATA}`);
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { shape, size }]): [string, Entry] => {
    const begin = end;
    end += 4 * size;
    return [name, { dtype: "F32", shape: [...shape], data_offsets: [begin, end] }];
  });
  // From entries, because assigning to a name like __proto__ would lose it.
  const header = Object.fromEntries<Entry | Record<string, string>>([[METADATA, metadata], ...entries]);
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The header is padded with spaces so that the numbers start at a multiple of 8.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8, 8 + headerBytes).set(json, 8);
  let at = 8 + headerBytes;
  for (const value of Object.values(tensors)) {
    for (const number of await value.data()) {
      view.setFloat32(at, number, true);
      at += 4;
    }
  }
  return bytes;
}

function isSize(n: unknown): n is number {
  return typeof n === "number" && Number.isSafeInteger(n) && n >= 0;
}

/** The entry, if it describes float32 numbers that lie within `dataBytes` and fill its shape. */
function checkEntry(name: string, value: unknown, dataBytes: number): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry>;
  const isPair = Array.isArray(offsets) && offsets.length === 2 && offsets.every(isSize);
  if (!Array.isArray(shape) || !shape.every(isSize) || !isPair) {
    throw new Error(`safetensors: the entry of "${name}" has no valid shape and data_offsets`);
  }
  if (dtype !== "F32") throw new Error(`safetensors: "${name}" has dtype ${dtype}; only F32 can be read`);
  const [begin, end] = offsets;
  if (end > dataBytes || end - begin !== 4 * sizeOf(shape)) {
    throw new Error(
      `safetensors: "${name}" of shape [${shape}] claims bytes ${begin} to ${end} of ${dataBytes}, ` +
        `it needs ${4 * sizeOf(shape)}`,
    );
  }
  return { dtype, shape, data_offsets: [begin, end] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Error("safetensors: the header is not valid JSON", { cause: error });
  }
  if (!isRecord(header)) throw new Error("safetensors: the header is not a JSON object");
  return header;
}

/** The format wants every byte to belong to exactly one tensor: nothing can hide between or behind them. */
function checkNoGaps(entries: readonly (readonly [string, Entry])[], dataBytes: number): void {
  const spans = entries.map(([name, { data_offsets }]) => ({ name, begin: data_offsets[0], end: data_offsets[1] }));
  let at = 0;
  for (const { name, begin, end } of spans.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      throw new Error(`safetensors: "${name}" begins at byte ${begin}, the tensor before it ends at ${at}`);
    at = end;
  }
  if (at !== dataBytes) throw new Error(`safetensors: the tensors end at byte ${at} of ${dataBytes}`);
}

/**
 * Reads the bytes of a safetensors file onto the current backend.
 * @throws Error saying what is wrong with the file
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = bytes.length < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(headerBytes <= Math.min(bytes.length - 8, MAX_HEADER_BYTES))) {
    throw new Error(`safetensors: a file of ${bytes.length} bytes cannot hold a header of ${headerBytes}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes));
  const { [METADATA]: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw new Error(`safetensors: ${METADATA} must hold strings`);
  }
  const start = 8 + headerBytes;
  const checked = Object.entries(entries).map(
    ([name, value]) => [name, checkEntry(name, value, bytes.length - start)] as const,
  );
  checkNoGaps(checked, bytes.length - start);
  const read = ([name, { shape, data_offsets }]: (typeof checked)[number]) => {
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(start + data_offsets[0] + 4 * i, true);
    return [name, tensor(values, shape)] as const;
  };
  return { tensors: Object.fromEntries(checked.map(read)), metadata: metadata as Record<string, string> };
}

/** Writes a file that is either whole or not there. */
export async function saveSafetensors(
  path: string,
  tensors: StateDict,
  metadata: Record<string, string> = {},
): Promise<void> {
  await writeAtomically(path, await encodeSafetensors(tensors, metadata));
}

/** @throws Error naming the file, and saying what is wrong with it */
export async function loadSafetensors(path: string): Promise<SafetensorsFile> {
  const { readFile } = nodeModules("loadSafetensors")("node:fs/promises");
  try {
    return decodeSafetensors(await readFile(path));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
