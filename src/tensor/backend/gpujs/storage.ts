/** Numbers on a device of GPU.js, and the order in which things happen to them. */

import type { Storage } from "../backend.js";

/** What holds the numbers of a storage: a texture or a buffer of the device, or an array of the host. */
export interface Handle {
  /** Bytes that it takes up, the unread end of its last row included. */
  readonly bytes: number;
  /** Whether the numbers stay when the kernel that computed them is destroyed. */
  readonly outlivesKernel: boolean;
  /** An argument for a kernel that reads the numbers as rows of `columns` numbers; to be let go after the launch. */
  view(rows: number, columns: number): View;
  /** At once where the device is the host. */
  read(): Float32Array | Promise<Float32Array>;
  delete(): void;
}

export interface View {
  readonly argument: unknown;
  /** What a kernel that was compiled for this view depends on, besides rows and columns. */
  readonly variant: string;
  release(): void;
}

/** A storage whose numbers arrive when the launches before it have run; or a failure does. */
export class GpuStorage implements Storage {
  readonly size: number;
  handle: Handle | undefined;
  /** Why there are no numbers: the launch that failed, here or further up. */
  failure: Error | undefined;
  freed = false;
  /** What brings the numbers back that were put aside; undefined while they are on the device. */
  bringBack: (() => void) | undefined;

  constructor(size: number) {
    this.size = size;
  }
}

/**
 * Runs tasks one after the other, in the order they came. Where nothing has to be waited for, a task runs at once;
 * behind one that waits, all others do.
 */
export class Queue {
  #tail: Promise<void> | undefined;

  /** @param task must not throw or reject. */
  run(task: () => void | Promise<void>): void {
    const pending = this.#tail ? this.#tail.then(task) : task();
    if (!(pending instanceof Promise)) return;
    const tail = pending.then(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    this.#tail = tail;
  }

  /** When everything that has been asked for so far is done. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
