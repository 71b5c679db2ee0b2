/** Layers against the operations they wrap: outputs, modes, buffers and errors. */

import { beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { AvgPool2d } from "../../src/layers/avg-pool2d.js";
import { BatchNorm2d, type BatchNorm2dOptions, batchNorm } from "../../src/layers/batch-norm.js";
import { ConvTranspose2d } from "../../src/layers/conv-transpose2d.js";
import { Conv1d } from "../../src/layers/conv1d.js";
import { Conv2d } from "../../src/layers/conv2d.js";
import { Dropout } from "../../src/layers/dropout.js";
import { GRU } from "../../src/layers/gru.js";
import { Linear } from "../../src/layers/linear.js";
import { LSTM } from "../../src/layers/lstm.js";
import { MaxPool2d } from "../../src/layers/max-pool2d.js";
import type { AnyModule } from "../../src/layers/module.js";
import { MultiheadAttention } from "../../src/layers/multihead-attention.js";
import { TransformerEncoderLayer } from "../../src/layers/transformer-encoder-layer.js";
import { interpolate } from "../../src/layers/upsample.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { randn } from "../../src/tensor/factories/drawn.js";
import { full, ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { conv2d } from "../../src/tensor/ops/conv2d.js";
import { dropout } from "../../src/tensor/ops/dropout.js";
import { avgPool2d } from "../../src/tensor/ops/pooling/avg-pool2d.js";
import { maxPool2d } from "../../src/tensor/ops/pooling/max-pool2d.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";
import { ShapeError } from "../../src/tensor/shape.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { onEachBackend } from "../targets.js";

beforeEach(async () => {
  await useBackend("js");
  manualSeed(1);
});

async function expectSame(actual: Tensor, expected: Tensor): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  expect(await actual.data()).toEqual(await expected.data());
}

describe("give what their operations give", () => {
  const cases: [what: string, run: (x: Tensor) => [actual: Tensor, expected: Tensor]][] = [
    ...[{}, { stride: 2, padding: [2, 1] as const }, { groups: 2 }, { dilation: 2, padding: 2 }].flatMap((options) =>
      [true, false].map((bias): (typeof cases)[number] => [
        `Conv2d ${JSON.stringify({ ...options, bias })}`,
        (x) => {
          const layer = new Conv2d(4, 6, [3, 2], { ...options, bias });
          expect(layer.bias === null).toBe(!bias);
          return [layer.forward(x), conv2d(x, layer.weight, { ...options, bias: layer.bias ?? undefined })];
        },
      ]),
    ),
    ...[{}, { stride: 1, padding: 1 }, { stride: [1, 2] as const }].flatMap((options): typeof cases => [
      [`MaxPool2d ${JSON.stringify(options)}`, (x) => [new MaxPool2d(2, options).forward(x), maxPool2d(x, 2, options)]],
      [
        `AvgPool2d ${JSON.stringify(options)}`,
        (x) => [new AvgPool2d([2, 3], options).forward(x), avgPool2d(x, [2, 3], options)],
      ],
    ]),
    [
      "AvgPool2d without its padding",
      (x) => {
        const options = { padding: 1, countIncludePad: false };
        return [new AvgPool2d(3, options).forward(x), avgPool2d(x, 3, options)];
      },
    ],
  ];
  for (const [what, run] of cases) {
    onEachBackend(what, () => expectSame(...run(randn([2, 4, 7, 6], { generator: new Generator(2) }))));
  }
});

describe("Linear", () => {
  const numbers = () => {
    const layer = new Linear(3, 2);
    layer.weight.copyFrom(tensor([1, 2, 3, 4, 5, 6], [2, 3]));
    layer.bias!.copyFrom(tensor([10, 20]));
    return layer;
  };

  onEachBackend("is x · weightᵀ + bias along the last axis", async (backend) => {
    const layer = numbers();
    const x = tensor([1, 0, -1, 2, 1, 0], [2, 3]);
    const before = backend.memory().storages;
    const y = layer.forward(x);
    expect(backend.memory().storages).toBe(before + 1);
    expect([y.shape, [...(await y.data())]]).toEqual([
      [2, 2],
      [8, 18, 14, 33],
    ]);
    await expectSame(layer.forward(x.reshape([1, 2, 3])), y.reshape([1, 2, 2]));
  });

  onEachBackend("sends gradients to its weight, its bias and its input", async () => {
    const layer = numbers();
    const x = tensor([1, 0, -1, 2, 1, 0], [2, 3], { requiresGrad: true });
    layer.forward(x).sum().backward();
    expect([...(await layer.weight.grad!.data())]).toEqual([3, 1, -1, 3, 1, -1]);
    expect([...(await layer.bias!.grad!.data())]).toEqual([2, 2]);
    expect([...(await x.grad!.data())]).toEqual([5, 7, 9, 5, 7, 9]);
  });

  it("has no bias where none is wanted", () => {
    const layer = new Linear(3, 2, { bias: false });
    expect([layer.bias, layer.parameters().length]).toEqual([null, 1]);
    expect([...layer.forward(zeros([1, 3])).dataSync()]).toEqual([0, 0]);
  });
});

describe("BatchNorm2d", () => {
  const input = () => randn([3, 2, 4, 5], { generator: new Generator(2) });

  for (const options of [{}, { eps: 0.1, momentum: 0.5 }] as BatchNorm2dOptions[]) {
    onEachBackend(`is batchNorm over its own moments, in both modes: ${JSON.stringify(options)}`, async () => {
      const layer = new BatchNorm2d(2, options);
      layer.weight.copyFrom(tensor([2, 3]));
      layer.bias.copyFrom(tensor([-1, 1]));
      const running = { runningMean: zeros([2]), runningVar: ones([2]) };
      for (const training of [true, true, false]) {
        layer.train(training);
        const { weight, bias } = layer;
        await expectSame(
          layer.forward(input()),
          batchNorm(input(), { weight, bias, ...running, training, ...options }),
        );
        const [mean, variance] = layer.buffers();
        await expectSame(mean, running.runningMean);
        await expectSame(variance, running.runningVar);
      }
    });
  }

  onEachBackend("counts the batches it was trained on", async () => {
    const layer = new BatchNorm2d(2);
    expect(Array.from(layer.namedBuffers(), ([name, { shape }]) => [name, shape])).toEqual([
      ["running_mean", [2]],
      ["running_var", [2]],
      ["num_batches_tracked", []],
    ]);
    const count = () => layer.buffers()[2].item();
    for (const expected of [1, 2, 3]) {
      layer.forward(input());
      expect(await count()).toBe(expected);
    }
    layer.eval().forward(input());
    expect(await count()).toBe(3);
  });
});

describe("Dropout", () => {
  onEachBackend("is dropout in training, and hands its input on in evaluation", async () => {
    const x = full([1000], 3);
    const layer = new Dropout(0.25, { generator: new Generator(4) });
    const [first, second] = [layer.forward(x), layer.forward(x)];
    await expectSame(first, dropout(x, 0.25, { generator: new Generator(4) }));
    expect(await first.data()).not.toEqual(await second.data());
    expect(new Set(await first.data())).toEqual(new Set([0, 4]));
    expect(layer.eval().forward(x)).toBe(x);
  });

  it("draws from the stream of manualSeed where no generator is given, half of it by default", () => {
    const masked = () => new Dropout().forward(ones([1000])).dataSync();
    const first = masked();
    manualSeed(1);
    expect(masked()).toEqual(first);
    expect(masked()).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([0, 2]));
  });
});

