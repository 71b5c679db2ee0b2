/**
 * The wasm backend's threads and memory: the same bits for any number of threads; an error, not a hang, when a worker
 * dies; and nothing left behind when an operation fails.
 */

import { once } from "node:events";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import { Net1 } from "../../src/nets/net1.js";
import { Adam } from "../../src/optim/adam.js";
import { backward } from "../../src/tensor/autograd.js";
import type { Backend, FloatArray, Storage } from "../../src/tensor/backend/backend.js";
import { currentBackend, withBackend } from "../../src/tensor/backend/current-backend.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { blocks } from "../../src/tensor/backend/wasm/items.js";
import { Heap } from "../../src/tensor/backend/wasm/memory.js";
import { Runtime } from "../../src/tensor/backend/wasm/runtime.js";
import { at } from "../../src/tensor/backend/wasm/storage.js";
import { type Job, ThreadPool } from "../../src/tensor/backend/wasm/threads.js";
import { createWasmBackend, type WasmBackend } from "../../src/tensor/backend/wasm/wasm.js";
import { Word, type WorkerStart } from "../../src/tensor/backend/wasm/worker.js";
import { rand } from "../../src/tensor/factories/drawn.js";
import { conv2dGeometry } from "../../src/tensor/ops/conv2d.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";

afterEach(() => vi.restoreAllMocks());

/** Enough numbers for every thread to get some. */
const MANY = 1_000_000;

/** Gives the workers work until each has done some: they take a while to start, on a busy machine a long one. */
async function workersReady(runtime: { readonly threads: number; readonly workersReady: number }, work: () => void) {
  const all = () => {
    work();
    expect(runtime.workersReady).toBe(runtime.threads - 1);
  };
  await vi.waitFor(all, { timeout: 30_000, interval: 5 });
}

async function started(backend: WasmBackend): Promise<WasmBackend> {
  await workersReady(backend, () => backend.free(backend.fill(MANY, 1)));
  return backend;
}

const openThreads = (threads: number) => started(createWasmBackend({ threads }));

/** Puts `Replacement` in the place of Node's Worker. */
function replaceWorker(Replacement: new (program: string, options: WorkerOptions) => object): void {
  const find = process.getBuiltinModule;
  vi.spyOn(process, "getBuiltinModule").mockImplementation((id: string) =>
    id === "node:worker_threads" ? { Worker: Replacement } : find(id),
  );
}

const wayOut = 'the next useBackend("wasm") starts anew, with { threads: 1 } it does without workers';

describe("results", () => {
  /** Everything that two training steps of Net #1 change. */
  function trained(): Float32Array[] {
    manualSeed(7);
    const model = new Net1();
    const optimizer = new Adam(model.parameters(), { weightDecay: 1e-3 });
    const images = rand([5, 3, 32, 32], { generator: new Generator(1) });
    for (let step = 0; step < 2; step++) {
      optimizer.zeroGrad();
      backward(nllLoss(model.forward(images), [0, 1, 1, 0, 1]));
      optimizer.step();
    }
    return Object.values(model.stateDict()).map((value) => value.dataSync());
  }

  const one = withBackend(createWasmBackend({ threads: 1 }), trained);
  it.each([2, 3, 5])("training Net #1 on %i threads gives the bits of one", { timeout: 60_000 }, async (threads) => {
    expect(withBackend(await openThreads(threads), trained)).toEqual(one);
  });

  const products = [
    { m: 61, n: 70, k: 530, transA: false, transB: false },
    { m: 133, n: 70, k: 30, transA: true, transB: false },
    { m: 61, n: 130, k: 1032, transA: false, transB: true },
  ];
  it.each(products)("the product $m × $n over $k on 3 threads has the bits of one", async (sizes) => {
    const geometry = { ...sizes, batch: 1, aStride: 0, bStride: 0 };
    const { m, n, k } = sizes;
    const product = (backend: Backend) => {
      const noise = (size: number) => {
        const random = new Generator(size);
        return backend.upload(Float32Array.from({ length: size }, () => random.uniform() - 0.5));
      };
      return backend.readSync!(backend.matmul(noise(m * k), noise(k * n), geometry));
    };
    expect(product(await openThreads(3))).toEqual(product(createWasmBackend({ threads: 1 })));
  });
});

