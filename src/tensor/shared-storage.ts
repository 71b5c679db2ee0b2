/** SharedStorage: the numbers of one tensor or of several. */

import type { Backend, Storage } from "./backend/backend.js";

/** A storage and the number of its owners: tensors that show it, and graph nodes that saved it for the way back. */
export class SharedStorage {
  #version = 0;
  #owners = 1;
  readonly backend: Backend;
  readonly #storage: Storage;

  constructor(backend: Backend, storage: Storage) {
    this.backend = backend;
    this.#storage = storage;
  }

  get storage(): Storage {
    if (this.#owners === 0) throw new Error("the numbers of this tensor have been released");
    return this.#storage;
  }

  get released(): boolean {
    return this.#owners === 0;
  }

  get hasSeveralOwners(): boolean {
    return this.#owners > 1;
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
    if (--this.#owners === 0) this.backend.free(this.#storage);
  }
}
