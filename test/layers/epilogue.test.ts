/** Convolutions with their norm and clamp in one pass: when Sequential does so, and that nobody can tell by the numbers. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { BatchNorm1d } from "../../src/layers/batch-norm1d.js";
import { Conv2d } from "../../src/layers/conv2d.js";
import { intercept } from "../../src/layers/look-inside.js";
import { MaxPool2d } from "../../src/layers/max-pool2d.js";
import { Module } from "../../src/layers/module.js";
import { type Layer, Sequential } from "../../src/layers/sequential.js";
import type { Backend } from "../../src/tensor/backend/backend.js";
import { currentBackend } from "../../src/tensor/backend/current-backend.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { randn } from "../../src/tensor/factories/drawn.js";
import { zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { relu6 } from "../../src/tensor/ops/pointwise/hard-activations.js";
import { clamp, relu, tanh } from "../../src/tensor/ops/pointwise.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";
import { noGrad } from "../../src/tensor/scope.js";
import { formatShape } from "../../src/tensor/shape.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { observe } from "../../src/tensor/trace.js";
import { onEachBackend } from "../targets.js";

afterEach(() => vi.restoreAllMocks());

const noise = (...shape: number[]) => randn(shape, { generator: new Generator(3) });

/** A batch norm whose parameters and moments are those of no new one. */
function usedNorm(channels: number): BatchNorm2d {
  const norm = new BatchNorm2d(channels);
  for (const value of [...norm.parameters(), ...norm.buffers().slice(0, 2)]) {
    value.copyFrom(randn(value.shape).square().add(0.1));
  }
  return norm.eval();
}

const alone = (layers: readonly Layer[], x: Tensor) =>
  layers.reduce((y, layer) => (layer instanceof Module ? layer.forward(y) : layer(y)), x);

/** How often `fn` has a convolution do more than convolve. */
function passesOf(backend: Backend, fn: () => unknown): number {
  const spy = vi.spyOn(backend, "conv2d");
  fn();
  const epilogues = spy.mock.calls.filter((args) => args[4] !== undefined);
  spy.mockRestore();
  return epilogues.length;
}

const stacks: [name: string, shape: number[], layers: () => Layer[]][] = [
  ["norm", [2, 3, 9, 10], () => [new Conv2d(3, 5, 3), usedNorm(5)]],
  ["relu", [2, 3, 9, 10], () => [new Conv2d(3, 5, 3, { stride: 2, padding: 1 }), relu]],
  ["relu6", [2, 3, 7, 7], () => [new Conv2d(3, 9, 1), relu6]],
  ["norm and relu, by Winograd", [3, 8, 13, 11], () => [new Conv2d(8, 9, 3, { padding: 1 }), usedNorm(9), relu]],
  ["norm and relu, 5×5", [2, 16, 9, 9], () => [new Conv2d(16, 17, 5, { padding: 2 }), usedNorm(17), relu]],
  ["norm and relu6, depthwise", [2, 6, 9, 8], () => [new Conv2d(6, 6, 3, { groups: 6 }), usedNorm(6), relu6]],
  ["norm and relu, in groups", [2, 6, 9, 8], () => [new Conv2d(6, 10, 3, { groups: 2 }), usedNorm(10), relu]],
  ["norm and relu, small maps", [5, 40, 3, 3], () => [new Conv2d(40, 70, 1, { bias: false }), usedNorm(70), relu]],
  ["a pool, in groups", [2, 6, 9, 8], () => [new Conv2d(6, 10, 3, { groups: 2 }), new MaxPool2d(2)]],
  ["a pool, by Winograd", [3, 8, 13, 11], () => [new Conv2d(8, 9, 3), new MaxPool2d(2, { stride: 2 })]],
  ["a pool, then relu", [9, 8, 32, 32], () => [new Conv2d(8, 9, 3, { padding: 1 }), new MaxPool2d(2), relu]],
  ["norm, pool and relu6", [2, 8, 7, 9], () => [new Conv2d(8, 5, 3), usedNorm(5), new MaxPool2d(2), relu6]],
  ["norm, relu and pool", [2, 16, 15, 14], () => [new Conv2d(16, 17, 5), usedNorm(17), relu, new MaxPool2d(2)]],
  [
    "norm and pool, eight points",
    [3, 8, 18, 12],
    () => [new Conv2d(8, 8, 3, { padding: 1 }), usedNorm(8), new MaxPool2d(2)],
  ],
  [
    "relu and pool, tiles of two sizes",
    [9, 8, 13, 14],
    () => [new Conv2d(8, 13, 3, { padding: 1 }), relu, new MaxPool2d(2)],
  ],
  ["relu and pool, 1×1", [2, 4, 13, 9], () => [new Conv2d(4, 8, 1), relu, new MaxPool2d(2)]],
  ["relu, mirrored", [2, 3, 6, 6], () => [new Conv2d(3, 4, 3, { padding: 1, paddingMode: "reflect" }), relu]],
  ["other padding on each side", [2, 3, 6, 6], () => [new Conv2d(3, 4, 3, { padding: [0, 1, 2, 0] }), relu]],
];

