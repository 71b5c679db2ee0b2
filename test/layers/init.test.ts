/** Initial weights: their bounds, their moments, and that a seed decides them. */

import { beforeAll, describe, expect, it } from "vitest";
import { ConvTranspose2d } from "../../src/layers/conv-transpose2d.js";
import { Conv1d } from "../../src/layers/conv1d.js";
import { Conv2d } from "../../src/layers/conv2d.js";
import { Embedding } from "../../src/layers/embedding.js";
import { GRU } from "../../src/layers/gru.js";
import { fanIn, kaimingUniform, uniformParameter } from "../../src/layers/init.js";
import { Linear } from "../../src/layers/linear.js";
import { LSTM } from "../../src/layers/lstm.js";
import type { AnyModule } from "../../src/layers/module.js";
import { MultiheadAttention } from "../../src/layers/multihead-attention.js";
import { TransformerEncoderLayer } from "../../src/layers/transformer-encoder-layer.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { rand } from "../../src/tensor/factories/drawn.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";
import { Parameter } from "../../src/tensor/tensor.js";

beforeAll(() => useBackend("js"));

describe("the distribution", () => {
  const random = () => new Generator(3);
  const weights: [what: string, parameter: () => Parameter, bound: number][] = [
    ["uniformParameter", () => uniformParameter([20_000], 0.25, random()), 0.25],
    ["kaimingUniform of [O, I]", () => kaimingUniform([200, 100], random()), 1 / 10],
    ["kaimingUniform of [O, C, kH, kW]", () => kaimingUniform([500, 4, 3, 3], random()), 1 / 6],
    ["Linear's weight", () => new Linear(64, 300, { generator: random() }).weight, 1 / 8],
    ["Linear's bias", () => new Linear(4, 20_000, { generator: random() }).bias!, 1 / 2],
    ["Conv2d's weight", () => new Conv2d(8, 500, [2, 4], { groups: 2, generator: random() }).weight, 1 / Math.sqrt(32)],
    // Of [C, O, kH, kW], PyTorch takes O · kH · kW for the inputs.
    [
      "ConvTranspose2d's bias",
      () => new ConvTranspose2d(1, 20_000, 2, { groups: 1, generator: random() }).bias!,
      1 / Math.sqrt(80_000),
    ],
    ["Conv1d's bias", () => new Conv1d(1, 20_000, 4, { generator: random() }).bias!, 1 / 2],
    ["an LSTM's weight", () => new LSTM(50, 64, { generator: random() }).weight_ih_l0 as Parameter, 1 / 8],
    // Glorot's, of the three projections as three: √(6 / (4 · E)) of [3 · E, E].
    [
      "MultiheadAttention's projection",
      () => new MultiheadAttention(96, 2, { generator: random() }).in_proj_weight,
      1 / 8,
    ],
    ["Conv2d's bias", () => new Conv2d(1, 20_000, 2, { generator: random() }).bias!, 1 / 2],
  ];
  it.each(weights)("of %s is uniform up to its bound", (_, make, bound) => {
    const parameter = make();
    expect(parameter).toBeInstanceOf(Parameter);
    const values = parameter.dataSync();
    const n = values.length;
    const mean = values.reduce((sum, v) => sum + v, 0) / n;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
    expect(Math.max(...values)).toBeGreaterThan(0.99 * bound);
    expect(Math.min(...values)).toBeLessThan(-0.99 * bound);
    // Five standard errors of the mean and of the variance of a uniform distribution.
    expect(Math.abs(mean)).toBeLessThan(5 * bound * Math.sqrt(1 / (3 * n)));
    expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(5 * Math.sqrt(0.8 / n));
  });

  it.each([
    [[7, 5], 5],
    [[7, 5, 3, 2], 30],
    [[7], 1],
  ])("counts the inputs of %j: %d", (shape, expected) => expect(fanIn(shape)).toBe(expected));
});

describe("the seed", () => {
  const weights = (model: AnyModule) => model.parameters().map((p) => [...p.dataSync()]);
  const seeded = (seed: number) => {
    manualSeed(seed);
    return weights(new Conv2d(2, 3, 3));
  };

  it("decides the weights", () => {
    expect(seeded(1)).toEqual(seeded(1));
    expect(seeded(1)).not.toEqual(seeded(2));
  });

  it.each<[string, (generator: Generator) => AnyModule]>([
    ["Conv1d", (generator) => new Conv1d(2, 3, 3, { generator })],
    ["Conv2d", (generator) => new Conv2d(2, 3, 3, { generator })],
    ["ConvTranspose2d", (generator) => new ConvTranspose2d(2, 3, 3, { generator })],
    ["Embedding", (generator) => new Embedding(3, 2, { generator })],
    ["GRU", (generator) => new GRU(2, 3, { numLayers: 2, bidirectional: true, generator })],
    ["Linear", (generator) => new Linear(2, 3, { generator })],
    ["LSTM", (generator) => new LSTM(2, 3, { numLayers: 2, generator })],
    ["MultiheadAttention", (generator) => new MultiheadAttention(4, 2, { generator })],
    ["TransformerEncoderLayer", (generator) => new TransformerEncoderLayer(4, 2, { generator })],
  ])("is the generator's own where %s is given one", (_, make) => {
    manualSeed(1);
    const first = weights(make(new Generator(5)));
    manualSeed(2);
    expect(weights(make(new Generator(5)))).toEqual(first);
  });

  it("gives each layer weights of its own, whatever else is drawn", () => {
    manualSeed(1);
    const [first, second] = [weights(new Linear(2, 3)), weights(new Linear(2, 3))];
    expect(first).not.toEqual(second);
    manualSeed(1);
    rand([10]);
    expect([weights(new Linear(2, 3)), weights(new Linear(2, 3))]).toEqual([first, second]);
  });

  it("may be a generator's", () => {
    const drawn = (seed: number) => weights(new Linear(2, 3, { generator: new Generator(seed) }));
    expect(drawn(5)).toEqual(drawn(5));
    expect(drawn(5)).not.toEqual(drawn(6));
  });
});

it("leaves nothing behind but the parameter", () => {
  const before = memory().storages;
  kaimingUniform([3, 4]);
  expect(memory().storages).toBe(before + 1);
});
