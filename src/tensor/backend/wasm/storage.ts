/** Storages: where a tensor's numbers lie in the module's memory. */

import type { Storage } from "../backend.js";

/** An address in the module's memory; none (0) once freed, and while the numbers are aside. */
export class WasmStorage implements Storage {
  readonly size: number;
  #pointer: number;
  #bringBack: (() => number) | undefined;

  constructor(size: number, pointer: number) {
    this.size = size;
    this.#pointer = pointer;
  }

  get pointer(): number {
    if (this.#bringBack) {
      this.#pointer = this.#bringBack();
      this.#bringBack = undefined;
    }
    if (this.#pointer === 0) throw new Error(`wasm: this storage of ${this.size} numbers has been freed`);
    return this.#pointer;
  }

  get isAside(): boolean {
    return this.#bringBack !== undefined;
  }

  /** From now on the numbers are elsewhere; `bringBack` gives them an address again. */
  putAside(bringBack: () => number): void {
    this.#pointer = 0;
    this.#bringBack = bringBack;
  }

  drop(): void {
    this.#pointer = 0;
    this.#bringBack = undefined;
  }
}

/** A storage of this backend. */
export function ofWasm(x: Storage): WasmStorage {
  if (!(x instanceof WasmStorage)) throw new Error("wasm: this storage was made by another backend");
  return x;
}

/** The address of a storage's numbers. */
export function at(x: Storage): number {
  return ofWasm(x).pointer;
}
