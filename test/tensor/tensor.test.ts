/** Tensors: how they are made, read, shared and let go. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { ArgumentError } from "../../src/tensor/arguments.js";
import { withBackend } from "../../src/tensor/backend/current-backend.js";
import { createJsBackend } from "../../src/tensor/backend/js/js.js";
import type { BackendName } from "../../src/tensor/backend/registry.js";
import { rand, randn } from "../../src/tensor/factories/drawn.js";
import { full, ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";
import { scope } from "../../src/tensor/scope.js";
import { ShapeError } from "../../src/tensor/shape.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import type { TensorValues } from "../../src/tensor/values.js";
import { onEachBackend } from "../targets.js";

describe("what is assigned to a tensor", () => {
  const assigned = (target: object, name: string, value: unknown) => () => Object.assign(target, { [name]: value });

  it.each<[name: string, value: unknown, message: string]>([
    ["shape", [2, 2], ".shape cannot be set: write y = x.reshape(shape)"],
    ["size", 4, ".size cannot be set: write y = x.reshape(shape)"],
    ["data", [1], ".data cannot be set: write x.copyFrom(source), and read by await x.data()"],
    ["0", 5, "x[0] cannot be read or assigned to: write await x.data(), x.slice(dim, start, end) or where(…)"],
    ["requires_grad", true, "a tensor has no requires_grad; write x.requiresGrad"],
    ["requiresgrad", true, "a tensor has no requiresgrad; write x.requiresGrad"],
    ["requiresGrad", "no", 'Tensor: requiresGrad must be true or false, got "no"'],
    ["grad", undefined, "Tensor: grad must be a tensor, got undefined"],
    ["grad", zeros([3]), "grad: [3] is no gradient of [4]"],
  ])("%s is refused, where that would do nothing, or harm", (name, value, message) => {
    for (const x of [ones([4]), new Parameter(ones([4]))]) {
      expect(assigned(x, name, value)).toThrow(message);
      expect(x.shape).toEqual([4]);
    }
  });

  it("a result cannot be told to need no gradient: what it was computed from does", () => {
    const y = new Parameter(ones([4])).mul(2);
    expect(assigned(y, "requiresGrad", false)).toThrow(
      "the tensor [4] requires a gradient because an input of mul does: detach() it, or compute it in noGrad",
    );
    expect(y.requiresGrad).toBe(true);
  });

  it("a parameter is not made frozen, as in PyTorch", () => {
    const make = (more: unknown) => () => new Parameter(ones([1]), ...([more] as never[]));
    const message = "Parameter: it takes a tensor and no more; to freeze it, set its requiresGrad to false";
    for (const more of [false, { requiresGrad: false }]) expect(make(more)).toThrow(message);
  });

  it("a note of the program's own is none of the library's business", () => {
    expect(Object.assign(ones([1]), { label: "first" }).label).toBe("first");
  });
});

describe("factories", () => {
  onEachBackend("take numbers, nested lists and typed arrays", async () => {
    const cases: [TensorValues, number[], number[]][] = [
      [5, [], [5]],
      [[1, 2, 3], [3], [1, 2, 3]],
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [3, 2],
        [1, 2, 3, 4, 5, 6],
      ],
      [
        [[[1]], [[2]]],
        [2, 1, 1],
        [1, 2],
      ],
      [Int32Array.of(7, 8), [2], [7, 8]],
      [Uint8Array.of(255), [1], [255]],
      [
        [Float32Array.of(1, 2), Float32Array.of(3, 4)],
        [2, 2],
        [1, 2, 3, 4],
      ],
      [[], [0], []],
      [[[], []], [2, 0], []],
    ];
    for (const [values, shape, flat] of cases) {
      const x = tensor(values);
      expect(x.shape).toEqual(shape);
      expect([...(await x.data())]).toEqual(flat);
    }
    expect([...(await full([2], 3).data())]).toEqual([3, 3]);
    expect([await ones([1]).item(), await zeros([1]).item()]).toEqual([1, 0]);
    expect(tensor([1, 2, 3, 4], [2, 2]).shape).toEqual([2, 2]);
  });

  it("copy what they are given, and data() copies what it gives", async () => {
    const values = Float32Array.of(1, 2);
    const x = tensor(values);
    values[0] = 9;
    const read = await x.data();
    read[1] = 9;
    expect([...x.dataSync()]).toEqual([1, 2]);
  });

  it.each([
    [() => tensor([[1, 2], [3]]), "tensor: the lists along axis 1 have 2 and 1 elements"],
    [() => tensor([1, [2]]), "tensor: the nested lists have different depths"],
    [() => tensor([[1], 2]), "tensor: the nested lists have different depths"],
    [() => tensor([1, 2, 3], [2, 2]), "tensor: 3 values do not fill shape [2, 2] (4 elements)"],
    [() => tensor([], [-1, 0]), "tensor: sizes must be non-negative integers, got [-1, 0]"],
    [() => rand([1e6, 1e6]), "rand: [1000000, 1000000] has 1000000000000 elements, more than fit into any array"],
    [() => zeros([1.5]), "zeros: sizes must be non-negative integers, got [1.5]"],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));

  it("draw from the sample stream of manualSeed, or from a generator", () => {
    manualSeed(3);
    const first = randn([4]).dataSync();
    manualSeed(3);
    expect(randn([4]).dataSync()).toEqual(first);
    const generator = new Generator(1);
    const expected = Float32Array.from([generator.uniform(), generator.uniform()]);
    expect(rand([2], { generator: new Generator(1) }).dataSync()).toEqual(expected);
  });
});

describe("reading", () => {
  it("item() wants one element", async () => {
    expect(await tensor([[4]]).item()).toBe(4);
    await expect(zeros([2, 1]).item()).rejects.toThrow(
      new ShapeError("item: expected one element, the shape is [2, 1]"),
    );
  });

  it("title says what it is", () => {
    withBackend(createJsBackend(), () => {
      const x = tensor([1, 2], [2], { requiresGrad: true });
      expect(x.title).toBe("Tensor([2], js, requiresGrad)");
      expect(x.relu().title).toBe("Tensor([2], js, by relu)");
      expect(new Parameter(zeros([3])).title).toBe("Parameter([3], js, requiresGrad)");
      expect(zeros([]).title).toBe("Tensor([], js)");
    });
  });
});

describe("ownership", () => {
  onEachBackend("detach() shares the numbers and outlives its source", async (backend) => {
    const before = backend.memory().storages;
    const x = tensor([1, 2], [2], { requiresGrad: true });
    const kept = x.detach();
    expect(backend.memory().storages).toBe(before + 1);
    expect(kept.requiresGrad).toBe(false);
    x.dispose();
    x.dispose();
    expect([...(await kept.data())]).toEqual([1, 2]);
    const between = backend.memory().storages;
    kept.dispose();
    expect(backend.memory().storages).toBe(between - 1);
  });

  onEachBackend("what has been freed says by what, and what to do", async () => {
    const x = tensor([1, 2]);
    x.dispose();
    let y!: Tensor;
    scope(() => {
      y = tensor([1, 2]).relu();
    });
    const disposed = new Error("tensor [2] made by tensor has been freed: dispose() was called on it.");
    await expect(x.data()).rejects.toThrow(disposed);
    for (const use of [() => x.neg(), () => x.detach(), () => x.reshape([1, 2])]) expect(use).toThrow(disposed);
    expect(() => y.neg()).toThrow(
      "tensor [2] made by relu has been freed: the scope or noGrad that it was made in is over: return it from there, or",
    );
  });

  onEachBackend("copyFrom() overwrites in place, also from another backend and over NaN", async () => {
    const x = full([2, 2], Number.NaN);
    const alias = x.detach();
    x.copyFrom(withBackend(createJsBackend(), () => tensor([1, 2, 3, 4])));
    expect([...(await alias.data())]).toEqual([1, 2, 3, 4]);
    expect(() => x.copyFrom(zeros([3]))).toThrow(new ShapeError("copyFrom: [3] does not fill [2, 2]"));
  });

  onEachBackend("memory() counts bytes and storages", async (backend) => {
    const before = backend.memory();
    const x = zeros([100]);
    const during = backend.memory();
    expect(during.storages).toBe(before.storages + 1);
    expect(during.bytes).toBe(before.bytes + 400);
    // What is computed later takes up memory later.
    await x.data();
    const { bytes, reserved } = backend.memory();
    expect(reserved).toBeGreaterThanOrEqual(bytes);
    x.dispose();
    expect(backend.memory().bytes).toBe(bytes - 400);
  });
});

describe("to", () => {
  onEachBackend("brings the numbers to another backend, and hands itself over where it is there", async (backend) => {
    const x = withBackend(createJsBackend(), () => tensor([[1, 2, 3]]));
    const moved = await x.to(backend);
    expect([moved.backend, moved.shape, [...(await moved.data())]]).toEqual([backend, [1, 3], [1, 2, 3]]);
    expect(await moved.to(backend)).toBe(moved);
    expect([...(await x.data())]).toEqual([1, 2, 3]);
    expect((await x.to(backend.name as BackendName)).backend.name).toBe(backend.name);
  });

  it("refuses to cut a gradient off, and a backend that there is not", async () => {
    const x = ones([2], { requiresGrad: true });
    await expect(x.to(createJsBackend())).rejects.toThrow("detach() first");
    expect((await x.detach().to(createJsBackend())).shape).toEqual([2]);
    await expect(x.to("cuda" as BackendName)).rejects.toThrow('unknown backend "cuda"; there are wasm, js, ');
  });
});

describe("a tensor", () => {
  // biome-ignore lint/suspicious/noExplicitAny: what JavaScript does with it has no type
  const x: any = tensor(1.5);
  const noNumber = /^Tensor\(\[\], wasm.*\) is no number: write x\.add\(y\), .* await x\.item\(\)/;

  it.each<[string, () => unknown]>([
    ["x * 2", () => x * 2],
    ["x < 2", () => x < 2],
    ["0 + x", () => 0 + x],
    ["-x", () => -x],
    ["Math.max(x)", () => Math.max(x)],
    ["isNaN(x)", () => Number.isNaN(Number(x))],
  ])("is no number for JavaScript: %s", (_, run) => {
    expect(run).toThrow(ArgumentError);
    expect(run).toThrow(noNumber);
  });

  it("has a text", () => {
    expect(`${x}`).toBe(String(x));
  });

  it("does not go into JSON, which would lose the numbers", () => {
    expect(() => JSON.stringify({ weight: x })).toThrow(/saveSafetensors saves a stateDict\(\)/);
  });

  it("refuses PyTorch's name for requiresGrad, set and read", () => {
    const error = new ArgumentError("a tensor has no requires_grad; write x.requiresGrad");
    expect(() => {
      x.requires_grad = true;
    }).toThrow(error);
    expect(() => x.requires_grad).toThrow(error);
  });

  it("has no elements, in loops and copies neither", () => {
    expect(() => x[0]).toThrow(
      "x[0] cannot be read or assigned to: write await x.data(), x.slice(dim, start, end) or where(…)",
    );
    expect(() => Array.from(x)).toThrow("a tensor has no length");
    expect(() => new Float32Array(x)).toThrow("a tensor has no length");
  });

  it("may be looked at for any other name, and awaited", async () => {
    expect([x.label, x.then, x[Symbol.iterator], "length" in x]).toEqual([undefined, undefined, undefined, false]);
    expect(await x).toBe(x);
  });
});
