/** The memory of the reference: a typed array for each storage. */

import type { Backend, DType, FloatArray, Storage } from "../backend.js";
import { allocating, OutOfMemoryError } from "../shortage.js";

/** Numbers in a typed array; `undefined` once freed. */
class JsStorage implements Storage {
  readonly size: number;
  array: FloatArray | undefined;
  /** Counts the array, when it is used again after it was put aside. */
  bringBack: (() => void) | undefined;

  constructor(array: FloatArray) {
    this.size = array.length;
    this.array = array;
  }
}

/** The numbers of a storage. */
export function values(x: Storage): FloatArray {
  const { array, bringBack } = x as JsStorage;
  bringBack?.();
  if (!array) throw new Error("js: this storage has been freed");
  return array;
}

/** A new storage of `size` zeros that `compute` fills. */
export type Make = (size: number, compute: (out: FloatArray) => void) => Storage;

type Memory = Pick<Backend, "upload" | "fill" | "read" | "readSync" | "putAside" | "free" | "memory">;

/** A memory of its own for each backend, which counts what lives in it. */
export function createMemory(dtype: DType): { make: Make; memory: Memory } {
  let bytes = 0;
  let storages = 0;

  const allocate = (size: number): FloatArray => {
    try {
      return dtype === "float64" ? new Float64Array(size) : new Float32Array(size);
    } catch (cause) {
      throw new OutOfMemoryError(`js: cannot allocate ${size} numbers`, { cause });
    }
  };

  const make: Make = (size, compute) => {
    const out = allocating(() => allocate(size));
    compute(out);
    count(out, 1);
    return new JsStorage(out);
  };

  const count = ({ byteLength }: FloatArray, sign: 1 | -1) => {
    bytes += sign * byteLength;
    storages += sign;
  };

  const memory: Memory = {
    upload: (source) => make(source.length, (out) => out.set(source)),
    fill: (size, value) => make(size, (out) => out.fill(value)),
    read: async (x) => values(x).slice(),
    readSync: (x) => values(x).slice(),
    // The numbers are where the collector sees them already, and are only counted no more.
    putAside: (x) => {
      const storage = x as JsStorage;
      if (storage.bringBack) return;
      const array = values(x);
      count(array, -1);
      storage.bringBack = () => {
        count(array, 1);
        storage.bringBack = undefined;
      };
    },
    free: (x) => {
      count(values(x), -1);
      (x as JsStorage).array = undefined;
    },
    memory: () => ({ bytes, storages, reserved: bytes }),
  };

  return { make, memory };
}