describe("the top of memory", () => {
  it("is not handed out: kernels look a few vectors past an address, and there the sum would start from 0", () => {
    const runtime = new Runtime({ threads: 1 });
    // Nearly all that there may be, of which the system gives no page before it is written to.
    const below = runtime.heap.allocate(2 ** 32 - 2 * 65_536);
    const sizes = [32_768, 8192, 1024, 64];
    const blocks = sizes.flatMap((bytes) => {
      const fitting: { start: number; bytes: number }[] = [];
      try {
        for (;;) fitting.push({ start: runtime.heap.allocate(bytes), bytes });
      } catch {
        return fitting;
      }
    });
    const { start, bytes } = blocks.reduce((top, block) => (block.start > top.start ? block : top));
    expect(start + bytes + 64).toBe(runtime.heap.reserved);
    expect(start + bytes + 1024).toBeLessThan(2 ** 32);
    runtime.floats(start, bytes / 4).fill(-1)[bytes / 4 - 1] = 7;
    runtime.run("reduceMax", 1, [start, blocks[0].start, 1, bytes / 4, 1, bytes / 4, 1]);
    expect([...runtime.floats(blocks[0].start, 1)]).toEqual([7]);
    runtime.heap.release(below, 2 ** 32 - 2 * 65_536);
  });
});

describe("a kernel that fails", () => {
  it("is reported once, whichever thread it fails on", { timeout: 60_000 }, async () => {
    const runtime = new Runtime({ threads: 3 });
    const fill = (pointer: number) => runtime.run("fill", blocks(MANY), [pointer, MANY, 1]);
    const good = at(runtime.make(MANY, fill));
    await workersReady(runtime, () => fill(good));
    for (let i = 0; i < 20; i++) {
      expect(() => fill(2 ** 31)).toThrow(/memory access out of bounds/);
      fill(good);
    }
    expect(runtime.floats(good, MANY).every((value) => value === 1)).toBe(true);
  });
});

describe("a worker that dies", () => {
  /** The workers that are started from now on. */
  function recordWorkers(): Worker[] {
    const workers: Worker[] = [];
    replaceWorker(
      class extends Worker {
        constructor(...args: ConstructorParameters<typeof Worker>) {
          super(...args);
          workers.push(this);
        }
      },
    );
    return workers;
  }

  const kill = (worker: Worker) => Promise.all([once(worker, "exit"), worker.terminate()]);

  it("between operations: the next one says so", { timeout: 60_000 }, async () => {
    const workers = recordWorkers();
    const backend = await openThreads(2);
    expect(workers).toHaveLength(1);
    await kill(workers[0]);
    expect(() => backend.fill(MANY, 1)).toThrow(`wasm: worker thread 1 is gone: it ended with exit code 1; ${wayOut}`);
  });

  it("is replaced, with its backend, by the next useBackend", { timeout: 60_000 }, async () => {
    const choose = async () => {
      await useBackend("wasm", { threads: 2 });
      return currentBackend() as WasmBackend;
    };
    const workers = recordWorkers();
    const first = await started(await choose());
    expect(await choose()).toBe(first);
    const kept = first.fill(MANY, 3);
    await kill(workers[0]);
    const second = await choose();
    expect(second).not.toBe(first);
    await started(second);
    expect(await choose()).toBe(second);
    // What the first one holds can still be read.
    expect(first.readSync(kept).every((value) => value === 3)).toBe(true);
  });

  it("before it starts, because workers are forbidden: every operation says so, and none tries again", () => {
    const start = vi.fn();
    replaceWorker(
      class {
        constructor() {
          start();
          throw new Error("Access to this API has been restricted");
        }
      },
    );
    const backend = createWasmBackend({ threads: 3 });
    for (let i = 0; i < 3; i++) {
      expect(() => backend.fill(MANY, 1)).toThrow(
        `wasm: worker thread 1 is gone: Error: Access to this API has been restricted; ${wayOut}`,
      );
    }
    expect(start).toHaveBeenCalledOnce();
    expect(backend.memory()).toMatchObject({ bytes: 0, storages: 0 });
  });
});

