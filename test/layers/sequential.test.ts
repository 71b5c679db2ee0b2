/** Sequential: the order of its layers, the names inside it, and how early it frees what one hands to the next. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { Linear } from "../../src/layers/linear.js";
import { Module } from "../../src/layers/module.js";
import { Sequential } from "../../src/layers/sequential.js";
import type { Backend } from "../../src/tensor/backend/backend.js";
import { ones } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { relu, sigmoid } from "../../src/tensor/ops/pointwise.js";
import { noGrad } from "../../src/tensor/scope.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { observe } from "../../src/tensor/trace.js";
import { expectClose } from "../check-op.js";
import { onEachBackend } from "../targets.js";

/** Keeps what it is given, as a subclass may. */
class Remembering extends Sequential {
  seen: Tensor | undefined;
  override forward(x: Tensor): Tensor {
    this.seen = x;
    return super.forward(x);
  }
}

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

it("is plain if all of its layers are, and its forward is its own", () => {
  expect(new Sequential(linear(1, 1), relu, new Sequential(relu)).isPlain).toBe(true);
  expect(new Sequential(linear(1, 1), (x) => x.mul(2)).isPlain).toBe(false);
  expect(new Sequential(relu, new Sequential((x) => x.mul(2), relu)).isPlain).toBe(false);
  expect(new Sequential(relu, new Remembering(relu)).isPlain).toBe(false);
  expect(new Remembering(relu).isPlain).toBe(false);
});

describe("what one layer hands to the next", () => {
  /** Linear, relu, Linear, sigmoid. */
  function four(): { model: Sequential; x: Tensor } {
    return { model: new Sequential(linear(3, 4), relu, linear(4, 2), sigmoid), x: ones([5, 3]) };
  }

  /** How many storages more there are at each operation of `fn`, its own result included. */
  function watched(backend: Backend, fn: () => unknown): number[] {
    const before = backend.memory().storages;
    const seen: number[] = [];
    observe(() => seen.push(backend.memory().storages - before), fn);
    return seen;
  }

  onEachBackend("is freed at once without a gradient", async (backend) => {
    const { model, x } = four();
    // Never more than a layer's input and its output.
    expect(watched(backend, () => noGrad(() => model.forward(x)))).toEqual([1, 2, 2, 2]);
    expect((await x.data()).length).toBe(15);
  });

  onEachBackend(
    "is freed within a Sequential of Sequentials, too, but for what others may have kept",
    async (backend) => {
      const x = ones([5, 3]);
      const nested = new Sequential(new Sequential(linear(3, 4), relu), new Sequential(linear(4, 2)), sigmoid);
      expect(watched(backend, () => noGrad(() => nested.forward(x)))).toEqual([1, 2, 2, 2]);
      let seen!: Tensor;
      const keeping = new Sequential((given) => {
        seen = given;
        return given.mul(2);
      }, relu);
      const remembering = new Remembering(relu);
      const kept = noGrad(() => {
        new Sequential(linear(3, 4), keeping, linear(4, 4), remembering, sigmoid).forward(x);
        return [seen, remembering.seen!];
      });
      for (const tensor of kept) expect((await tensor.data()).length).toBe(20);
    },
  );

  onEachBackend("is freed in training as soon as no gradient needs it", (backend) => {
    const { model, x } = four();
    const before = backend.memory().storages;
    // Of relu and sigmoid the gradient reads the results, so what went into them goes.
    expect(watched(backend, () => model.forward(x).sum().backward()).slice(0, 5)).toEqual([1, 2, 2, 3, 3]);
    model.zeroGrad();
    // The loss itself is the program's own, and so is the small output; what the host has of them is not counted.
    expect(backend.memory().storages).toBeLessThanOrEqual(before + 2);
  });

  onEachBackend("may be seen, and used again, by functions and modules of one's own", async (backend) => {
    class Doubling extends Module {
      seen: Tensor | undefined;
      forward(x: Tensor) {
        this.seen = x;
        return x.mul(2);
      }
    }
    const module = new Doubling();
    let skip!: Tensor;
    const cached = tensor([5, 5], [1, 2]);
    const parameter = new Parameter(ones([1, 2]));
    const model = new Sequential(
      (x) => x.mul(3),
      (x) => {
        skip = x;
        return skip;
      },
      relu,
      module,
      (x) => x.add(skip).add(module.seen!),
      new Sequential(() => cached),
      relu,
      () => parameter,
      relu,
    );
    const x = tensor([1, -1], [1, 2]);
    for (const run of [() => model.forward(x), () => noGrad(() => model.forward(x))]) {
      for (let i = 0; i < 2; i++) expect([...(await run().data())]).toEqual([1, 1]);
    }
    expect([...(await cached.data()), ...(await parameter.data())]).toEqual([5, 5, 1, 1]);
    expect(backend.name).toBe(cached.backend.name);
  });

  onEachBackend("and then gives the gradients that single steps give", async () => {
    const { model, x } = four();
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
});
