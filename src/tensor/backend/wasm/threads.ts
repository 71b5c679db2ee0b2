/** One persistent pool of threads, each with its share of a kernel's work items. */

import { MESSAGE, MESSAGE_AT, NUMBERS, NUMBERS_AT, SHARE_WORDS, SHARES_AT, startWorker, Word } from "./worker.js";

/** A kernel as the module exports it. */
export type Kernel = (scratch: number, begin: number, end: number, ...args: number[]) => void;

export interface Job {
  /** Position of the kernel among the module's exports. */
  readonly kernel: number;
  readonly items: number;
  readonly args: readonly number[];
  /** Scratch memory of thread t is at scratch + t · scratchStep. */
  readonly scratch: number;
  readonly scratchStep: number;
}

/** Chunks per thread: more share the work more evenly, fewer cost less. */
const CHUNKS = 8;

/** How often a thread looks before it sleeps: some 50 µs, about what waking it up would cost. */
const SPINS = 5000;

const SLICE_MS = 100;

/**
 * Slices without any progress until a worker is given up, far more than any chunk takes: a minute for a thread that
 * sleeps meanwhile, five seconds for one that must not, and turns round and round in front of a page that stands still.
 * The caller cannot do the worker's chunk instead: a worker that goes on after all would write where others work by then.
 */
const PATIENCE = { asleep: 600, turning: 50 };

/**
 * A thread's share is the same part of every job, so that it finds in its own cache what it wrote there in the job
 * before. It takes it in chunks, and then helps the others with theirs.
 */
export class ThreadPool {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #numbers: Float64Array;
  readonly #message: Uint16Array;
  /** By thread: the first item of its share that nobody has taken, each `SHARE_WORDS` after the other. */
  readonly #taken: Int32Array;
  readonly #maySleep: boolean;
  readonly #threads: number;
  #jobs = 0;
  #failure: string | undefined;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, threads: number) {
    this.#threads = threads;
    const control = new SharedArrayBuffer(SHARES_AT + threads * SHARE_WORDS * 4);
    this.#words = new Int32Array(control, 0, NUMBERS_AT / 4);
    this.#numbers = new Float64Array(control, NUMBERS_AT, NUMBERS);
    this.#message = new Uint16Array(control, MESSAGE_AT, MESSAGE);
    this.#taken = new Int32Array(control, SHARES_AT);
    this.#maySleep = canSleep(this.#words);
    for (let thread = 1; thread < threads && !this.#failure; thread++) {
      const onEnd = (reason: string) => {
        this.#failure ??= `worker thread ${thread} is gone: ${reason}`;
      };
      try {
        startWorker({ module, memory, control, thread, threads, spins: SPINS }, onEnd);
      } catch (error) {
        // Kept for every operation to report: a pool that threw here would be made anew by each of them.
        onEnd(String(error));
      }
    }
  }

  /** Why every job fails from now on: a worker is gone. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Workers that have done some work so far. */
  get workersReady(): number {
    return Atomics.load(this.#words, Word.ready);
  }

  /**
   * Runs a job on the caller's thread and on every worker that is awake in time. Workers still starting, or slow to
   * wake, are simply not waited for.
   * @throws Error when a kernel failed, or when a worker is gone.
   */
  run(job: Job, kernel: Kernel): void {
    this.#checkWorkers();
    const chunk = this.#publish(job);
    try {
      for (let share = 0; share < this.#threads; share++) {
        const end = this.#shareStart(job.items, share + 1);
        for (;;) {
          const begin = Atomics.add(this.#taken, share * SHARE_WORDS, chunk);
          if (begin >= end) break;
          kernel(job.scratch, begin, Math.min(begin + chunk, end), ...job.args);
        }
      }
    } finally {
      for (let share = 0; share < this.#threads; share++) {
        Atomics.store(this.#taken, share * SHARE_WORDS, job.items);
      }
      Atomics.store(this.#words, Word.open, 0);
      this.#waitForWorkers();
    }
    this.#checkWorkers();
    const length = this.#words[Word.failure];
    if (length > 0) {
      throw new Error(`wasm: a kernel failed: ${String.fromCharCode(...this.#message.subarray(0, length))}`);
    }
  }

  #checkWorkers(): void {
    if (this.#failure) {
      throw new Error(
        `wasm: ${this.#failure}; the next useBackend("wasm") starts anew, with { threads: 1 } it does without workers`,
      );
    }
  }

  #shareStart(items: number, share: number): number {
    return Math.floor((items * share) / this.#threads);
  }

  #publish({ kernel, items, args, scratch, scratchStep }: Job): number {
    const words = this.#words;
    const numbers = this.#numbers;
    const chunk = Math.max(1, Math.floor(items / (this.#threads * CHUNKS)));
    words[Word.items] = items;
    words[Word.chunk] = chunk;
    words[Word.kernel] = kernel;
    words[Word.argumentCount] = args.length;
    words[Word.failure] = 0;
    numbers[0] = scratch;
    numbers[1] = scratchStep;
    numbers.set(args, 2);
    for (let share = 0; share < this.#threads; share++) {
      Atomics.store(this.#taken, share * SHARE_WORDS, this.#shareStart(items, share));
    }
    this.#jobs = (this.#jobs % 0x7fff_ffff) + 1;
    Atomics.store(words, Word.open, this.#jobs);
    Atomics.notify(words, Word.open);
    return chunk;
  }

  /** Never throws, lest it hide what the kernel threw: `#checkWorkers` tells of a worker that was given up. */
  #waitForWorkers(): void {
    const words = this.#words;
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(words, Word.active) === 0) return;
    const most = this.#maySleep ? PATIENCE.asleep : PATIENCE.turning;
    let patience = most;
    let seen = 0;
    for (;;) {
      const active = Atomics.load(words, Word.active);
      if (active === 0) return;
      // Every finished chunk raises one of them, even when there is nothing left to take.
      const progress = this.#taken.reduce((sum, n) => sum + n, -active);
      if (progress !== seen) patience = most;
      else if (--patience === 0) break;
      seen = progress;
      this.#pause(active);
    }
    this.#failure = `a worker thread made no progress for ${(most * SLICE_MS) / 1000} seconds: it has died or hangs`;
  }

  /** Returns after a while, or as soon as `active` changes. */
  #pause(active: number): void {
    if (this.#maySleep) {
      Atomics.wait(this.#words, Word.active, active, SLICE_MS);
    } else {
      const end = performance.now() + SLICE_MS;
      while (Atomics.load(this.#words, Word.active) === active && performance.now() < end);
    }
  }
}

/** A browser's main thread must not block. */
function canSleep(words: Int32Array): boolean {
  try {
    Atomics.wait(words, Word.open, 0, 0);
    return true;
  } catch {
    return false;
  }
}
