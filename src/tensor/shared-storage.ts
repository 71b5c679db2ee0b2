/** SharedStorage: the numbers of one tensor or of several. */

import type { Backend, Storage } from "./backend/backend.js";

/** A storage and the number of its owners: tensors that show it, and graph nodes that saved it for the way back. */
export class SharedStorage {
  #version = 0;
  #owners = 1;
  /** Owners besides that may be gone: the garbage collector knows. */
  #aside = 0;
  /** How many tensors had been made when they were used last. */
  usedAt = 0;
  readonly backend: Backend;
  readonly #storage: Storage;

  constructor(backend: Backend, storage: Storage) {
    this.backend = backend;
    this.#storage = storage;
  }

  get storage(): Storage {
    if (this.released) throw new Error("the numbers of this tensor have been released");
    return this.#storage;
  }

  get released(): boolean {
    return this.#owners + this.#aside === 0;
  }

  get hasSeveralOwners(): boolean {
    return this.#owners + this.#aside > 1;
  }

  /** Counts in-place changes, so that `backward` can refuse a value that is no longer what the forward pass saw. */
  get version(): number {
    return this.#version;
  }

  /** Changes the numbers in place. */
  update(change: (storage: Storage) => void): void {
    change(this.storage);
    this.#version++;
  }

  retain(): this {
    this.#owners++;
    return this;
  }

  release(): void {
    if (--this.#owners > 0) return;
    if (this.#aside > 0) this.backend.putAside?.(this.#storage);
    else this.backend.free(this.#storage);
  }

  /** An owner is put aside, and nobody hears of its end. Where all are, so are the numbers. */
  putAside(): void {
    this.#aside++;
    this.release();
  }

  /** An owner that was put aside turns out to be there. */
  bringBack(): void {
    this.#aside--;
    this.#owners++;
  }
}