describe("a pool whose worker is played by the test", () => {
  const job: Job = { kernel: 0, items: 8, args: [], scratch: 0, scratchStep: 0 };
  const gone = `wasm: a worker thread made no progress for 60 seconds: it has died or hangs; ${wayOut}`;
  const own = new RangeError("the caller's own");
  let words: Int32Array;
  let pool: ThreadPool;

  beforeEach(() => {
    replaceWorker(
      class {
        constructor(_: string, { workerData }: WorkerOptions) {
          words = new Int32Array((workerData as WorkerStart).control);
        }
        on() {}
        unref() {}
      },
    );
    vi.spyOn(Atomics, "wait").mockReturnValue("timed-out");
    pool = startPool();
  });

  function startPool(): ThreadPool {
    const noKernels = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    return new ThreadPool(noKernels, new WebAssembly.Memory({ initial: 1 }), 2);
  }

  const enterAndDie = () => Atomics.add(words, Word.active, 1);

  it("gives up sooner on a page's main thread, which must not sleep and stands still meanwhile", () => {
    vi.spyOn(Atomics, "wait").mockImplementation(() => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    });
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (now += 50));
    const onMainThread = startPool();
    expect(() => onMainThread.run(job, enterAndDie)).toThrow("a worker thread made no progress for 5 seconds");
    expect(now).toBeLessThan(20_000);
  });

  it("gives up a worker that dies in the middle of a job, for good", () => {
    const kernel = vi.fn();
    expect(() => pool.run(job, enterAndDie)).toThrow(gone);
    expect(() => pool.run(job, kernel)).toThrow(gone);
    expect(kernel).not.toHaveBeenCalled();
  });

  it("tells why the caller's own kernel failed even when the worker dies too", () => {
    const failBeside = () => {
      enterAndDie();
      throw own;
    };
    expect(() => pool.run(job, failBeside)).toThrow(own);
    expect(() => pool.run(job, () => {})).toThrow(gone);
  });

  it("does not blame the next job for a kernel that failed on both threads", () => {
    const kernel = vi.fn();
    const failOnBoth = () => {
      words[Word.failure] = 1;
      throw own;
    };
    expect(() => pool.run(job, failOnBoth)).toThrow(own);
    pool.run(job, kernel);
    expect(kernel).toHaveBeenCalledTimes(job.items);
  });
});

