/** Threads of the wasm backend: the same bits for any number of them, and an error, not a hang, when one dies. */

import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { afterEach, expect, it, vi } from "vitest";
import { nllLoss } from "../../src/layers/losses.js";
import { Net1 } from "../../src/nets/net1.js";
import { Adam } from "../../src/optim/adam.js";
import { backward } from "../../src/tensor/autograd.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { relu } from "../../src/tensor/ops/pointwise.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";
import { rand, zeros } from "../../src/tensor/tensor.js";

afterEach(() => vi.restoreAllMocks());

/** Enough for the workers to start: until then the caller does their work. */
const START_MS = 500;

/** Everything that two training steps of Net #1 change. */
async function trained(threads: number): Promise<Float32Array[]> {
  await useBackend("wasm", { threads });
  relu(zeros([1_000_000]));
  await wait(START_MS);
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

it("train Net #1 to the same bits on 1, 2, 3 and 5 threads", async () => {
  const one = await trained(1);
  for (const threads of [2, 3, 5]) expect(await trained(threads), `${threads} threads`).toEqual(one);
});

it("gives an error on the next operation when a worker has died", async () => {
  const workers: Worker[] = [];
  const find = process.getBuiltinModule;
  vi.spyOn(process, "getBuiltinModule").mockImplementation((id: string) => {
    const module = find(id);
    if (id !== "node:worker_threads") return module;
    class Watched extends (module as typeof import("node:worker_threads")).Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        workers.push(this);
      }
    }
    return { ...module, Worker: Watched };
  });
  await useBackend("wasm", { threads: 2 });
  const x = rand([1_000_000]);
  relu(x);
  expect(workers).toHaveLength(1);
  await Promise.all([once(workers[0], "exit"), workers[0].terminate()]);
  expect(() => relu(x)).toThrow(/wasm: worker thread 1 is gone: it ended with exit code/);
});
