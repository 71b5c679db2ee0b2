/** IDX: the format of MNIST and of what is shaped after it; an array of any shape, compressed by gzip or not. */

import { concatBytes } from "../concat-bytes.js";
import { inFile, onFile } from "../file-error.js";
import { nodeModules } from "../node.js";
import { checkArgument } from "../tensor/arguments.js";
import { aPath, bytes as someBytes } from "../tensor/kinds.js";
import { formatShape, sizeOf } from "../tensor/shape.js";
import type { HostArray } from "./host-array.js";

/** A type of numbers: its arrays, and how one is read; all of IDX is big-endian. */
interface NumberType {
  make(length: number): HostArray["data"];
  bytes: number;
  read(view: DataView, at: number): number;
}

/** By the third byte of a file. */
const TYPES: Readonly<Record<number, NumberType>> = {
  8: { make: (n) => new Uint8Array(n), bytes: 1, read: (view, at) => view.getUint8(at) },
  9: { make: (n) => new Int8Array(n), bytes: 1, read: (view, at) => view.getInt8(at) },
  11: { make: (n) => new Int16Array(n), bytes: 2, read: (view, at) => view.getInt16(at) },
  12: { make: (n) => new Int32Array(n), bytes: 4, read: (view, at) => view.getInt32(at) },
  13: { make: (n) => new Float32Array(n), bytes: 4, read: (view, at) => view.getFloat32(at) },
  14: { make: (n) => new Float64Array(n), bytes: 8, read: (view, at) => view.getFloat64(at) },
};

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

/** @throws Error when the bytes are damaged or cut off */
async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("gzip"));
  const parts: Uint8Array[] = [];
  try {
    for (let reader = stream.getReader(), part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
    }
  } catch (error) {
    throw new Error("it is compressed by gzip, and damaged or cut off", { cause: error });
  }
  return concatBytes(parts);
}

/** @throws Error when it is no such file, or holds more or less than it says */
function parse(bytes: Uint8Array): HostArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = TYPES[bytes[2]];
  if (bytes.length < 4 || view.getUint16(0) !== 0 || !type) {
    throw new Error("it is no IDX file, which begins with two zeros and the type of its numbers, 8, 9 or 11 to 14");
  }
  const axes = bytes[3];
  const start = 4 + 4 * axes;
  if (bytes.length < start) throw new Error(`it has ${axes} axes, and ends within their sizes`);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = sizeOf(shape);
  const needed = start + type.bytes * size;
  if (bytes.length !== needed) {
    throw new Error(
      `it says that its shape is ${formatShape(shape)}, which takes ${needed} bytes, and has ${bytes.length}`,
    );
  }
  const data = type.make(size);
  for (let i = 0; i < size; i++) data[i] = type.read(view, start + i * type.bytes);
  return { data, shape };
}

async function arrayIn(bytes: Uint8Array): Promise<HostArray> {
  return parse(isGzip(bytes) ? await gunzip(bytes) : bytes);
}

/**
 * The numbers of an IDX file, of the type that they have there: MNIST's images are a Uint8Array [60000, 28, 28], its labels
 * one of [60000].
 * @param bytes of the file, compressed by gzip or not
 * @throws Error when they are no IDX file, or are damaged or cut off
 * @see the description of the format on http://yann.lecun.com/exdb/mnist
 */
export async function decodeIdx(bytes: Uint8Array): Promise<HostArray> {
  checkArgument("decodeIdx", "bytes", bytes, someBytes);
  try {
    return await arrayIn(bytes);
  } catch (error) {
    throw new Error(`decodeIdx: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * `decodeIdx` of a file.
 * @throws FileError naming the file and what is wrong with it
 */
export async function loadIdx(path: string): Promise<HostArray> {
  checkArgument("loadIdx", "path", path, aPath);
  const { readFile } = nodeModules("loadIdx")("node:fs/promises");
  const bytes = await onFile(path, "read", () => readFile(path));
  try {
    return await arrayIn(bytes);
  } catch (error) {
    throw inFile(path, error);
  }
}
