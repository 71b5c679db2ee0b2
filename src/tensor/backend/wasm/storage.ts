/** Storages: where a tensor's numbers lie in the module's memory. */

import type { Storage } from "../backend.js";

/** An address in the module's memory; none (0) once freed. */
export class WasmStorage implements Storage {
  readonly size: number;
  #pointer: number;

  constructor(size: number, pointer: number) {
    this.size = size;
    this.#pointer = pointer;
  }

  get pointer(): number {
    if (this.#pointer === 0) throw new Error(`wasm: this storage of ${this.size} numbers has been freed`);
    return this.#pointer;
  }

  drop(): void {
    this.#pointer = 0;
  }
}

/** The address of a storage's numbers. */
export function at(x: Storage): number {
  if (!(x instanceof WasmStorage)) throw new Error("wasm: this storage was made by another backend");
  return x.pointer;
}
