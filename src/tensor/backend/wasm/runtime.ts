/** What the wasm backend's host code may ask for: memory, scratch and kernels run over a range of work items. */

import { availableThreads } from "../available-threads.js";
import type { Storage } from "../backend.js";
import type { KernelName } from "./kernels.generated.js";
import { Heap } from "./memory.js";
import { loadKernels } from "./module.js";
import { roundUp } from "./round.js";
import { at, ofWasm, WasmStorage } from "./storage.js";
import { type Kernel, ThreadPool } from "./threads.js";

export interface RuntimeOptions {
  /** Default: as many as the machine runs at once. */
  readonly threads?: number;
  /** Never fuse multiply and add, for the same bits on every engine. Default: fused where the engine can. */
  readonly strict?: boolean;
  /** Bytes that the memory may grow to. Default: as many as the system allows. */
  readonly memoryLimit?: number;
}

/** Scratch memory that every kernel may count on. */
const LEAST_SCRATCH = 1024;

/**
 * Every kernel is an exported function `kernel(scratch, begin, end, ...args)`: it does work items begin … end − 1,
 * may use this thread's own scratch memory, and gives the same bits however the items are shared out.
 */
export class Runtime {
  /** Threads that share the work, the caller's included. */
  readonly threads: number;
  /** Whether threads can share the memory here. */
  readonly shared: boolean;
  /** Whether multiply and add are fused here. */
  readonly relaxed: boolean;
  /** The storages that live. */
  readonly live = { bytes: 0, storages: 0 };
  readonly heap: Heap;
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #kernels: Record<string, Kernel>;
  readonly #order: ReadonlyMap<string, number>;
  #pool: ThreadPool | undefined;
  #scratch: number;
  #scratchStep = LEAST_SCRATCH;

  /** @throws Error where `threads` is no positive integer, or the engine cannot run the kernels. */
  constructor({ threads = availableThreads(), strict = false, memoryLimit }: RuntimeOptions) {
    if (!Number.isInteger(threads) || threads < 1) {
      throw new Error(`wasm: threads must be a positive integer, got ${threads}`);
    }
    const { module, memory, maximum, shared, relaxed } = loadKernels(strict, memoryLimit);
    this.#module = module;
    this.#memory = memory;
    this.shared = shared;
    this.relaxed = relaxed;
    this.threads = shared ? threads : 1;
    this.heap = new Heap(memory, maximum, memoryLimit !== undefined);
    this.#kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Kernel>;
    this.#order = new Map(WebAssembly.Module.exports(module).map(({ name }, i) => [name, i]));
    this.#scratch = this.heap.allocate(this.threads * this.#scratchStep);
  }

  /** Why every job fails from now on; undefined as long as they do not. */
  get failure(): string | undefined {
    return this.#pool?.failure;
  }

  /** Workers that have done some of the work so far. */
  get workersReady(): number {
    return this.#pool?.workersReady ?? 0;
  }

  /** A view of memory, valid until the next allocation. */
  floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, pointer, length);
  }

  /** The numbers of a storage in an array of their own, which slice() would fill with zeros first. */
  readonly copyOf = (x: Storage): Float32Array => new Float32Array(this.floats(at(x), x.size));

  /** The address of memory for `size` numbers of a storage. */
  #allocate(size: number): number {
    const pointer = this.heap.allocate(size * 4);
    this.live.bytes += size * 4;
    this.live.storages++;
    return pointer;
  }

  #release({ pointer, size }: WasmStorage): void {
    this.heap.release(pointer, size * 4);
    this.live.bytes -= size * 4;
    this.live.storages--;
  }

  #newStorage(size: number): WasmStorage {
    return new WasmStorage(size, this.#allocate(size));
  }

  /** A new storage of `size` numbers that `compute`, given its address, fills. */
  make(size: number, compute: (out: number) => void): Storage {
    const storage = this.#newStorage(size);
    try {
      if (size > 0) compute(storage.pointer);
    } catch (error) {
      this.free(storage);
      throw error;
    }
    return storage;
  }

  /** Two of them. */
  makeTwo(size: number, compute: (first: number, second: number) => void): [Storage, Storage] {
    const first = this.#newStorage(size);
    try {
      return [first, this.make(size, (second) => compute(first.pointer, second))];
    } catch (error) {
      this.free(first);
      throw error;
    }
  }

  /** Gives a storage back. */
  readonly free = (x: Storage): void => {
    const storage = ofWasm(x);
    if (!storage.isAside) this.#release(storage);
    storage.drop();
  };

  /** Moves the numbers of a storage to an array until somebody asks for their address. */
  readonly putAside = (x: Storage): void => {
    const storage = ofWasm(x);
    if (storage.isAside) return;
    const numbers = this.copyOf(x);
    this.#release(storage);
    storage.putAside(() => {
      const pointer = this.#allocate(x.size);
      this.floats(pointer, x.size).set(numbers);
      return pointer;
    });
  };

  /**
   * Calls `use` with the addresses of blocks of so many bytes, which live as long as the call: 64-byte aligned and
   * padded to a multiple of that; the contents are whatever was there.
   */
  withBytes(sizes: readonly number[], use: (...pointers: number[]) => void): void {
    const pointers: number[] = [];
    try {
      for (const bytes of sizes) pointers.push(this.heap.allocate(bytes));
      use(...pointers);
    } finally {
      for (const [i, pointer] of pointers.entries()) this.heap.release(pointer, sizes[i]);
    }
  }

  /** The same with a copy of `values`, as 32-bit integers. */
  withInts(values: ArrayLike<number>, use: (pointer: number) => void): void {
    this.withBytes([values.length * 4], (pointer) => {
      new Int32Array(this.#memory.buffer, pointer, values.length).set(values);
      use(pointer);
    });
  }

  /** Runs `items` work items of one kernel, on all threads, and returns when all are done. */
  run(name: KernelName, items: number, args: readonly number[], scratchBytes = 0): void {
    if (items === 0) return;
    if (scratchBytes > this.#scratchStep) this.#growScratch(scratchBytes);
    const kernel = this.#kernels[name];
    if (items === 1 || this.threads === 1) {
      kernel(this.#scratch, 0, items, ...args);
      return;
    }
    this.#pool ??= new ThreadPool(this.#module, this.#memory, this.threads);
    const job = { kernel: this.#order.get(name)!, items, args, scratch: this.#scratch, scratchStep: this.#scratchStep };
    this.#pool.run(job, kernel);
  }

  #growScratch(bytes: number): void {
    const step = roundUp(bytes, 64);
    const scratch = this.heap.allocate(this.threads * step);
    this.heap.release(this.#scratch, this.threads * this.#scratchStep);
    this.#scratch = scratch;
    this.#scratchStep = step;
  }
}
