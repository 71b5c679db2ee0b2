/** Launches kernels in order, compiles each once for its sizes, and keeps the books of what the device holds. */

import type { MemoryInfo, Storage } from "../backend.js";
import type { Constants, Device, KernelName, Program } from "./device.js";
import { EXACT, flat, type Grid } from "./grid.js";
import { kernels } from "./kernels.generated.js";
import { GpuStorage, type Handle, Queue, type View } from "./storage.js";

/** A storage of this backend that lives. */
function living(x: Storage): GpuStorage {
  if (!(x instanceof GpuStorage)) throw new Error("gpujs: this storage was made by another backend");
  if (x.freed) throw new Error(`gpujs: this storage of ${x.size} numbers has been freed`);
  return x;
}

/** One whose numbers are on the device. */
function on(x: Storage): GpuStorage {
  const storage = living(x);
  storage.bringBack?.();
  return storage;
}

/** A storage as the rows and columns that a kernel reads it by. */
export interface Operand extends Grid {
  readonly storage: GpuStorage;
}

/** A storage by rows of `columns` numbers. */
export function by(columns: number, x: Storage): Operand {
  return { storage: on(x), rows: Math.ceil(x.size / columns), columns };
}

/** A storage as it is: its number i is at the same place as number i of a result of the same size. */
export function whole(x: Storage): Operand {
  return { storage: on(x), ...flat(x.size) };
}

export interface Launch extends Grid {
  readonly kernel: KernelName;
  readonly operands: readonly Operand[];
  /** Arguments behind the operands: what changes from call to call. */
  readonly numbers?: readonly number[];
  /** Sizes, folded into the source. */
  readonly constants?: Constants;
  /** Numbers of a row that one thread computes. Default: 1. */
  readonly perThread?: number;
  /** Name and text of the function that a pointwise kernel calls. */
  readonly rule?: { readonly name: string; readonly text: string };
}

/** The kernels that there are for four results a thread, too. */
const FOURS = {
  matmul: "matmulFours",
  conv2d: "conv2dFours",
  conv2dInputGrad: "conv2dInputGradFours",
  conv2dWeightGrad: "conv2dWeightGradFours",
} as const;

/** @throws Error where a kernel would count wrongly */
function assertExact({ kernel, operands, rows, columns }: Launch): void {
  for (const grid of [{ rows, columns }, ...operands]) {
    if (grid.columns === 0 || Math.max(grid.rows, grid.columns) < EXACT) continue; // without columns, no rows are read
    throw new Error(`gpujs: ${kernel} cannot count ${grid.rows} rows of ${grid.columns} numbers: 2^24 is too many`);
  }
}

/**
 * Milliseconds until a launch that found no memory is tried again, each time with all other kernels gone. Of WebAssembly
 * memories a process of a browser has a hundred or so, and those of a page that was left come back only in a later turn
 * of the event loop.
 */
const MEMORY_WAITS: readonly number[] = [0, 50, 500];

interface Compiled extends Program {
  /** Results that would go with the kernel. */
  live: number;
}

export class GpuRuntime {
  readonly #device: Device;
  readonly #queue = new Queue();
  /** The least recently used first. */
  readonly #compiled = new Map<string, Compiled>();
  readonly #makers = new WeakMap<Handle, Compiled>();
  readonly #info = { bytes: 0, storages: 0, reserved: 0 };

  constructor(device: Device) {
    this.#device = device;
  }

  /** What storages hold; `reserved` is what their results take up on the device. */
  readonly memory = (): MemoryInfo => ({ ...this.#info });

  /**
   * What computes a row of `columns` numbers: four a thread, where the device gives them and the row is made of fours.
   */
  fours<Name extends keyof typeof FOURS>(kernel: Name, columns: number): Pick<Launch, "kernel" | "perThread"> {
    return this.#device.givesFours && columns % 4 === 0 ? { kernel: FOURS[kernel], perThread: 4 } : { kernel };
  }

  /** Why every read fails from now on. */
  get failure(): string | undefined {
    return this.#device.failure;
  }

  #make(size: number): GpuStorage {
    this.#count(size, 1);
    return new GpuStorage(size);
  }

  #count(size: number, sign: 1 | -1): void {
    this.#info.bytes += sign * size * 4;
    this.#info.storages += sign;
  }

  /** `size` numbers that a launch will compute. */
  launch(size: number, launch: Launch): Storage {
    assertExact(launch);
    const result = this.#make(size);
    if (size > 0) this.#queue.run(() => this.#execute(result, launch));
    return result;
  }

  /** Puts the result of a launch, which may read it, behind a storage that is there. */
  replace(x: Storage, launch: Launch): void {
    assertExact(launch);
    const storage = on(x);
    if (storage.size > 0) this.#queue.run(() => this.#execute(storage, launch));
  }

  readonly upload = (source: ArrayLike<number>): Storage => {
    // A copy: the launch may wait its turn.
    const values = Float32Array.from(source);
    const result = this.#make(values.length);
    this.#queue.run(() => this.#copyIn(values, result));
    return result;
  };

