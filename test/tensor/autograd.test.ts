/** Autograd: what gradients are, when they are computed, and what is refused. */

import { describe, expect, it, vi } from "vitest";
import "../../src/tensor/methods.js";
import { batchNorm } from "../../src/layers/batch-norm.js";
import { SGD } from "../../src/optim/sgd.js";
import { backward, isGradEnabled, record } from "../../src/tensor/autograd.js";
import { describeBackend, withBackend } from "../../src/tensor/backend/current-backend.js";
import { createJsBackend } from "../../src/tensor/backend/js/js.js";
import { full, ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { conv2d } from "../../src/tensor/ops/conv2d.js";
import { matmul } from "../../src/tensor/ops/matmul.js";
import { add, mul } from "../../src/tensor/ops/pointwise.js";
import { noGrad } from "../../src/tensor/scope.js";
import { ShapeError } from "../../src/tensor/shape.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../check-op.js";
import { onEachBackend } from "../targets.js";

const leaf = (...values: number[]) => tensor(values, [values.length], { requiresGrad: true });
const grad = async (x: Tensor) => (x.grad ? [...(await x.grad.data())] : null);

describe("gradients", () => {
  onEachBackend("add up where a tensor is used several times", async () => {
    const uses: [string, (x: Tensor) => Tensor, number[]][] = [
      ["x + x·x", (x) => add(x, mul(x, x)), [3, 5, -5]],
      ["x·x + x", (x) => add(mul(x, x), x), [3, 5, -5]],
      ["x + x", (x) => add(x, x), [2, 2, 2]],
      ["x − x", (x) => x.sub(x), [0, 0, 0]],
      ["x / x", (x) => x.div(x), [0, 0, 0]],
      ["(2x)² + 2x", (x) => [x.mul(2)].map((y) => y.mul(y).add(y))[0], [10, 18, -22]],
      ["reshaped and not", (x) => x.reshape([3, 1]).reshape([3]).add(x), [2, 2, 2]],
      ["as both matrices", (x) => matmul(x.reshape([1, 3]), x.reshape([3, 1])), [2, 4, -6]],
    ];
    for (const [name, f, expected] of uses) {
      const x = leaf(1, 2, -3);
      f(x).sum().backward();
      expect(await grad(x), name).toEqual(expected);
    }
  });

  onEachBackend("accumulate over calls of backward() until zeroGrad()", async () => {
    const x = leaf(1, 2);
    x.mul(3).sum().backward();
    x.mul(x).sum().backward();
    expect(await grad(x)).toEqual([5, 7]);
    x.zeroGrad();
    expect(x.grad).toBeNull();
    x.sum().backward();
    expect(await grad(x)).toEqual([1, 1]);
  });

  onEachBackend("leave the cotangent that was given as it was", async () => {
    const [x, y] = [leaf(1, 2), leaf(3, 4)];
    const g = tensor([10, 20]);
    add(x, y).backward(g);
    add(x, y).backward(g);
    x.backward(g);
    expect([await grad(x), await grad(y)]).toEqual([
      [30, 60],
      [20, 40],
    ]);
    expect([...(await g.data())]).toEqual([10, 20]);
  });

  onEachBackend("arrive through several outputs that share a part", async () => {
    const x = leaf(2);
    const shared = x.mul(x);
    const y = add(shared.mul(3), shared.exp().mul(0));
    y.backward();
    expect(await grad(x)).toEqual([12]);
  });

  it("reach the first of 20,000 operations, without recursion", async () => {
    const x = withBackend(createJsBackend(), () => {
      const x = leaf(1);
      let y: Tensor = x;
      for (let i = 0; i < 20_000; i++) y = y.add(1);
      y.backward();
      return x;
    });
    expect(await grad(x)).toEqual([1]);
  });

  it("are walked once a node, however many paths there are: 60 doublings have 2^60", async () => {
    const x = leaf(1);
    let y: Tensor = x;
    for (let i = 0; i < 60; i++) y = add(y, y).mul(0.5);
    y.backward();
    expect(await grad(x)).toEqual([1]);
  });

  it("of gradients are not recorded: grad is a plain tensor", () => {
    const x = leaf(1);
    x.exp().backward();
    expect([x.grad!.requiresGrad, x.grad!.node]).toEqual([false, null]);
  });
});

describe("what nobody needs is never computed", () => {
  type Method = "conv2dWeightGrad" | "conv2dInputGrad" | "normalizeParamGrads" | "normalizeInputGrad";
  it.each<[string, () => Tensor, Method, Method]>([
    [
      "conv2d: the images",
      () => conv2d(ones([1, 1, 4, 4]), ones([1, 1, 3, 3], { requiresGrad: true })),
      "conv2dWeightGrad",
      "conv2dInputGrad",
    ],
    [
      "conv2d: frozen filters",
      () => conv2d(ones([1, 1, 4, 4], { requiresGrad: true }), ones([1, 1, 3, 3])),
      "conv2dInputGrad",
      "conv2dWeightGrad",
    ],
    [
      "batchNorm: the input",
      () =>
        batchNorm(ones([2, 1, 2, 2]), {
          weight: ones([1], { requiresGrad: true }),
          bias: zeros([1]),
          runningMean: zeros([1]),
          runningVar: ones([1]),
          training: false,
        }),
      "normalizeParamGrads",
      "normalizeInputGrad",
    ],
  ])("%s", (_name, forward, called, spared) => {
    const backend = createJsBackend();
    const [yes, no] = [called, spared].map((method) => vi.spyOn(backend, method as "conv2d"));
    withBackend(backend, () => forward().sum().backward());
    expect(yes).toHaveBeenCalledOnce();
    expect(no).not.toHaveBeenCalled();
  });

  it("matmul: one product back when one operand is constant", () => {
    const backend = createJsBackend();
    const spy = vi.spyOn(backend, "matmul");
    withBackend(backend, () =>
      matmul(ones([2, 3]), ones([3, 2], { requiresGrad: true }))
        .sum()
        .backward(),
    );
    expect(spy).toHaveBeenCalledTimes(2);
  });

  it("a graph without parameters is no graph", () => {
    const y = mul(ones([2]), 2);
    expect([y.node, y.requiresGrad]).toEqual([null, false]);
  });
});

describe("the graph", () => {
  onEachBackend("is let go by backward(): a second walk says so", async () => {
    const x = leaf(1, 2);
    const y = x.exp();
    const loss = y.sum();
    loss.backward();
    const message = (at: string) =>
      `backward: this graph has already been walked (at ${at}) and let go. ` +
      "Run the forward pass again, detach() what is of an earlier step, or keep the graph with backward(undefined, { retainGraph: true }).";
    expect(() => loss.backward()).toThrow(new Error(message("sum")));
    expect(() => y.mul(2).sum().backward()).toThrow(new Error(message("exp")));
    expectClose((await grad(x))!, [Math.exp(1), Math.exp(2)], 1e-5, "gradient");
  });

  onEachBackend("stays with retainGraph", async () => {
    const x = leaf(3);
    const loss = x.mul(x);
    loss.backward(undefined, { retainGraph: true });
    loss.backward(undefined, { retainGraph: true });
    loss.backward();
    expect(await grad(x)).toEqual([18]);
    expect(() => loss.backward()).toThrow(/already been walked/);
  });

  onEachBackend("keeps its values readable until the next step begins", async () => {
    const x = leaf(1, 2);
    const large = x.expand([10_000, 2]);
    const [y, z] = [large.mul(2), large.mul(3)];
    const mean = y.mean(0);
    const loss = mean.add(z.mean(0)).sum();
    loss.backward();
    expect((await y.data()).slice(0, 2)).toEqual(Float32Array.of(2, 4));
    const kept = z.detach();
    x.mul(3).sum().backward();
    await expect(y.data()).rejects.toThrow(/^tensor \[10000, 2\] made by mul has been freed: the next backward/);
    expect((await kept.data()).slice(0, 2)).toEqual(Float32Array.of(3, 6));
    // What is small is there as long as the program has it.
    expect([...(await mean.data()), await loss.item()]).toEqual([2, 4, 15]);
  });

  onEachBackend("holds what it needs: inputs may be released before backward()", async () => {
    const x = leaf(2);
    const y = x.mul(3);
    const z = y.mul(y);
    y.dispose();
    z.backward();
    expect(await grad(x)).toEqual([36]);
  });

  onEachBackend("refuses a value that was changed in place after the forward pass", () => {
    const [x, w] = [leaf(1, 2), leaf(3, 4)];
    const loss = x.mul(w).sum();
    noGrad(() => {
      w.copyFrom(zeros([2]));
    });
    expect(() => loss.backward()).toThrow(
      new Error(
        "backward: a value that mul saved (inputs [2], [2]) was changed in place after the forward pass. " +
          "Call backward() before optimizer.step().",
      ),
    );
  });

  onEachBackend("does not mind changes to what nobody saved", async () => {
    const [x, w] = [leaf(1, 2), leaf(3, 4)];
    const loss = x.add(w).sum();
    w.copyFrom(zeros([2]));
    loss.backward();
    expect(await grad(w)).toEqual([1, 1]);
  });
});

describe("noGrad", () => {
  it("records nothing inside, and everything again after it, even when it throws", () => {
    const x = leaf(1);
    expect(isGradEnabled()).toBe(true);
    const y = noGrad(() => {
      expect(isGradEnabled()).toBe(false);
      return noGrad(() => x.mul(2)).mul(3);
    });
    expect([y.node, y.requiresGrad]).toEqual([null, false]);
    expect(() =>
      noGrad(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(isGradEnabled()).toBe(true);
    expect(x.mul(2).node?.name).toBe("mul");
  });
});

describe("errors", () => {
  it("a root without gradient, or with more than one element", () => {
    expect(() => backward(zeros([1]))).toThrow(
      new Error("backward: this tensor does not depend on any tensor that requires a gradient"),
    );
    expect(() => leaf(1, 2).mul(2).backward()).toThrow(
      new ShapeError("backward: a gradient is needed for a root of shape [2], no scalar"),
    );
    expect(() =>
      leaf(1, 2)
        .mul(2)
        .backward(zeros([3])),
    ).toThrow(new ShapeError("backward: the gradient has shape [3], the root [2]"));
  });

  it("gradients and parameters that somebody has disposed of, and what did it", () => {
    const start = ones([2]);
    const x = new Parameter(start);
    start.dispose();
    const optimizer = new SGD([x]);
    const freed = "tensor [2] made by backward has been freed: dispose() was called on it";
    x.mul(2).sum().backward();
    x.grad!.dispose();
    expect(() => optimizer.step()).toThrow(freed);
    expect(() => x.mul(2).sum().backward()).toThrow(freed);
    x.zeroGrad();
    x.mul(2).sum().backward();
    x.dispose();
    expect(() => optimizer.step()).toThrow("tensor [2] made by Parameter has been freed: dispose() was called on it");
  });

  it("a rule that gives a gradient of another shape", () => {
    const x = leaf(1, 2);
    const y = record("twice", [x], [2], x.backend.fill(2, 1), () => [() => full([3], 1)]);
    expect(() => y.sum().backward()).toThrow(new ShapeError("twice: its gradient has shape [3], the input [2]"));
  });

  it("operands on different backends are named", () => {
    const wasm = zeros([2]);
    // Of one that was made with options, these too.
    const name = describeBackend(wasm.backend);
    expect(name).toMatch(/^wasm/);
    const js = withBackend(createJsBackend(), () => zeros([2]));
    const hint = "A tensor stays where it was made; make both after the same useBackend().";
    expect(() => add(js, wasm)).toThrow(
      new Error(`add: the operands live on different backends: Tensor([2], js) and Tensor([2], ${name}). ${hint}`),
    );
    expect(() => matmul(wasm.reshape([1, 2]), js.reshape([2, 1]))).toThrow(
      new Error(
        `matmul: the operands live on different backends: Tensor([1, 2], ${name}) and Tensor([2, 1], js). ${hint}`,
      ),
    );
  });
});
