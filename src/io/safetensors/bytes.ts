/** encodeSafetensors and decodeSafetensors: the bytes of a safetensors file, in memory. */

import { aStateDict, type StateDict } from "../../layers/state-dict.js";
import { aBoolean, checkArgument, checkOptions, type OptionKinds } from "../../tensor/arguments.js";
import { tensor } from "../../tensor/factories/from-values.js";
import { bytes as someBytes, texts } from "../../tensor/kinds.js";
import { scope } from "../../tensor/scope.js";
import { sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { floatBytes } from "../float-bytes.js";
import {
  type Entry,
  encodeHeader,
  type Header,
  headerLength,
  LENGTH_BYTES,
  type Metadata,
  parseHeader,
  quoted,
} from "./header.js";

/** Tensors by name, and whatever the writer had to say about them. */
export interface SafetensorsFile {
  /** By their names. */
  tensors: StateDict;
  /** Strings that were kept beside them. */
  metadata: Metadata;
}

export interface SafetensorsReadOptions {
  /** Refuse a file with a number that is NaN or infinite, or becomes so as float32. Default false. */
  finite?: boolean;
}

export const readKinds: OptionKinds<SafetensorsReadOptions> = { finite: aBoolean };

/**
 * The bytes of each tensor, in their order. Every number is what it is now: all tensors are asked for theirs before
 * anything is waited for, so that whoever saves a model may go on training it.
 */
export function contentsOf(tensors: StateDict): Promise<Uint8Array<ArrayBuffer>[]> {
  const contents = Promise.all(Object.values(tensors).map(async (value) => floatBytes(await value.data())));
  // Whoever waits for them hears of a failure; nobody may have come to that yet.
  contents.catch(() => {});
  return contents;
}

/** The file's bytes, piece by piece: the header, then each tensor, with the numbers of this moment. */
export function pieces(who: string, tensors: StateDict, metadata: Metadata): AsyncIterable<Uint8Array<ArrayBuffer>> {
  checkArgument(who, "tensors", tensors, aStateDict);
  checkArgument(who, "metadata", metadata, texts);
  const header = encodeHeader(tensors, metadata);
  const contents = contentsOf(tensors);
  return (async function* () {
    yield header;
    yield* await contents;
  })();
}

/**
 * The bytes of a safetensors file of float32 tensors, with the numbers that they have at the call.
 * @param tensors by name, in any order; on any backends
 * @param metadata strings to keep beside the tensors
 * @throws Error when a tensor is named `__metadata__`, or the names need more than 100 MB
 * @see https://github.com/huggingface/safetensors#format
 */
export async function encodeSafetensors(tensors: StateDict, metadata: Metadata = {}): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces("encodeSafetensors", tensors, metadata)) parts.push(piece);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Reads a tensor's bytes, piece by piece, into float32 numbers. */
export class EntryReader {
  readonly #entry: Entry;
  readonly #finite: boolean;
  readonly #values: Float32Array;
  #done = 0;

  constructor(entry: Entry, { finite = false }: SafetensorsReadOptions) {
    this.#entry = entry;
    this.#finite = finite;
    this.#values = new Float32Array(sizeOf(entry.shape));
  }

  /** @param bytes the next ones: whole numbers of them */
  push(bytes: Uint8Array): void {
    const { name, dtype } = this.#entry;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += dtype.bytes) {
      const i = this.#done++;
      this.#values[i] = dtype.read(view, at);
      if (this.#finite && !Number.isFinite(this.#values[i])) {
        throw new Error(`safetensors: element ${i} of ${quoted(name)} is ${this.#values[i]}`);
      }
    }
  }

  /** The tensor, on the current backend, once all bytes have been read. */
  tensor(): Tensor {
    return tensor(this.#values, this.#entry.shape);
  }
}

/** What the header of a file's bytes says, and where the first tensor begins. */
export function openBytes(bytes: Uint8Array): Header & { dataStart: number } {
  const dataStart = LENGTH_BYTES + headerLength(bytes.subarray(0, LENGTH_BYTES), bytes.length);
  return { ...parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), bytes.length - dataStart), dataStart };
}

/**
 * Reads the bytes of a safetensors file onto the current backend. Whatever the numbers are in the file (F64, F32, F16,
 * BF16, F8_E5M2, F8_E4M3, F8_E8M0, I64, I32, I16, I8, U64, U32, U16, U8, BOOL), they become float32: the nearest one
 * for 64-bit numbers and integers beyond 2^24, the same number for all others.
 * @throws Error saying what is wrong with the file; nothing has been taken then
 */
export function decodeSafetensors(bytes: Uint8Array, options: SafetensorsReadOptions = {}): SafetensorsFile {
  checkArgument("decodeSafetensors", "bytes", bytes, someBytes);
  checkOptions("decodeSafetensors", options, readKinds);
  const { entries, metadata, dataStart } = openBytes(bytes);
  return scope(() => {
    const tensors = entries.map((entry) => {
      const reader = new EntryReader(entry, options);
      reader.push(bytes.subarray(dataStart + entry.begin, dataStart + entry.end));
      return [entry.name, reader.tensor()] as const;
    });
    return { tensors: Object.fromEntries(tensors), metadata };
  });
}