describe("in noGrad and evaluation", () => {
  for (const [name, shape, make] of stacks) {
    onEachBackend(`${name}: one pass, with the bits of several`, async (backend) => {
      manualSeed(1);
      const layers = make();
      const x = noise(...shape);
      const want = noGrad(() => alone(layers, x));
      const model = new Sequential(...layers);
      let got!: Tensor;
      const passes = passesOf(backend, () => {
        got = noGrad(() => model.forward(x));
      });
      expect(passes).toBe(backend.hasEpilogues ? 1 : 0);
      expect(got.shape).toEqual(want.shape);
      expect(await got.data()).toEqual(await want.data());
    });
  }

  onEachBackend("several in a net, and what is between and behind them", async () => {
    manualSeed(1);
    const layers = [
      ...[new Conv2d(3, 8, 3), relu, new Conv2d(8, 8, 3, { padding: 1 }), usedNorm(8), new MaxPool2d(2), relu],
      ...[new Conv2d(8, 4, 1), usedNorm(4), relu6, new Conv2d(4, 4, 1)],
    ];
    const x = noise(2, 3, 12, 12);
    const want = noGrad(() => alone(layers, x));
    expect(await noGrad(() => new Sequential(...layers).forward(x)).data()).toEqual(await want.data());
  });

  it("NaN, infinities and −0 come out as they do one after another", async () => {
    const pick = new Conv2d(1, 1, 1, { bias: false });
    pick.weight.copyFrom(tensor([1], [1, 1, 1, 1]));
    const x = tensor([Number.NaN, Infinity, -Infinity, -0, 0, 7, -7], [1, 1, 1, 7]);
    const run = (...layers: Layer[]) => noGrad(() => new Sequential(...layers).forward(x)).data();
    expect([...(await run(pick, relu))]).toEqual([Number.NaN, Infinity, 0, 0, 0, 7, 0]);
    expect([...(await run(pick, relu6))]).toEqual([Number.NaN, 6, 0, 0, 0, 6, 0]);
  });

  it("and of a pool behind Winograd's tiles, too", async () => {
    const before = currentBackend();
    await useBackend("wasm", { threads: 1, winograd: "always" });
    try {
      const pick = new Conv2d(1, 1, 3, { bias: false, padding: 1 });
      pick.weight.copyFrom(tensor([0, 0, 0, 0, 1, 0, 0, 0, 0], [1, 1, 3, 3]));
      for (const odd of [-0, Number.NaN, Infinity, -Infinity]) {
        const values = Float32Array.from({ length: 320 }, (_, i) => (i % 37 === 0 ? odd : (i % 5) - 2));
        const x = tensor(values, [1, 1, 8, 40]);
        for (const layers of [
          [pick, relu, new MaxPool2d(2)],
          [pick, new MaxPool2d(2)],
        ]) {
          const want = noGrad(() => alone(layers, x));
          expect(await noGrad(() => new Sequential(...layers).forward(x)).data()).toEqual(await want.data());
        }
      }
    } finally {
      await useBackend(before);
    }
  });

  onEachBackend("weights and moments may change between two passes", async () => {
    const layers = [new Conv2d(2, 3, 3), usedNorm(3), relu] as const;
    const model = new Sequential(...layers);
    const x = noise(1, 2, 6, 6);
    const before = await noGrad(() => model.forward(x)).data();
    for (const value of Object.values(model.stateDict())) value.copyFrom(value.mul(1.5));
    const after = await noGrad(() => model.forward(x)).data();
    expect(after).not.toEqual(before);
    expect(after).toEqual(await noGrad(() => alone(layers, x)).data());
  });
});

describe("a max pool and the clamp in front of it", () => {
  const edges = [Number.NaN, Infinity, -Infinity, -0, 0, 7, -7, 6, 6, 3];
  const image = (n: number) =>
    tensor(
      Float32Array.from({ length: n }, (_, i) => edges[(i * i + (i >> 3)) % 10]),
      [1, 1, 8, n / 8],
    );

  for (const [name, clampOf, pool] of [
    ["relu and windows that touch", relu, new MaxPool2d(2)],
    ["relu6 and windows that overlap", relu6, new MaxPool2d(3, { stride: 2, padding: 1 })],
  ] as const) {
    onEachBackend(`${name}: change places, with the same bits and gradients`, async (backend) => {
      const run = async (forward: (x: Tensor) => Tensor) => {
        const x = new Parameter(image(72));
        const y = forward(x);
        y.mul(noise(...y.shape))
          .sum()
          .backward();
        return [await y.data(), await x.grad!.data()];
      };
      const [unary, maxPool] = [vi.spyOn(backend, "unary"), vi.spyOn(backend, "maxPool2d")];
      const got = await run((x) => new Sequential(clampOf, pool).forward(x));
      expect(unary.mock.invocationCallOrder[0]).toBeGreaterThan(maxPool.mock.invocationCallOrder[0]);
      expect(got).toEqual(await run((x) => pool.forward(clampOf(x))));
    });
  }

  it("stay where they are if somebody observes", () => {
    const heard: string[] = [];
    observe(
      ({ name }) => heard.push(name),
      () => new Sequential(relu, new MaxPool2d(2)).forward(image(72)),
    );
    expect(heard).toEqual(["relu", "maxPool2d"]);
  });
});