describe.each(["always", "never"] as const)("memory, Winograd %s", (winograd) => {
  const backend = createWasmBackend({ threads: 1, winograd });
  const x = backend.fill(200_000, 1);
  const convolution = conv2dGeometry([2, 3, 80, 80], [4, 3, 3, 3], { padding: 1 });
  const halves = { h: 8, w: 8, kH: 2, kW: 2, outH: 4, outW: 4, strideH: 2, strideW: 2, padH: 0, padW: 0 };
  const pooling = { ...halves, planes: 5, countIncludePad: true };
  const channels = { n: 2, c: 3, pixels: 400 };
  const normalized = { x, mean: x, variance: x, eps: 1e-5 };
  const norm = { mean: x, variance: x, weight: x, bias: x, eps: 1e-5 };
  // Both of its operands are packed.
  const product = { batch: 2, m: 40, n: 130, k: 11, transA: false, transB: false, aStride: 440, bStride: 0 };
  const turned = { shape: [30, 20], strides: [1, 30], offset: 0 };

  /** Everything that allocates more than one storage. */
  const operations: Record<string, () => Storage | Storage[]> = {
    conv2d: () => backend.conv2d(x, x, x, convolution),
    "conv2d with an epilogue": () => backend.conv2d(x, x, x, convolution, { norm, activation: "relu" }),
    conv2dInputGrad: () => backend.conv2dInputGrad(x, x, convolution),
    conv2dWeightGrad: () => backend.conv2dWeightGrad(x, x, convolution),
    matmul: () => backend.matmul(x, x, product),
    reduce: () => backend.reduce("sum", x, { outer: 1, n: x.size, inner: 1 }),
    maxPool2d: () => backend.maxPool2d(x, pooling),
    view: () => backend.view(x, turned),
    moments: () => Object.values(backend.moments(x, channels)),
    normalizeParamGrads: () => Object.values(backend.normalizeParamGrads({ ...normalized, g: x }, channels)),
  };

  it.each(Object.keys(operations))("%s leaves nothing behind, wherever it fails", (name) => {
    const { allocate, release } = Heap.prototype;
    const { run } = Runtime.prototype;
    const before = backend.memory();
    const failure = new Error("no more");
    let live = 0;
    let stepsLeft = 0;
    const step = () => {
      if (stepsLeft-- === 0) throw failure;
    };
    vi.spyOn(Heap.prototype, "allocate").mockImplementation(function (this: Heap, bytes) {
      step();
      live++;
      return allocate.call(this, bytes);
    });
    vi.spyOn(Heap.prototype, "release").mockImplementation(function (this: Heap, pointer, bytes) {
      live--;
      release.call(this, pointer, bytes);
    });
    vi.spyOn(Runtime.prototype, "run").mockImplementation(function (this: Runtime, ...job) {
      step();
      run.apply(this, job);
    });
    // A step later each time, until there is none left to fail at.
    let failures = 0;
    for (let failed = true; failed; ) {
      stepsLeft = failures;
      failed = false;
      try {
        for (const storage of [operations[name]()].flat()) backend.free(storage);
      } catch (error) {
        expect(error).toBe(failure);
        failed = true;
        failures++;
      }
      expect(live, `blocks left after ${failures} failures`).toBe(0);
      expect(backend.memory()).toMatchObject({ bytes: before.bytes, storages: before.storages });
    }
    expect(failures).toBeGreaterThan(2);
  });

  /** The result, in memory that held something else before. */
  function freshly(operate: () => Storage): FloatArray {
    const first = operate();
    backend.accumulate(first, x, 0, Number.NaN);
    backend.free(first);
    const result = operate();
    const values = backend.readSync(result);
    backend.free(result);
    return values;
  }

  const none = backend.fill(0, 0);
  const conv = (images: number, chans: number, outs: number) =>
    conv2dGeometry([images, chans, 9, 9], [outs, chans, 3, 3], { padding: 1 });
  const zeros = (size: number) => new Float32Array(size);
  it.each<[name: string, operate: () => Storage, expected: Float32Array]>([
    ["conv2d of no images", () => backend.conv2d(none, x, x, conv(0, 2, 3)), zeros(0)],
    ["conv2dInputGrad of no images", () => backend.conv2dInputGrad(none, x, conv(0, 2, 3)), zeros(0)],
    ["conv2dWeightGrad of no images", () => backend.conv2dWeightGrad(none, none, conv(0, 2, 3)), zeros(54)],
    ["conv2d of no channels", () => backend.conv2d(none, none, x, conv(2, 0, 3)), zeros(486).fill(1)],
    ["conv2dInputGrad of no filters", () => backend.conv2dInputGrad(none, none, conv(2, 3, 0)), zeros(486)],
    ["matmul over nothing", () => backend.matmul(none, none, { ...product, k: 0 }), zeros(2 * 40 * 130)],
    [
      "matmul of rows as they lie over nothing",
      () => backend.matmul(none, none, { ...product, n: 10, k: 0 }),
      zeros(800),
    ],
    [
      "matmul over nothing, computed transposed",
      () => backend.matmul(none, none, { ...product, m: 8, n: 40, k: 0, transB: true }),
      zeros(640),
    ],
    ["matmul of no rows", () => backend.matmul(none, x, { ...product, m: 0 }), zeros(0)],
    ["maxPool2d of no planes", () => backend.maxPool2d(none, { ...pooling, planes: 0 }), zeros(0)],
    ["avgPool2d of padding alone", () => backend.avgPool2d(none, { ...pooling, w: 0, outW: 1, padW: 1 }), zeros(20)],
  ])("%s has the result of an empty sum", (_, operate, expected) => {
    expect(freshly(operate)).toEqual(expected);
  });
});
