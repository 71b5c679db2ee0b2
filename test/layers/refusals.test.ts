/** What layers refuse, how they are printed, and the first weights and the ids of an Embedding. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { AdaptiveAvgPool2d, AdaptiveMaxPool2d } from "../../src/layers/adaptive-pool2d.js";
import { batchNorm } from "../../src/layers/batch-norm.js";
import { BatchNorm1d } from "../../src/layers/batch-norm1d.js";
import { ConvTranspose2d } from "../../src/layers/conv-transpose2d.js";
import { Conv1d } from "../../src/layers/conv1d.js";
import { Conv2d } from "../../src/layers/conv2d.js";
import { Dropout2d } from "../../src/layers/dropout-whole.js";
import { Embedding, embedding } from "../../src/layers/embedding.js";
import { GroupNorm, groupNorm, InstanceNorm2d } from "../../src/layers/group-norm.js";
import { GRU } from "../../src/layers/gru.js";
import { LayerNorm, layerNorm } from "../../src/layers/layer-norm.js";
import { Linear } from "../../src/layers/linear.js";
import { frozen, intercept } from "../../src/layers/look-inside.js";
import { cosineEmbeddingLoss } from "../../src/layers/losses/distances.js";
import { LSTM } from "../../src/layers/lstm.js";
import { MultiheadAttention } from "../../src/layers/multihead-attention.js";
import { PixelShuffle } from "../../src/layers/pixel-shuffle.js";
import { PReLU } from "../../src/layers/prelu.js";
import { Sequential } from "../../src/layers/sequential.js";
import { TransformerEncoderLayer } from "../../src/layers/transformer-encoder-layer.js";
import { interpolate, Upsample } from "../../src/layers/upsample.js";
import { currentBackend } from "../../src/tensor/backend/current-backend.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { Generator } from "../../src/tensor/random.js";

const moments = (channels: number) => ({
  weight: ones([channels]),
  bias: zeros([channels]),
  runningMean: zeros([channels]),
  runningVar: ones([channels]),
});

it.each<[string, () => unknown, string]>([
  [
    "batchNorm: one value per channel",
    () => batchNorm(ones([1, 2]), { ...moments(2), training: true }),
    "batchNorm: one value per channel has no variance, input [1, 2]; train on more, or call eval()",
  ],
  [
    "BatchNorm1d: four axes",
    () => new BatchNorm1d(2).forward(ones([1, 2, 3, 3])),
    "BatchNorm1d: expected an input (N, C) or (N, C, L), got [1, 2, 3, 3]",
  ],
  [
    "Conv2d: groups that do not divide what comes in",
    () => new Conv2d(3, 4, 1, { groups: 2 }),
    "Conv2d: 2 groups do not divide",
  ],
  [
    "Conv2d: groups that do not divide what goes out",
    () => new Conv2d(4, 3, 1, { groups: 2 }),
    "Conv2d: 2 groups do not divide",
  ],
  [
    "Conv1d: groups that do not divide what comes in",
    () => new Conv1d(3, 4, 1, { groups: 2 }),
    "Conv1d: 2 groups do not divide 3 and 4 channels",
  ],
  [
    "Conv1d: groups that do not divide what goes out",
    () => new Conv1d(4, 3, 1, { groups: 2 }),
    "Conv1d: 2 groups do not divide 4 and 3 channels",
  ],
  [
    "ConvTranspose2d: groups that do not divide what comes in",
    () => new ConvTranspose2d(3, 4, 1, { groups: 2 }),
    "ConvTranspose2d: 2 groups do not divide 3 and 4 channels",
  ],
  [
    "ConvTranspose2d: groups that do not divide what goes out",
    () => new ConvTranspose2d(4, 3, 1, { groups: 2 }),
    "ConvTranspose2d: 2 groups do not divide 4 and 3 channels",
  ],
  [
    "cosineEmbeddingLoss: vectors of one axis",
    () => cosineEmbeddingLoss(ones([3]), ones([3]), ones([3])),
    "cosineEmbeddingLoss: expected vectors [N, D] and a target [N], got [3] and [3]",
  ],
  [
    "cosineEmbeddingLoss: a target of two axes",
    () => cosineEmbeddingLoss(ones([2, 3]), ones([2, 3]), ones([2, 1])),
    "got [2, 3] and [2, 1]",
  ],
  [
    "cosineEmbeddingLoss: other targets",
    () => cosineEmbeddingLoss(ones([2, 3]), ones([2, 3]), ones([3])),
    "got [2, 3] and [3]",
  ],
  ["embedding: a weight of one axis", () => embedding([0], ones([3])), "embedding: expected a weight [V, D], got [3]"],
  ["embedding: an id that there is not", () => embedding([3], ones([3, 2])), "3"],
  ["Embedding: padding beyond the table", () => new Embedding(3, 2, { paddingIdx: 3 }), "Embedding: paddingIdx"],
  [
    "groupNorm: groups that do not divide",
    () => groupNorm(ones([1, 3, 2]), 2),
    "groupNorm: 2 groups do not divide the 3 channels of [1, 3, 2]",
  ],
  ["groupNorm: a weight of other channels", () => groupNorm(ones([1, 4, 2]), 2, { weight: ones([3]) }), "weight"],
  ["groupNorm: a bias of other channels", () => groupNorm(ones([1, 4, 2]), 2, { bias: ones([1]) }), "bias"],
  ["GroupNorm: groups that do not divide", () => new GroupNorm(2, 3), "GroupNorm: 2 groups do not divide 3 channels"],
  [
    "GroupNorm: other channels",
    () => new GroupNorm(1, 2, { affine: false }).forward(ones([1, 3, 2])),
    "GroupNorm: expected an input [N, 2, ...], got [1, 3, 2]",
  ],
  [
    "GRU: dropout between layers of which there is one",
    () => new GRU(2, 2, { dropout: 0.5 }),
    "GRU: dropout is for what goes from one layer to the next, and there is one; give it numLayers of 2 or more",
  ],
  [
    "GRU: sequences of two axes",
    () => new GRU(3, 2).forward(ones([4, 3])),
    "GRU: expected sequences [T, N, 3], got [4, 3]",
  ],
  [
    "GRU: sequences of four axes",
    () => new GRU(3, 2).forward(ones([4, 1, 3, 2])),
    "GRU: expected sequences [T, N, 3], got [4, 1, 3, 2]",
  ],
  ["GRU: other features", () => new GRU(3, 2).forward(ones([4, 1, 2])), "GRU: expected sequences [T, N, 3]"],
  ["GRU: no step", () => new GRU(3, 2).forward(ones([0, 1, 3])), "GRU: expected sequences [T, N, 3], got [0, 1, 3]"],
  [
    "GRU: no step, in batches",
    () => new GRU(3, 2, { batchFirst: true }).forward(ones([1, 0, 3])),
    "GRU: expected sequences [N, T, 3], got [1, 0, 3]",
  ],
  [
    "GRU: a state of another size",
    () => new GRU(3, 2).forward(ones([4, 5, 3]), ones([1, 5, 3])),
    "GRU: expected a state [1, 5, 2] (nets, N, H), got [1, 5, 3]",
  ],
  [
    "LSTM: a state that is no pair",
    () => new LSTM(3, 2).forward(ones([4, 5, 3]), ones([1, 5, 2]) as never),
    "LSTM: the state must be a pair [hidden, cell], got a Tensor [1, 5, 2]",
  ],
  [
    "LSTM: a state of three",
    () => new LSTM(3, 2).forward(ones([4, 5, 3]), Array.from({ length: 3 }, () => ones([1, 5, 2])) as never),
    "LSTM: the state must be a pair [hidden, cell]",
  ],
  [
    "MultiheadAttention: heads that do not divide",
    () => new MultiheadAttention(4, 3),
    "MultiheadAttention: 3 heads do not divide embedDim 4",
  ],
  [
    "MultiheadAttention: a query of two axes",
    () => new MultiheadAttention(4, 2).forward(ones([3, 4]), ones([3, 1, 4]), ones([3, 1, 4])),
    "MultiheadAttention: expected query [L, N, 4], got [3, 4]",
  ],
  [
    "MultiheadAttention: a key of four axes",
    () => new MultiheadAttention(4, 2).forward(ones([3, 1, 4]), ones([3, 1, 4, 2]), ones([3, 1, 4])),
    "MultiheadAttention: expected key [L, N, 4], got [3, 1, 4, 2]",
  ],
  [
    "MultiheadAttention: a value of another size, in batches",
    () => {
      const [query, key, value] = [4, 4, 3].map((e) => ones([1, 3, e]));
      return new MultiheadAttention(4, 2, { batchFirst: true }).forward(query, key, value);
    },
    "MultiheadAttention: expected value [N, L, 4], got [1, 3, 3]",
  ],
  [
    "PixelShuffle: three axes",
    () => new PixelShuffle(2).forward(ones([4, 2, 2])),
    "pixelShuffle: expected an input [N, C·4, H, W], got [4, 2, 2]",
  ],
  [
    "PixelShuffle: three axes, of which the second would do",
    () => new PixelShuffle(2).forward(ones([1, 4, 2])),
    "pixelShuffle: expected an input [N, C·4, H, W], got [1, 4, 2]",
  ],
  [
    "PixelShuffle: channels that 4 does not divide",
    () => new PixelShuffle(2).forward(ones([1, 6, 2, 2])),
    "[N, C·4, H, W]",
  ],
  [
    "PReLU: other channels",
    () => new PReLU(2).forward(ones([1, 3])),
    "PReLU: expected an input [N, 2, ...], got [1, 3]",
  ],
  [
    "Upsample: neither size nor factor",
    () => new Upsample({}),
    "Upsample: give either size, the result's own, or scaleFactor",
  ],
  ["Upsample: both", () => new Upsample({ size: 2, scaleFactor: 2 }), "Upsample: give either size"],
  [
    "Upsample: a factor of 0",
    () => new Upsample({ scaleFactor: 0 }),
    "scaleFactor must be a number above 0, or two of them, got 0",
  ],
  [
    "Upsample: one factor above 0",
    () => new Upsample({ scaleFactor: [2, -1] }),
    "scaleFactor must be a number above 0, or two of them, got [2, -1]",
  ],
  ["Upsample: a factor beyond all sense", () => new Upsample({ scaleFactor: 1e6 }), "a number above 0, or two of them"],
  ["Upsample: no size", () => new Upsample({ size: 0 }), "Upsample: size"],
  [
    "Upsample: three factors",
    () => new Upsample({ scaleFactor: [1, 2, 3] as never }),
    "a number above 0, or two of them",
  ],
  ["interpolate: three axes", () => interpolate(ones([1, 2, 2]), { size: 2 }), "none empty, got [1, 2, 2]"],
  ["interpolate: no image", () => interpolate(ones([0, 1, 2, 2]), { size: 2 }), "none empty, got [0, 1, 2, 2]"],
  [
    "interpolate: less than one pixel",
    () => interpolate(ones([1, 1, 4, 3]), { scaleFactor: [0.25, 0.3] }),
    "interpolate: 3 times 0.3 is less than one pixel",
  ],
  ["LSTM: the same", () => new LSTM(2, 2, { numLayers: 1, dropout: 0.1 }), "LSTM: dropout is for what goes from one"],
  ["InstanceNorm2d: three axes", () => new InstanceNorm2d(3).forward(ones([3, 2, 2])), "expected an input of 4 axes"],
  ["InstanceNorm2d: one pixel", () => new InstanceNorm2d(3).forward(ones([2, 3, 1, 1])), "two pixels or more"],
  [
    "InstanceNorm2d: other channels",
    () => new InstanceNorm2d(2).forward(ones([1, 3, 2, 2])),
    "InstanceNorm2d: expected an input [N, 2, ...], got [1, 3, 2, 2]",
  ],
  ["LayerNorm: nothing", () => new LayerNorm([]), "LayerNorm: normalizedShape [] has nothing to normalize"],
  ["LayerNorm: nothing in an axis", () => new LayerNorm([2, 0]), "normalizedShape [2, 0] has nothing to normalize"],
  ["LayerNorm: text", () => new LayerNorm("4" as never), "the size of the last axis, or the sizes of the last axes"],
  [
    "layerNorm: other sizes",
    () => layerNorm(ones([2, 3]), 2),
    "layerNorm: expected an input that ends in [2], got [2, 3]",
  ],
  [
    "layerNorm: fewer axes than are normalized",
    () => layerNorm(ones([3]), [2, 3]),
    "layerNorm: expected an input that ends in [2, 3], got [3]",
  ],
  [
    "layerNorm: a weight of another shape",
    () => layerNorm(ones([2, 3]), 3, { weight: ones([2]) }),
    "layerNorm: weight has shape [2], expected [3]",
  ],
  [
    "layerNorm: a bias of another shape",
    () => layerNorm(ones([2, 3]), 3, { bias: ones([1]) }),
    "layerNorm: bias has shape [1], expected [3]",
  ],
  ["Linear: what is not flat yet", () => new Linear(12, 2).forward(ones([5, 3, 2, 2])), "put flatten before it"],
  ["Sequential: a list", () => new Sequential([new Linear(1, 1)] as never), "write new Sequential(...layers)"],
  ["Sequential: a class", () => new Sequential(Linear as never), "new Linear(…) makes one"],
])("refuses %s", (_, run, message) => expect(run).toThrow(message));

it.each<[{ readonly title: string }, string]>([
  [new Embedding(5, 2), "Embedding(5, 2)"],
  [new Embedding(5, 2, { paddingIdx: 0 }), "Embedding(5, 2, paddingIdx=0)"],
  [new AdaptiveAvgPool2d([1, 2]), "AdaptiveAvgPool2d([1,2])"],
  [new AdaptiveMaxPool2d(3), "AdaptiveMaxPool2d([3,3])"],
  [new Conv1d(2, 4, 3), "Conv1d(2, 4, kernelSize=3)"],
  [
    new Conv1d(4, 6, 3, { groups: 2, stride: 2, bias: false }),
    "Conv1d(4, 6, kernelSize=3, stride=2, groups=2, bias=false)",
  ],
  [
    new ConvTranspose2d(4, 6, [1, 2], { groups: 2, bias: false }),
    "ConvTranspose2d(4, 6, kernelSize=[1,2], groups=2, bias=false)",
  ],
  [new Dropout2d(0.25), "Dropout2d(0.25)"],
  [new PixelShuffle(2), "PixelShuffle(2)"],
  [new PReLU(3), "PReLU(3)"],
  [new Upsample({ scaleFactor: 2, mode: "bilinear" }), "Upsample(scaleFactor=2, mode=bilinear)"],
  [new GroupNorm(2, 4), "GroupNorm(2, 4, eps=0.00001)"],
  [new GroupNorm(2, 4, { affine: false }), "GroupNorm(2, 4, eps=0.00001, affine=false)"],
  [new InstanceNorm2d(4), "InstanceNorm2d(4, eps=0.00001)"],
  [new InstanceNorm2d(4, { affine: true }), "InstanceNorm2d(4, eps=0.00001, affine=true)"],
  [new LayerNorm(3), "LayerNorm([3], eps=0.00001)"],
  [new TransformerEncoderLayer(4, 2), "TransformerEncoderLayer(activation=relu, normFirst=false)"],
  [new LayerNorm([2, 3], { elementwiseAffine: false }), "LayerNorm([2, 3], eps=0.00001, elementwiseAffine=false)"],
])("%s is printed with its options", (layer, text) => expect(layer.title).toBe(text));

it("layerNorm takes an example that is all there is, and no examples", () => {
  const whole = layerNorm(ones([2, 3]), [2, 3], { weight: ones([2, 3]), bias: ones([2, 3]) });
  expect([...whole.dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
  expect(layerNorm(ones([0, 3]), 3).shape).toEqual([0, 3]);
});

describe("Embedding's first vectors", () => {
  const rows = (paddingIdx?: number) => {
    const { weight } = new Embedding(100, 200, { paddingIdx, generator: new Generator(1) });
    return { all: weight.dataSync(), row: (i: number) => [...weight.dataSync().subarray(200 * i, 200 * i + 200)] };
  };

  it("are standard normal", () => {
    const { all } = rows();
    const mean = all.reduce((sum, v) => sum + v, 0) / all.length;
    const square = all.reduce((sum, v) => sum + v * v, 0) / all.length;
    expect(all).toHaveLength(20_000);
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(all.length));
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / all.length));
  });

  it("are 0 for the padding alone, and the others are as without it", () => {
    const [without, padded] = [rows(), rows(7)];
    expect(padded.row(7).every((v) => v === 0)).toBe(true);
    for (const i of [0, 6, 8, 99]) expect(padded.row(i)).toEqual(without.row(i));
  });

  it("are found by ids in a tensor, in whatever shape it has", () => {
    const layer = new Embedding(3, 2);
    const ids = [
      [2, 0, 1],
      [1, 1, 0],
    ];
    expect([...layer.forward(tensor(ids)).dataSync()]).toEqual([...layer.forward(ids).dataSync()]);
    expect(layer.forward(tensor(ids)).shape).toEqual([2, 3, 2]);
    expect(new Sequential(layer, new Linear(2, 1)).forward(tensor([2, 0])).shape).toEqual([2, 1]);
    expect(() => layer.forward(tensor([0, 0.5]))).toThrow("embedding: index 0.5 (at 1) is not one of 0 to 2");
    expect(() => layer.forward(tensor([0, 3]))).toThrow("embedding: index 3 (at 1) is not one of 0 to 2");
    const far = { ...currentBackend(), name: "far", readSync: undefined };
    expect(() => layer.forward(Object.defineProperty(tensor([0]), "backend", { value: far }))).toThrow(
      "are on far, which cannot be read at once: await their data()",
    );
  });

  it("get no gradient where they are padding", () => {
    const layer = new Embedding(3, 2, { paddingIdx: 1 });
    layer.forward([0, 1, 1]).sum().backward();
    expect([...layer.weight.grad!.dataSync()]).toEqual([1, 1, 0, 0, 0, 0]);
    const table = ones([3, 2], { requiresGrad: true });
    embedding([0, 1], table).sum().backward();
    expect([...table.grad!.dataSync()]).toEqual([1, 1, 1, 1, 0, 0]);
  });
});

describe("looking inside", () => {
  it("intercept leaves a forward of a model's own as it was", () => {
    const layer = new Linear(1, 1);
    const own = (x: typeof layer.weight) => x;
    layer.forward = own as never;
    const other = new Linear(1, 1);
    intercept(
      [layer, other],
      (forward, inputs) => forward(...inputs),
      () => layer.forward(ones([1, 1])),
    );
    expect(layer.forward).toBe(own);
    expect(Object.hasOwn(other, "forward")).toBe(false);
  });

  it("frozen puts back what learned, and leaves frozen what was", () => {
    const model = new Sequential(new Linear(1, 1), new Linear(1, 1));
    const [first, ...rest] = model.parameters();
    first.requiresGrad = false;
    const inside = frozen(model, () => ({
      training: model.modules().map(({ training }) => training),
      learning: model.parameters().map(({ requiresGrad }) => requiresGrad),
    }));
    expect(inside).toEqual({ training: [false, false, false], learning: [false, false, false, false] });
    expect([first, ...rest].map(({ requiresGrad }) => requiresGrad)).toEqual([false, true, true, true]);
    expect(model.training).toBe(true);
  });
});
