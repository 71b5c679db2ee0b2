/** Sequential: the order of its layers, the names inside it, and how early it frees what one hands to the next. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { noGrad } from "../../src/tensor/autograd.js";
import type { Backend } from "../../src/tensor/backend/backend.js";
import { relu, sigmoid } from "../../src/tensor/ops/pointwise.js";
import { ones, type Tensor, tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../check-op.js";
import { onEachBackend } from "../targets.js";

const linear = (inFeatures: number, outFeatures: number) => new Linear(inFeatures, outFeatures, { bias: false });

describe("forward", () => {
  onEachBackend("applies modules and functions one after another", async () => {
    const first = linear(2, 2);
    first.weight.copyFrom(tensor([1, 2, 3, -4], [2, 2]));
    const model = new Sequential(first, relu, new Sequential((x) => x.mul(10), linear(2, 1)), (x) => x.add(1));
    model.parameters()[1].copyFrom(tensor([1, 1], [1, 2]));
    const x = tensor([1, 1, 1, 0], [2, 2]);
    // [1, 1] → [3, -1] → [3, 0] → 30; [1, 0] → [1, 3] → 40
    expect([...(await model.forward(x).data())]).toEqual([31, 41]);
    expect([...(await x.data())]).toEqual([1, 1, 1, 0]);
  });

  it("of no layers is the input itself", () => {
    const x = ones([2]);
    expect(new Sequential().forward(x)).toBe(x);
  });

  it("names modules by their place in the list, functions counted, at every depth", () => {
    const model = new Sequential(relu, linear(2, 3), new Sequential(sigmoid, new Sequential(relu, relu, linear(3, 1))));
    expect(Array.from(model.namedParameters(), ([name]) => name)).toEqual(["1.weight", "2.1.2.weight"]);
    expect(Array.from(model.children(), ([name]) => name)).toEqual(["1", "2"]);
  });
});

describe("what one layer hands to the next", () => {
  /** Linear, relu, Linear, sigmoid; `seen` collects how many storages more there are after each of them. */
  function watched(backend: Backend): { model: Sequential; seen: number[]; x: Tensor } {
    const seen: number[] = [];
    const probe = (x: Tensor) => {
      seen.push(backend.memory().storages - before);
      return x;
    };
    const model = new Sequential(linear(3, 4), probe, relu, probe, linear(4, 2), probe, sigmoid, probe);
    const x = ones([5, 3]);
    const before = backend.memory().storages;
    return { model, seen, x };
  }

  onEachBackend("is freed at once without a gradient", async (backend) => {
    const { model, seen, x } = watched(backend);
    const y = noGrad(() => model.forward(x));
    expect(seen).toEqual([1, 1, 1, 1]);
    expect([y.shape, (await x.data()).length]).toEqual([[5, 2], 15]);
  });

  onEachBackend("is freed in training as soon as no gradient needs it", (backend) => {
    const { model, seen, x } = watched(backend);
    const before = backend.memory().storages;
    const loss = model.forward(x).sum();
    // Of relu and sigmoid the gradient reads the results, so what went into them goes.
    expect(seen).toEqual([1, 1, 2, 2]);
    loss.backward();
    loss.release();
    model.zeroGrad();
    expect(backend.memory().storages).toBe(before);
  });

  onEachBackend("and then gives the gradients that single steps give", async (backend) => {
    const { model, x } = watched(backend);
    const [first, second] = model.parameters();
    model.forward(x).sum().backward();
    const gradients = await Promise.all([first, second].map(({ grad }) => grad!.data()));
    model.zeroGrad();
    x.matmul(first, { transB: true }).relu().matmul(second, { transB: true }).sigmoid().sum().backward();
    for (const [i, { grad }] of [first, second].entries()) {
      expectClose(gradients[i], await grad!.data(), 1e-6, `gradient ${i}`);
    }
  });

  onEachBackend("may be the very tensor it was given", async (backend) => {
    const model = new Sequential(
      (x) => x,
      (x) => x.mul(2),
      (x) => x,
    );
    const x = tensor([1, 2]);
    const before = backend.memory().storages;
    const y = model.forward(x);
    expect(backend.memory().storages).toBe(before + 1);
    expect([...(await y.data())]).toEqual([2, 4]);
    expect([...(await x.data())]).toEqual([1, 2]);
  });

  onEachBackend("is the layer's own to keep by detach()", async () => {
    let kept: Tensor | undefined;
    const keeps = (x: Tensor) => {
      kept = x.detach();
      return x.add(1);
    };
    new Sequential(
      (x) => x.mul(2),
      keeps,
      (x) => x.mul(3),
    ).forward(tensor([1]));
    expect(await kept?.item()).toBe(2);
  });
});