describe("recurrent nets", () => {
  const sequence = () => randn([6, 2, 3], { generator: new Generator(2) });

  it("LSTM and GRU go on from the state that they gave: two halves come to what the whole does", async () => {
    const x = sequence();
    const [start, end] = [x.slice(0, 0, 2), x.slice(0, 2, 6)];
    const lstm = new LSTM(3, 4, { numLayers: 2 });
    const [wholly, [hidden, cell]] = lstm.forward(x);
    const [, between] = lstm.forward(start);
    const [rest, [lastHidden, lastCell]] = lstm.forward(end, between);
    await expectSame(rest, wholly.slice(0, 2, 6));
    await expectSame(lastHidden, hidden);
    await expectSame(lastCell, cell);
    await expectSame(hidden.slice(0, 1, 2), wholly.slice(0, 5, 6));
    const gru = new GRU(3, 4);
    await expectSame(gru.forward(end, gru.forward(start)[1])[0], gru.forward(x)[0].slice(0, 2, 6));
  });

  it("drop what goes from one layer to the next, and nothing before the first", async () => {
    const gru = new GRU(3, 4, { numLayers: 2, dropout: 0.5 });
    const [, training] = gru.forward(sequence());
    const [, evaluated] = gru.eval().forward(sequence());
    await expectSame(training.slice(0, 0, 1), evaluated.slice(0, 0, 1));
    expect(await training.data()).not.toEqual(await evaluated.data());
  });
});

