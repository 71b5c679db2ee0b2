/** The memory of the reference: a typed array for each storage. */

import type { Backend, DType, FloatArray, Storage } from "../backend.js";

/** Numbers in a typed array; `undefined` once freed. */
class JsStorage implements Storage {
  readonly size: number;
  array: FloatArray | undefined;

  constructor(array: FloatArray) {
    this.size = array.length;
    this.array = array;
  }
}

/** The numbers of a storage. */
export function values(x: Storage): FloatArray {
  const { array } = x as JsStorage;
  if (!array) throw new Error("js: this storage has been freed");
  return array;
}

/** A new storage of `size` zeros that `compute` fills. */
export type Make = (size: number, compute: (out: FloatArray) => void) => Storage;

type Memory = Pick<Backend, "upload" | "fill" | "read" | "readSync" | "free" | "memory">;

/** A memory of its own for each backend, which counts what lives in it. */
export function createMemory(dtype: DType): { make: Make; memory: Memory } {
  let bytes = 0;
  let storages = 0;

  const make: Make = (size, compute) => {
    const out = dtype === "float64" ? new Float64Array(size) : new Float32Array(size);
    compute(out);
    bytes += out.byteLength;
    storages++;
    return new JsStorage(out);
  };

  const memory: Memory = {
    upload: (source) => make(source.length, (out) => out.set(source)),
    fill: (size, value) => make(size, (out) => out.fill(value)),
    read: async (x) => values(x).slice(),
    readSync: (x) => values(x).slice(),
    free: (x) => {
      bytes -= values(x).byteLength;
      storages--;
      (x as JsStorage).array = undefined;
    },
    memory: () => ({ bytes, storages, reserved: bytes }),
  };

  return { make, memory };
}
