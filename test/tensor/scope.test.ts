/** Memory: what scopes free, what survives them, and that training needs no more of it in step 1,000 than in step 10. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import { Adam } from "../../src/optim/adam.js";
import { detectAnomaly } from "../../src/tensor/anomaly.js";
import { ArgumentError } from "../../src/tensor/arguments.js";
import type { Backend } from "../../src/tensor/backend/backend.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { rand } from "../../src/tensor/factories/drawn.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { noGrad, scope } from "../../src/tensor/scope.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../check-op.js";
import { onEachBackend } from "../targets.js";
import { tinyNet } from "../tiny-net.js";

/** How many storages more there are after `fn`. */
function left(backend: Backend, fn: () => void): number {
  const before = backend.memory().storages;
  fn();
  return backend.memory().storages - before;
}

describe("scope", () => {
  onEachBackend("frees what was made inside, except what it returns", async (backend) => {
    const x = zeros([4]);
    const kept: Tensor[] = [];
    const returns: [string, number, () => unknown][] = [
      ["nothing", 0, () => scope(() => void x.add(1).mul(2).exp())],
      ["a number", 0, () => scope(() => x.add(1).size)],
      ["a tensor", 1, () => scope(() => x.add(1).mul(2).exp())],
      ["a list", 2, () => scope(() => [x.add(1), x.mul(2)])],
      ["an object of lists", 3, () => scope(() => ({ a: x.add(1), b: [x.mul(2), { c: x.exp() }] }))],
      ["the same twice", 1, () => scope(() => [x.add(1)].flatMap((y) => [y, y]))],
      ["a reshape of what is freed", 1, () => scope(() => x.add(1).reshape([2, 2]))],
      ["from a scope inside", 1, () => scope(() => scope(() => x.add(1).mul(2)).exp())],
      ["nothing from a scope inside", 0, () => scope(() => void scope(() => x.add(1)))],
      ["what was there before", 0, () => scope(() => x)],
      ["a parameter", 1, () => scope(() => void kept.push(new Parameter(zeros([3]))))],
      ["from noGrad", 1, () => noGrad(() => x.add(1).mul(2))],
    ];
    for (const [name, storages, run] of returns) expect(left(backend, run), name).toBe(storages);
    expect([...(await kept[0].data())]).toEqual([0, 0, 0]);
    expect([...(await x.data())]).toEqual([0, 0, 0, 0]);
  });

  onEachBackend("frees everything when its callback throws", (backend) => {
    const fails = () =>
      scope(() => {
        zeros([2]).add(1);
        throw new Error("inside");
      });
    expect(left(backend, () => expect(fails).toThrow("inside"))).toBe(0);
  });

  onEachBackend("keeps what the graph of a returned tensor needs, until it is walked", async (backend) => {
    const x = tensor([1, 2], [2], { requiresGrad: true });
    const loss = scope(() => x.exp().mul(3).exp().sum());
    expect(left(backend, () => loss.backward())).toBeLessThanOrEqual(0);
    const expected = [1, 2].map((v) => 3 * Math.exp(v + 3 * Math.exp(v)));
    expectClose(await x.grad!.data(), expected, 1e-5, "gradient");
  });

  onEachBackend("keeps gradients that were made inside", async () => {
    const x = tensor([1, 2], [2], { requiresGrad: true });
    scope(() => void x.mul(x).sum().backward());
    expect([...(await x.grad!.data())]).toEqual([2, 4]);
  });

  onEachBackend("refuses an async callback, by type and when it runs", (backend) => {
    const message = "scope: the callback returned a promise; a scope ends when its callback returns, so await outside";
    // @ts-expect-error: a promise is refused by the type of the callback's result
    const open = () => scope(async () => zeros([2]));
    // @ts-expect-error: here too
    const quiet = () => noGrad(async () => zeros([2]));
    const x = zeros([2]);
    x.requiresGrad = true;
    // @ts-expect-error: and what a graph saved is let go
    const graph = () => scope(async () => x.exp().mul(2).exp());
    expect(left(backend, () => expect(open).toThrow(new ArgumentError(message)))).toBe(0);
    expect(left(backend, () => expect(quiet).toThrow(new ArgumentError(message)))).toBe(0);
    expect(left(backend, () => expect(graph).toThrow(new ArgumentError(message)))).toBe(0);
  });
});

it("a scope refuses a generator, which would run after it", () => {
  const message = "scope: the callback returned a generator; a scope ends when its callback returns, so walk it inside";
  for (const run of [scope, noGrad]) {
    expect(() =>
      run(function* () {
        yield zeros([2]);
      }),
    ).toThrow(new ArgumentError(message));
  }
});

describe("detectAnomaly", () => {
  onEachBackend("leaves nothing behind when its function throws", async (backend) => {
    const x = zeros([2]);
    const before = backend.memory().storages;
    const fails = () =>
      scope(() => {
        x.add(1);
        throw new Error("inside");
      });
    await expect(detectAnomaly(fails)).rejects.toThrow("inside");
    expect(backend.memory().storages - before).toBe(0);
  });
});

describe("a training loop", () => {
  for (const [name, options] of [
    ["js", {}],
    ["wasm", { threads: 1 }],
    ["wasm", { threads: 2 }],
  ] as const) {
    it(`needs no more memory in step 1,000 than in step 10: ${name} ${JSON.stringify(options)}`, async () => {
      await useBackend(name, options);
      const model = tinyNet();
      const optimizer = new Adam(model.parameters(), { lr: 1e-3, weightDecay: 1e-3 });
      const images = rand([4, 1, 4, 4]);
      const labels = Int32Array.of(0, 1, 1, 0);
      const { backend } = images;
      let early = backend.memory();
      for (let step = 1; step <= 1000; step++) {
        optimizer.zeroGrad();
        const loss = nllLoss(model.forward(images), labels);
        loss.backward();
        optimizer.step();
        if (step === 10) early = backend.memory();
      }
      const late = backend.memory();
      // Only the losses are left: the program might still want to read them.
      expect(late.storages - early.storages).toBeLessThanOrEqual(990);
      expect(late.bytes - early.bytes).toBeLessThanOrEqual(990 * 64);
      expect(model.parameters().every((p) => p.dataSync().every(Number.isFinite))).toBe(true);
    });
  }
});

it("what a scope returns is found in maps, in sets, and where an object is part of itself", () => {
  const { map, set, round } = scope(() => {
    const round: { x: Tensor; self?: object } = { x: ones([2]) };
    round.self = round;
    return { map: new Map([["x", ones([2])]]), set: new Set([ones([2])]), round };
  });
  for (const x of [...map.values(), ...set, round.x]) expect([...x.dataSync()]).toEqual([1, 1]);
});