it("attention takes keys that are the queries and values that are not, or the other way round", async () => {
  const attention = new MultiheadAttention(4, 2);
  const [x, y] = [3, 4].map((seed) => randn([5, 1, 4], { generator: new Generator(seed) }));
  const copy = (of: Tensor) => of.mul(1);
  await expectSame(attention.forward(x, x, y), attention.forward(x, copy(x), y));
  await expectSame(attention.forward(x, y, y), attention.forward(x, y, copy(y)));
});

it("attention that is told of hidden places and of padding goes by both", async () => {
  const attention = new MultiheadAttention(4, 2);
  const x = randn([3, 1, 4], { generator: new Generator(3) });
  const hidden = (...places: number[]) =>
    tensor(
      Array.from({ length: 9 }, (_, i) => (places.includes(i) ? -1e9 : 0)),
      [3, 3],
    );
  const attnMask = hidden(0, 5);
  const keyPaddingMask = tensor([[0, -1e9, 0]]);
  // The middle key is padding: of each row, the second place is hidden.
  const all = hidden(0, 5, 1, 4, 7);
  await expectSame(
    attention.forward(x, x, x, { attnMask, keyPaddingMask }),
    attention.forward(x, x, x, { attnMask: all }),
  );
});

it("TransformerEncoderLayer's norms have the eps that it is given", () => {
  const { norm1, norm2 } = new TransformerEncoderLayer(4, 2, { layerNormEps: 0.25 });
  expect([norm1.title, norm2.title]).toEqual(["LayerNorm([4], eps=0.25)", "LayerNorm([4], eps=0.25)"]);
});

it("an LSTM drops between its layers in training alone", async () => {
  const rnn = new LSTM(3, 4, { numLayers: 2, dropout: 0.5 });
  const x = randn([5, 2, 3]);
  const [dropped] = rnn.forward(x);
  const [whole] = rnn.eval().forward(x);
  await expectSame(rnn.forward(x)[0], whole);
  expect(await dropped.data()).not.toEqual(await whole.data());
});

it("Conv1d keeps the length if asked to, however far apart its filter's places are", () => {
  const same = { padding: "same" } as const;
  expect(new Conv1d(1, 1, 3, { ...same, dilation: 2 }).forward(zeros([1, 1, 7])).shape).toEqual([1, 1, 7]);
  expect(() => new Conv1d(1, 1, 3, { ...same, stride: 2 })).toThrow("same");
});

it("interpolate leaves the corners where they are if asked to: evenly from one to the other", () => {
  const row = (values: number[], size: [number, number]) => {
    const x = tensor(values, [1, 1, 1, values.length]);
    return [...interpolate(x, { size, mode: "bilinear", alignCorners: true }).dataSync()];
  };
  expect(row([0, 1, 3], [1, 5])).toEqual([0, 0.5, 1, 2, 3]);
  expect(row([0, 4, 8, 2], [1, 2])).toEqual([0, 2]);
  expect(row([7, 8], [2, 1])).toEqual([7, 7]);
});

