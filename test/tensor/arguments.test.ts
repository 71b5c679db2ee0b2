/** What a wrong argument or option is told, and by which class of error. */

import { describe, expect, it } from "vitest";
import {
  Adam,
  AdamW,
  ArgumentError,
  Conv2d,
  CosineWarmupLR,
  cat,
  crossEntropy,
  Dropout,
  gelu,
  Linear,
  manualSeed,
  Net2,
  relu,
  Sequential,
  SGD,
  ShapeError,
  StepLR,
  tensor,
  zeros,
} from "../../src/index.js";
import { nearestName } from "../../src/tensor/nearest-name.js";

/** Calls something as JavaScript does: with whatever. */
// biome-ignore lint/suspicious/noExplicitAny: what JavaScript hands over has no type
const js = (value: unknown): any => value;

const model = () => new Linear(2, 3);
const parameters = () => model().parameters();

describe("an unknown option", () => {
  it.each<[() => unknown, string]>([
    [
      () => new Adam(parameters(), js({ learningRate: 0.5, weight_decay: 0.1 })),
      'Adam: unknown option "learningRate"; did you mean "lr"? It has lr, betas, eps, weightDecay, amsgrad',
    ],
    [
      () => new AdamW(parameters(), js({ weight_decay: 0.1 })),
      'AdamW: unknown option "weight_decay"; did you mean "weightDecay"? It has lr, betas, eps, weightDecay, amsgrad',
    ],
    [
      () => new Conv2d(3, 8, 3, js({ strides: 2 })),
      'Conv2d: unknown option "strides"; did you mean "stride"? It has stride, padding, dilation, groups, paddingMode, bias, generator',
    ],
    [
      () => crossEntropy(zeros([1, 2]), [0], js({ label_smoothing: 0.1 })),
      'crossEntropy: unknown option "label_smoothing"; did you mean "labelSmoothing"? It has weight, ignoreIndex, reduction, labelSmoothing',
    ],
    [() => js(zeros([1])).add(1, { alpha: 2 }), 'add: unknown option "alpha"; it has none'],
    [() => js(gelu)(zeros([1]), { approximate: "tanh" }), 'gelu: unknown option "approximate"; it has none'],
    [() => new Dropout(0.5, js({ inplace: true })), 'Dropout: unknown option "inplace"; it has generator'],
    [
      () => new Net2(js({ numClasses: 10 })),
      'Net2: unknown option "numClasses"; did you mean "classes"? It has classes, size, dropout',
    ],
  ])("%#: is refused, with the one that may have been meant", (run, message) => {
    expect(run).toThrow(new ArgumentError(message));
  });
});

describe("an option", () => {
  it.each<[() => unknown, Error]>([
    [
      () => new Adam(parameters(), js({ lr: "0.1" })),
      new ArgumentError('Adam: lr must be a finite number of at least 0, got "0.1"'),
    ],
    [
      () => new Adam(parameters(), { lr: Number.NaN }),
      new RangeError("Adam: lr must be a finite number of at least 0, got NaN"),
    ],
    [() => new SGD(parameters(), { lr: -1 }), new RangeError("SGD: lr must be a finite number of at least 0, got -1")],
    [
      () => new Adam(parameters(), { betas: [0.9, 1] }),
      new RangeError("Adam: betas must be two numbers from 0 to below 1, got [0.9, 1]"),
    ],
    [
      () => new Adam(parameters(), js({ betas: 0.9 })),
      new ArgumentError("Adam: betas must be two numbers from 0 to below 1, got 0.9"),
    ],
    [() => new Linear(2, 3, js({ bias: 0 })), new ArgumentError("Linear: bias must be true or false, got 0")],
    [
      () => new Linear(2, 3, js({ generator: 7 })),
      new ArgumentError("Linear: generator must be a Generator, got 7; new Generator(7) makes one from a seed"),
    ],
    [
      () => crossEntropy(zeros([1, 2]), [0], js({ reduction: "avg" })),
      new RangeError('crossEntropy: reduction must be "mean", "sum" or "none", got "avg"'),
    ],
    [
      () => new StepLR(new SGD(parameters()), js({})),
      new ArgumentError('StepLR: the option "stepSize" is missing; it must be a positive integer'),
    ],
    [
      () => new CosineWarmupLR(new SGD(parameters()), { steps: 10, warmupSteps: 10 }),
      new RangeError("CosineWarmupLR: warmupSteps must be an integer from 0 to 9, got 10"),
    ],
  ])("%#: of a wrong kind or out of its range is refused", (run, error) => {
    expect(run).toThrow(error);
  });

  it("that is undefined has not been given", () => {
    expect(new Adam(parameters(), { lr: undefined }).lr).toBe(0.001);
    expect(new Adam(parameters(), js({ learningRate: undefined })).lr).toBe(0.001);
    expect(new Conv2d(3, 8, 3, undefined).weight.shape).toEqual([8, 3, 3, 3]);
  });
});

describe("options", () => {
  it.each<[() => unknown, string]>([
    [
      () => new Adam(parameters(), js(0.1)),
      "Adam: options must be an object { … }, got 0.1; say which option you mean, as in { lr: 0.1 }",
    ],
    [() => new Adam(parameters(), js(null)), "Adam: options must be an object { … }, got null; leave them out"],
    [
      () => new Adam(parameters(), js([0.1])),
      "Adam: options must be an object { … }, got [0.1]; say which option you mean, as in { lr: … }",
    ],
    [
      () => new Adam(parameters(), js(Promise.resolve({}))),
      "Adam: options must be an object { … }, got a promise; await it first",
    ],
  ])("%#: are an object", (run, message) => {
    expect(run).toThrow(new ArgumentError(message));
  });
});