  #copyIn(values: Float32Array, result: GpuStorage): void | Promise<void> {
    if (values.length === 0) return;
    const { rows, columns } = flat(values.length);
    const argument = this.#device.input(values, rows, columns);
    const view = { argument, variant: "host", release: () => {} };
    return this.#run(result, { kernel: "copy", operands: [], rows, columns }, () => [view]);
  }

  readonly fill = (size: number, value: number): Storage =>
    this.launch(size, { kernel: "fill", operands: [], numbers: [value], ...flat(size) });

  readonly free = (x: Storage): void => {
    const storage = living(x);
    storage.freed = true;
    if (!storage.bringBack) this.#count(storage.size, -1);
    this.#queue.run(() => this.#drop(storage));
  };

  /** What cannot be read stays where it is, and whoever reads it is told. */
  #readOut({ handle }: GpuStorage, keep: (numbers: Float32Array) => void): void | Promise<void> {
    try {
      const numbers = handle?.read();
      if (numbers instanceof Promise) return numbers.then(keep, () => {});
      if (numbers) keep(numbers);
    } catch {}
  }

  /** Reads the numbers in their turn, and copies them to the device again when they are used. */
  readonly putAside = (x: Storage): void => {
    const storage = living(x);
    if (storage.bringBack) return;
    let values: Float32Array | undefined;
    this.#queue.run(() =>
      this.#readOut(storage, (numbers) => {
        values = numbers.subarray(0, storage.size);
        this.#drop(storage);
      }),
    );
    this.#count(storage.size, -1);
    storage.bringBack = () => {
      storage.bringBack = undefined;
      this.#count(storage.size, 1);
      this.#queue.run(() => {
        if (values) return this.#copyIn(values, storage);
      });
    };
  };

  /** @throws Error where the storage's numbers could not be computed, with the operation that failed and its cause */
  readonly read = async (x: Storage): Promise<Float32Array> => {
    const storage = on(x);
    // The handle is taken in its turn: what is asked for later may replace it.
    let values: Promise<Float32Array> | undefined;
    this.#queue.run(() => {
      values = (async () => storage.handle?.read() ?? new Float32Array(0))();
      // Whoever awaits it below hears of a failure; the queue must not.
      values.catch(() => {});
    });
    await this.#queue.idle();
    if (storage.failure) throw storage.failure;
    const numbers = (await values)?.slice(0, storage.size) ?? new Float32Array(0);
    // Asked last: the device may fail on the way here, and gives zeros then.
    const { failure } = this.#device;
    if (failure) throw new Error(`${this.#name}: ${failure}; the next useBackend("${this.#name}") starts anew`);
    return numbers;
  };

  get #name(): string {
    return `gpujs:${this.#device.mode}`;
  }

  #execute(result: GpuStorage, launch: Launch): void | Promise<void> {
    const failed = launch.operands.find(({ storage }) => storage.failure);
    if (failed) {
      result.failure = failed.storage.failure;
      return;
    }
    return this.#run(result, launch, () =>
      launch.operands.map(({ storage, rows, columns }) => storage.handle!.view(rows, columns)),
    );
  }

  #run(result: GpuStorage, launch: Launch, look: () => View[], waits = MEMORY_WAITS): void | Promise<void> {
    let views: View[] = [];
    const fail = (cause: unknown) => {
      const what = launch.rule ? `${launch.kernel} (${launch.rule.name})` : launch.kernel;
      const reason = cause instanceof Error ? cause.message : String(cause);
      result.failure = new Error(`${this.#name}: ${what} failed: ${reason}`, { cause });
      release();
    };
    const release = () => {
      for (const view of views) view.release();
    };
    try {
      views = look();
      const compiled = this.#program(launch, views);
      const keep = (handle: Handle) => {
        release();
        this.#drop(result);
        if (!handle.outlivesKernel) {
          compiled.live++;
          this.#makers.set(handle, compiled);
        }
        this.#info.reserved += handle.bytes;
        result.handle = handle;
        result.failure = undefined;
      };
      const handle = compiled.run([...views.map(({ argument }) => argument), ...(launch.numbers ?? [])]);
      if (handle instanceof Promise) return handle.then(keep).catch(fail);
      keep(handle);
    } catch (cause) {
      const [wait, ...later] = waits;
      if (!(cause instanceof RangeError) || wait === undefined) return fail(cause);
      release();
      this.#evict(0);
      return new Promise((resolve) => setTimeout(resolve, wait)).then(() => this.#run(result, launch, look, later));
    }
  }

  #drop(storage: GpuStorage): void {
    const { handle } = storage;
    if (!handle) return;
    handle.delete();
    this.#info.reserved -= handle.bytes;
    const maker = this.#makers.get(handle);
    if (maker) maker.live--;
    storage.handle = undefined;
  }

  /** The kernel for these sizes, from the cache or compiled now. */
  #program(
    { kernel, operands, constants = {}, rule, rows, columns, perThread = 1 }: Launch,
    views: readonly View[],
  ): Compiled {
    const sizes = operands.map((operand, i) => [operand.rows, operand.columns, views[i].variant]);
    const key = JSON.stringify([kernel, rule?.name, constants, rows, columns, sizes]);
    let compiled = this.#compiled.get(key);
    if (compiled) {
      this.#compiled.delete(key);
    } else {
      const text = kernels[kernel];
      const source = { name: kernel, text, rule: rule?.text, constants, rows, columns, perThread };
      this.#evict(this.#device.keeps - 1);
      compiled = { ...this.#device.compile(source), live: 0 };
    }
    this.#compiled.set(key, compiled);
    return compiled;
  }

  /** Lets go of kernels until there are `most`, or only those whose results are in use. */
  #evict(most: number): void {
    for (const [key, compiled] of this.#compiled) {
      if (this.#compiled.size <= most) return;
      if (compiled.live > 0) continue;
      compiled.destroy();
      this.#compiled.delete(key);
    }
  }
}