describe("print their options", () => {
  it.each<[make: () => AnyModule, text: string]>([
    [() => new Conv2d(2, 4, 3), "Conv2d(2, 4, kernelSize=3)  weight [4, 2, 3, 3]  bias [4]"],
    [
      () => new Conv2d(2, 4, [1, 3], { stride: [2, 1], dilation: 2, groups: 2, bias: false }),
      "Conv2d(2, 4, kernelSize=[1,3], stride=[2,1], dilation=2, groups=2, bias=false)  weight [4, 1, 1, 3]",
    ],
    [() => new Linear(3, 2), "Linear(3, 2)  weight [2, 3]  bias [2]"],
    [() => new Linear(3, 2, { bias: false }), "Linear(3, 2, bias=false)  weight [2, 3]"],
    [() => new BatchNorm2d(3), "BatchNorm2d(3, eps=0.00001, momentum=0.1)  weight [3]  bias [3]"],
    [
      () => new BatchNorm2d(3, { eps: 0.5, momentum: 0.2 }),
      "BatchNorm2d(3, eps=0.5, momentum=0.2)  weight [3]  bias [3]",
    ],
    [() => new Dropout(), "Dropout(0.5)"],
    [() => new MaxPool2d(2), "MaxPool2d(kernelSize=2)"],
    [() => new MaxPool2d(3, { stride: 2, padding: 1 }), "MaxPool2d(kernelSize=3, stride=2, padding=1)"],
    [
      () => new AvgPool2d([2, 3], { padding: 1, countIncludePad: false }),
      "AvgPool2d(kernelSize=[2,3], padding=1, countIncludePad=false)",
    ],
    [
      () => new ConvTranspose2d(1, 2, 3, { stride: 2 }),
      "ConvTranspose2d(1, 2, kernelSize=3, stride=2)  weight [1, 2, 3, 3]  bias [2]",
    ],
    [() => new GRU(1, 1, { bias: false }), "GRU(1, 1)  weight_ih_l0 [3, 1]  weight_hh_l0 [3, 1]"],
    [
      () => new GRU(1, 1, { numLayers: 2, bias: false, batchFirst: true, dropout: 0.5 }),
      "GRU(1, 1, numLayers=2, batchFirst=true, dropout=0.5)  weight_ih_l0 [3, 1]  weight_hh_l0 [3, 1]  " +
        "weight_ih_l1 [3, 1]  weight_hh_l1 [3, 1]",
    ],
  ])("%#: $1", (make, text) => expect(`${make()}`.split("\n")[0]).toBe(text));
});

const size = (what: string, least: number, got: number) =>
  new ShapeError(`${what} must be an integer of at least ${least}, or two of them, got ${got}`);
const count = (what: string, got: number) => new RangeError(`${what} must be a positive integer, got ${got}`);
const share = (p: number) => new RangeError(`Dropout: p must be a number from 0 to below 1, got ${p}`);