describe("an argument of a wrong kind", () => {
  it.each<[() => unknown, string]>([
    [() => new Conv2d(js("3"), 8, 3), 'Conv2d: inChannels must be a positive integer, got "3"'],
    [() => manualSeed(js("a")), 'manualSeed: seed must be an integer from 0 to 2^53 - 1, got "a"'],
    [() => new Adam(js(model())), "Adam: expected a list of parameters, got a Linear: pass model.parameters()"],
    [() => new Adam([js(5)]), "Adam: 5, listed at 0, is no parameter; pass model.parameters()"],
    [
      () => new Sequential(js([model(), model()])),
      "Sequential: layer 0 must be a module or a function, got an array of 2; write new Sequential(...layers)",
    ],
    [
      () => new Sequential(js(Dropout)),
      "Sequential: layer 0 must be a module or a function, got the function Dropout; new Dropout(…) makes one",
    ],
    [
      () => crossEntropy(zeros([1, 2]), js(zeros([1]))),
      "crossEntropy: labels must be an Int32Array or a list of classes, got a Tensor [1]; Int32Array.from(await labels.data()) has its numbers",
    ],
    [
      () => crossEntropy(js([[0.1, 0.9]]), [0]),
      "crossEntropy: logits must be a tensor, got an array of 1; tensor(…) makes one of it",
    ],
    [() => model().forward(js([1, 2])), "Linear: x must be a tensor, got [1, 2]; tensor(…) makes one of it"],
    [() => tensor(js(["1"])), 'tensor: values must be numbers, or lists of numbers, got "1" at [0]; write Number("1")'],
    [
      () =>
        tensor(
          js([
            [1, 2],
            [3, true],
          ]),
        ),
      "tensor: values must be numbers, or lists of numbers, got true at [1][1]; write Number(true)",
    ],
    [() => tensor(js(undefined)), "tensor: values must be numbers, or lists of numbers, got undefined"],
    [
      () => tensor([1, 2], js({ requiresGrad: true })),
      "tensor: shape must be a list of sizes, got an object { requiresGrad }; options come after it",
    ],
    [() => zeros(js(3)), "zeros: shape must be a list of sizes, got 3; write all sizes in brackets, as in [3]"],
    [
      () => js(zeros([4])).reshape(2, 2),
      "reshape: shape must be a list of sizes, got 2; write all sizes in brackets, as in [2]",
    ],
    [
      () => js(zeros([1, 2, 3])).permute(0, 2, 1),
      "permute: dims must be a list of axes, got 0; write all axes in brackets, as in [0, …]",
    ],
    [() => js(zeros([2])).add(undefined), "add: b must be a tensor or a number, got undefined"],
    [() => js(zeros([2])).add("1"), 'add: b must be a tensor or a number, got "1"'],
    [
      () => zeros([2]).indexSelect(0, js(zeros([1]))),
      "indexSelect: indices must be a list of numbers, got a Tensor [1]; await its data() first",
    ],
    [
      () => cat(js(tensor([1]))),
      "cat: tensors must be a list of tensors, got a Tensor [1]; put them in brackets, [x, y]",
    ],
    [
      () => relu(js([tensor([1])])),
      "relu: x must be a tensor, got an array of 1; take one of them, as [0], or leave the brackets out",
    ],
    [
      () => tensor([1, 2]).sum(js({ dim: 0 })),
      "sum: dim must be a number, or a list of numbers, got an object { dim }; dim is no option: write the number alone",
    ],
    [() => relu(js(5)), "relu: x must be a tensor, got 5; tensor(…) makes one of it"],
    [() => zeros([2]).sum(js("1")), 'sum: dim must be a number, or a list of numbers, got "1"'],
  ])("%#: is told what is wanted", (run, message) => {
    expect(run).toThrow(new ArgumentError(message));
  });
});

it("a list that holds itself does not overflow the stack", () => {
  const endless: unknown[] = [];
  endless.push(endless);
  expect(() => tensor(js(endless))).toThrow(new ShapeError("tensor: the lists are nested 64 deep or more"));
});

describe("nearestName", () => {
  const known = ["lr", "betas", "kernelSize", "padding", "weightDecay", "labelSmoothing", "batchSize", "eps"];

  it.each([
    ["kernel_size", "kernelSize"],
    ["KERNELSIZE", "kernelSize"],
    ["weightdecay", "weightDecay"],
    ["wieghtDecay", "weightDecay"],
    ["learning_rate", "lr"],
    ["pad", "padding"],
    ["paddings", "padding"],
    ["kernel", "kernelSize"],
    ["epsilon", "eps"],
    ["batch", "batchSize"],
    ["smoothing", "labelSmoothing"],
    ["Lr", "lr"],
  ])("%s is %s", (name, meant) => expect(nearestName(name, known)).toBe(meant));

  it.each(["momentum", "x", "foreach", ""])("%s is none of them", (name) =>
    expect(nearestName(name, known)).toBeUndefined(),
  );
});