describe("layers run by themselves", () => {
  const backend = currentBackend();
  const make = () => [new Conv2d(2, 3, 3), usedNorm(3), relu] as const;
  const x = noise(2, 2, 6, 6);

  it("where a gradient is wanted, which is right then", async () => {
    const layers = make();
    const model = new Sequential(...layers).eval();
    expect(passesOf(backend, () => model.forward(x).sum().backward())).toBe(0);
    const got = await layers[0].weight.grad!.data();
    model.zeroGrad();
    alone(layers, x).sum().backward();
    expect(got).toEqual(await layers[0].weight.grad!.data());
  });

  it("in training, where the norm goes by the batch, and the running moments move", async () => {
    const [conv, norm, activation] = make();
    const model = new Sequential(conv, norm, activation).train();
    const [mean] = norm.buffers();
    const before = await mean.data();
    expect(passesOf(backend, () => noGrad(() => model.forward(x)))).toBe(0);
    expect(await mean.data()).not.toEqual(before);
  });

  it("where somebody observes, who hears of each", () => {
    const model = new Sequential(...make());
    const heard: string[] = [];
    const run = () =>
      observe(
        ({ name }) => heard.push(name),
        () => noGrad(() => model.forward(x)),
      );
    expect(passesOf(backend, run)).toBe(0);
    expect(heard).toEqual(["conv2d", "normalize", "relu"]);
  });

  it("where somebody looks inside, who sees the result of each", async () => {
    const layers = make();
    const model = new Sequential(...layers);
    const [conv, norm] = layers;
    for (const module of [conv, norm]) {
      const seen: Tensor[] = [];
      const keep = (forward: (x: Tensor) => Tensor, inputs: [Tensor]) => {
        const y = forward(...inputs);
        seen.push(y.detach().keep());
        return y;
      };
      intercept([module as Module], keep, () => noGrad(() => model.forward(x)));
      const want = noGrad(() => alone(module === conv ? [conv] : [conv, norm], x));
      expect(await seen[0].data()).toEqual(await want.data());
      seen[0].dispose();
    }
  });

  it("where the layer between them is one's own", async () => {
    class Doubled extends BatchNorm2d {
      override forward(x: Tensor) {
        return super.forward(x).mul(2);
      }
    }
    const conv = new Conv2d(2, 3, 3);
    const layers = [conv, new Doubled(3).eval(), (y: Tensor) => clamp(y, 0, 1), tanh];
    expect(passesOf(backend, () => noGrad(() => new Sequential(...layers).forward(x)))).toBe(0);
    const got = noGrad(() => new Sequential(...layers).forward(x));
    expect(await got.data()).toEqual(await noGrad(() => alone(layers, x)).data());
  });

  it("and refuse what does not suit them, as ever", () => {
    const conv = new Conv2d(2, 3, 3);
    const run = (norm: Module) => noGrad(() => new Sequential(conv, norm.eval(), relu).forward(x));
    expect(() => run(new BatchNorm2d(4))).toThrow("batchNorm: weight has shape [4], input [2, 3, 4, 4] has 3 channels");
    for (const shape of [[2], [1, 3]]) {
      for (const name of ["weight", "bias"]) {
        const norm = Object.assign(new BatchNorm2d(3), { [name]: new Parameter(zeros(shape)) });
        expect(() => run(norm)).toThrow(`batchNorm: ${name} has shape ${formatShape(shape)}, input [2, 3, 4, 4] has 3`);
      }
    }
    expect(() => run(new BatchNorm1d(3))).toThrow(
      "BatchNorm1d: expected an input (N, C) or (N, C, L), got [2, 3, 4, 4]",
    );
    expect(() => new Sequential(conv, relu).forward([1] as unknown as Tensor)).toThrow("Conv2d: x must be a tensor");
    const flat = tensor([1, 2]);
    expect(() => noGrad(() => new Sequential(conv, relu).forward(flat))).toThrow("conv2d: the input must have 4 axes");
  });

  it("with the option never", async () => {
    await useBackend("wasm", { threads: 1, epilogue: "never" });
    try {
      const run = () => noGrad(() => new Sequential(...make()).forward(noise(2, 2, 6, 6)));
      expect(passesOf(currentBackend(), run)).toBe(0);
    } finally {
      await useBackend(backend);
    }
  });
});