describe("errors", () => {
  it.each<[run: () => unknown, error: Error]>([
    [() => new Conv2d(0, 4, 3), count("Conv2d: inChannels", 0)],
    [() => new Conv2d(3, 1.5, 3), count("Conv2d: outChannels", 1.5)],
    [() => new Conv2d(3, 4, 3, { groups: 0 }), count("Conv2d: groups", 0)],
    [() => new Conv2d(3, 4, 3, { groups: 2 }), new ShapeError("Conv2d: 2 groups do not divide 3 and 4 channels")],
    [() => new Conv2d(3, 4, 0), size("Conv2d: kernelSize", 1, 0)],
    [() => new Conv2d(3, 4, 3, { stride: 0 }), size("Conv2d: stride", 1, 0)],
    [() => new Conv2d(3, 4, 3, { padding: -1 }), size("Conv2d: padding", 0, -1)],
    [() => new Conv2d(3, 4, 3, { dilation: 0.5 }), size("Conv2d: dilation", 1, 0.5)],
    [() => new Linear(0, 2), count("Linear: inFeatures", 0)],
    [() => new Linear(2, 2.5), count("Linear: outFeatures", 2.5)],
    [() => new BatchNorm2d(-1), count("BatchNorm2d: channels", -1)],
    [() => new MaxPool2d(0), size("MaxPool2d: kernelSize", 1, 0)],
    [() => new MaxPool2d(2, { stride: 0 }), size("MaxPool2d: stride", 1, 0)],
    [() => new AvgPool2d(2, { padding: -1 }), size("AvgPool2d: padding", 0, -1)],
    [
      () => new Conv2d(3, 8, 5).forward(zeros([8, 4, 32, 32])),
      new ShapeError(
        "conv2d: input has 4 channels, weight expects 3\n" +
          "  input   [8, 4, 32, 32]  (N, C, H, W)\n" +
          "  weight  [8, 3, 5, 5]  (O, C, kH, kW)",
      ),
    ],
    [
      () => new Linear(3, 2).forward(zeros([4, 5])),
      new ShapeError(
        "Linear(3, 2): expected an input [..., 3] of 2 axes or more, got [4, 5]; behind flatten, another length is that of images of another size than the net was made for",
      ),
    ],
    [
      () => new Linear(3, 2).forward(zeros([3])),
      new ShapeError("Linear(3, 2): expected an input [..., 3] of 2 axes or more, got [3]"),
    ],
    [
      () => new BatchNorm2d(3).forward(zeros([4, 3])),
      new ShapeError("BatchNorm2d: expected an input of 4 axes (N, C, H, W), got [4, 3]"),
    ],
    [
      () => new BatchNorm2d(2).forward(zeros([4, 3, 2, 2])),
      new ShapeError("batchNorm: weight has shape [2], input [4, 3, 2, 2] has 3 channels"),
    ],
    [
      () => new MaxPool2d(3).forward(zeros([1, 1, 2, 9])),
      new ShapeError("maxPool2d: the window spans 3 along H, the padded input [1, 1, 2, 9] has 2"),
    ],
    [
      () => new AvgPool2d(2, { padding: 2 }),
      new ShapeError("AvgPool2d: padding [2, 2] is more than half the window [2, 2]"),
    ],
    [() => new Dropout(1), share(1)],
    [() => new Dropout(-0.1), share(-0.1)],
    [() => new Dropout(Number.NaN), share(Number.NaN)],
  ])("%#: $1", (run, error) => expect(run).toThrow(error));
});

describe("parameters", () => {
  it.each([
    [() => new Linear(2, 2), "Linear"],
    [() => new Conv2d(2, 2, 1), "Conv2d"],
    [() => new BatchNorm2d(2), "BatchNorm2d"],
  ])("are replaced by nothing but parameters: %#", (make, name) => {
    const layer = make() as { weight: Tensor; parameters(): Tensor[] };
    const { weight } = layer;
    expect(() => {
      layer.weight = zeros([2, 2]);
    }).toThrow(
      `${name}: weight must be a Parameter, got a Tensor [2, 2]; new Parameter(x) makes one of it; copyFrom(x) takes over`,
    );
    expect(layer.parameters()[0]).toBe(weight);
    layer.weight = new Parameter(zeros(weight.shape));
    expect(layer.parameters()[0]).toBe(layer.weight);
    expect(layer.weight).not.toBe(weight);
    expect(layer.parameters().length).toBe(2);
  });
});

it("a convolution that mirrors its input refuses another number of axes with the shape that it was given", () => {
  const options = { padding: 1, paddingMode: "reflect" } as const;
  expect(() => new Conv2d(2, 1, 3, options).forward(zeros([2, 5, 5]))).toThrow("input   [2, 5, 5]");
  expect(() => new Conv1d(2, 1, 3, options).forward(zeros([2, 5]))).toThrow("got [2, 5] and [1, 2, 3]");
});
