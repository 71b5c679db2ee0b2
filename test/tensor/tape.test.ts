/** recordTape: what a step did, from what the engine recorded of it. */

import { readdirSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Conv2d } from "../../src/layers/conv2d.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Linear } from "../../src/layers/linear.js";
import { crossEntropy } from "../../src/layers/losses/cross-entropy.js";
import { MaxPool2d } from "../../src/layers/max-pool2d.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SGD } from "../../src/optim/sgd.js";
import { ArgumentError } from "../../src/tensor/arguments.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { randn } from "../../src/tensor/factories/drawn.js";
import { ones } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { documentedOps, opDocs } from "../../src/tensor/op-docs.js";
import { flatten } from "../../src/tensor/ops/movement/reshape.js";
import { relu } from "../../src/tensor/ops/pointwise/rectifiers.js";
import { manualSeed } from "../../src/tensor/random.js";
import { type BackwardStep, type ForwardStep, recordTape, type Tape } from "../../src/tensor/tape.js";
import { onEachBackend } from "../targets.js";

beforeEach(async () => {
  await useBackend("js");
  manualSeed(1);
});

const forward = ({ steps }: Tape) => steps.filter((step): step is ForwardStep => step.way === "forward");
const backward = ({ steps }: Tape) => steps.filter((step): step is BackwardStep => step.way === "backward");
const numbers = (values: Float32Array | undefined) => values && [...values];

/** A bit of everything, for images of 3 × 8 × 8. */
const net = () =>
  new Sequential(
    new Conv2d(3, 4, 3, { padding: 1 }),
    new BatchNorm2d(4),
    relu,
    new MaxPool2d(2),
    new Conv2d(4, 4, 3),
    relu,
    flatten,
    new Dropout(0.5),
    new Linear(16, 3),
  );

describe("a step", () => {
  it("is told in its order, with all that was read and made", async () => {
    const [x, w] = [tensor([[1, 2]]), tensor([[2], [3]], undefined, { requiresGrad: true })];
    const { tape, result } = await recordTape(
      () => {
        const loss = x.matmul(w).relu().sum();
        loss.backward();
        return loss;
      },
      { names: [["images", x]] },
    );
    expect(await result.item()).toBe(8);
    expect(tape.steps.map(({ name }) => name)).toEqual([
      ...["matmul", "relu", "sum"],
      ...["backward of sum", "backward of relu", "backward of matmul"],
    ]);
    expect(tape.tensors.map(({ id, name, origin, shape }) => [id, name, origin, shape])).toEqual([
      [0, "images", "tensor", [1, 2]],
      [1, undefined, "tensor", [2, 1]],
      [2, undefined, "matmul", [1, 1]],
      [3, undefined, "relu", [1, 1]],
      [4, undefined, "sum", []],
    ]);
    expect(forward(tape).map(({ inputs, output }) => [inputs, output])).toEqual([
      [[0, 1], 2],
      [[2], 3],
      [[3], 4],
    ]);
    expect(backward(tape).map(({ through, from, to }) => [through, from, to])).toEqual([
      [2, 4, 3],
      [1, 3, 2],
      [0, 2, 1],
    ]);
    expect(tape.tensors.map(({ values }) => numbers(values))).toEqual([[1, 2], [2, 3], [8], [8], [8]]);
    expect(tape.tensors.map(({ gradient }) => numbers(gradient))).toEqual([undefined, [1, 2], [1], [1], [1]]);
    expect(tape.tensors.map(({ requiresGrad }) => requiresGrad)).toEqual([false, true, true, true, true]);
  });

  it("has formulas and sources, and what each operation was asked for", async () => {
    const { tape } = await recordTape(() => ones([2, 3]).softmax(1));
    expect(forward(tape)[0]).toMatchObject({
      attributes: { dim: 1 },
      formula: "y_i = exp(x_i) / Σ_j exp(x_j) along `dim`",
      source: "src/tensor/ops/softmax.ts",
    });
  });

  it("adds up what comes to a tensor by several ways", async () => {
    const x = tensor([3, 5], [2], { requiresGrad: true });
    const { tape } = await recordTape(() => x.mul(x).sum().backward());
    expect(backward(tape).map(({ to, values }) => [to, numbers(values)])).toEqual([
      [1, [1, 1]],
      [0, [3, 5]],
      [0, [3, 5]],
    ]);
    expect(numbers(tape.tensors[0].gradient)).toEqual([6, 10]);
  });

  it("shows what an optimizer makes of the parameters", async () => {
    const layer = new Linear(2, 1);
    const before = layer.weight.dataSync();
    const optimizer = new SGD(layer.parameters(), { lr: 0.5 });
    const step = () => {
      layer
        .forward(tensor([[1, 2]]))
        .sum()
        .backward();
      optimizer.step();
    };
    const { tape } = await recordTape(step, { names: layer.namedParameters() });
    const weight = tape.tensors.find(({ name }) => name === "weight")!;
    expect(weight.values).toEqual(before);
    expect(weight.updated).toEqual(layer.weight.dataSync());
    expect(numbers(weight.updated)).toEqual([before[0] - 0.5, before[1] - 1].map(Math.fround));
    expect(tape.tensors.filter(({ updated }) => updated).map(({ name }) => name)).toEqual(["weight", "bias"]);
  });

  it("may go back through what ran before the tape", async () => {
    const x = tensor([3], [1], { requiresGrad: true });
    const y = x.square();
    const { tape } = await recordTape(() => y.backward());
    expect(backward(tape)).toMatchObject([{ name: "backward of square", through: undefined, from: 0, to: 1 }]);
    expect(tape.tensors.map(({ gradient }) => numbers(gradient))).toEqual([[1], [6]]);
  });
});

describe("any model", () => {
  onEachBackend("has the numbers and gradients that it has without a tape", async () => {
    const [images, labels] = [randn([4, 3, 8, 8]), [0, 1, 2, 1]];
    const [model, other] = [net(), net()];
    other.loadStateDict(model.stateDict());
    manualSeed(3);
    crossEntropy(other.forward(images), labels).backward();
    manualSeed(3);
    const { tape } = await recordTape(() => crossEntropy(model.forward(images), labels).backward(), {
      names: model.namedParameters(),
    });
    for (const [name, parameter] of other.namedParameters()) {
      const shown = tape.tensors.find((each) => each.name === name)!;
      expect([name, shown.values]).toEqual([name, await parameter.data()]);
      expect([name, shown.gradient]).toEqual([name, await parameter.grad!.data()]);
    }
    const first = tape.steps.findIndex(({ way }) => way === "backward");
    expect(tape.steps.slice(first).every(({ name }) => name.startsWith("backward of "))).toBe(true);
    // The walk goes through the operations from the last to the first.
    const walk = backward(tape).map(({ through }) => through!);
    expect(walk).toEqual([...walk].sort((a, b) => b - a));
    expect(forward(tape).every(({ formula, source }) => formula && source)).toBe(true);
  });

  // Devices leave some to the garbage collector, whenever it comes.
  it.each(["js", "wasm"] as const)("leaves nothing behind that is not there without a tape: %s", async (name) => {
    await useBackend(name);
    const model = net();
    const images = randn([2, 3, 8, 8]);
    const step = () => crossEntropy(model.forward(images), [0, 1]).backward();
    const storagesAfter = async (run: () => unknown) => {
      await run();
      for (const parameter of model.parameters()) parameter.zeroGrad();
      step();
      await model.parameters()[0].grad!.data();
      return memory().storages;
    };
    await storagesAfter(step);
    const without = await storagesAfter(step);
    expect(await storagesAfter(() => recordTape(step))).toBe(without);
  });
});

describe("what is kept for the way back", () => {
  it("is there until the walk has come past, where nobody else holds it", async () => {
    const model = new Sequential(new Conv2d(1, 2, 3), relu, new Conv2d(2, 1, 3));
    const images = ones([1, 1, 6, 6]);
    const { tape } = await recordTape(() => model.forward(images).sum().backward(), {
      names: [["images", images], ...model.namedParameters()],
    });
    const names = tape.tensors.map(({ name, origin }) => name ?? origin);
    expect(
      forward(tape).map(({ name, kept }) => [name, ...kept.map(({ tensor, bytes }) => [names[tensor!], bytes])]),
    ).toEqual([
      ["conv2d", ["images", 144], ["0.weight", 72]],
      ["relu", ["relu", 128]],
      ["conv2d", ["relu", 128], ["2.weight", 72]],
      ["sum"],
    ]);
    const walked = (name: string) => tape.steps.findLastIndex((step) => step.name === name);
    const freed = forward(tape).flatMap(({ kept }) => kept.map(({ freedAfter }) => freedAfter));
    // relu's result is what the second convolution has read, and goes when relu needs it no more.
    const past = walked("backward of relu");
    expect(past).toBeGreaterThan(walked("backward of sum"));
    expect(freed).toEqual([undefined, undefined, past, past, undefined]);
  });

  it("is nothing where no gradient will be wanted", async () => {
    const { tape } = await recordTape(() => ones([2]).exp());
    expect(forward(tape).map(({ kept }) => kept)).toEqual([[]]);
  });
});

describe("the tape", () => {
  const step = (x = tensor([1, -3], [2], { requiresGrad: true })) => x.indexSelect(0, [1, 0, 1]).sum().backward();

  it("is plain data, and JSON has a summary of it", async () => {
    const { tape } = await recordTape(() => step());
    expect(structuredClone(tape)).toEqual({ tensors: tape.tensors, steps: tape.steps });
    const { tensors, steps } = JSON.parse(JSON.stringify(tape));
    expect(tensors[0]).toEqual({
      ...{ id: 0, origin: "tensor", shape: [2], requiresGrad: true },
      values: { least: -3, most: 1, mean: -1, norm: Math.sqrt(10) },
      gradient: { least: 1, most: 2, mean: 1.5, norm: Math.sqrt(5) },
    });
    expect(steps[0].attributes).toEqual({ dim: 0, indices: [1, 0, 1] });
    expect(steps.at(-1).values).toEqual({ least: 1, most: 2, mean: 1.5, norm: Math.sqrt(5) });
  });

  it("goes without the numbers, if asked to", async () => {
    const { tape } = await recordTape(() => step(), { values: false });
    expect(tape.steps.map(({ name }) => name)).toContain("backward of indexSelect");
    expect(tape.tensors.flatMap(({ values, gradient, updated }) => [values, gradient, updated])).toEqual(
      Array(9).fill(undefined),
    );
    expect(backward(tape).map(({ values }) => values)).toEqual([undefined, undefined]);
  });

  it("is of what is over when its function returns", async () => {
    await expect(recordTape((async () => step()) as never)).rejects.toThrow(
      new ArgumentError(
        "recordTape: the callback returned a promise; a tape ends when its callback returns, so await outside",
      ),
    );
    await expect(recordTape(() => ones([1]), { names: { x: ones([1]) } as never })).rejects.toThrow(
      "recordTape: names must be a list of names with their tensors, as model.namedParameters() gives it",
    );
  });
});

/** A file's text as it reads without line breaks and the stars of its comments. */
const flowing = (path: string) =>
  readFileSync(path, "utf8")
    .replace(/\s*\n\s*\*\s?/g, " ")
    .replace(/\s+/g, " ");

describe("what is said of an operation", () => {
  it.each(documentedOps())("%s stands in its file", (name) => {
    const { formula, source } = opDocs(name);
    expect(flowing(source!)).toContain(formula);
  });

  it("is there for every name that one reports itself by", () => {
    const root = "src/tensor/ops";
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
    const names = files.flatMap((path) => {
      const text = readFileSync(`${root}/${path}`, "utf8");
      const calls = text.matchAll(/\b(?:record|recordShared|unary|binary|unaryRule)\(\s*"(\w+)"/g);
      return Array.from(calls, ([, name]) => name);
    });
    // These are handed on by a variable.
    const others = ["softmax", "logSoftmax", "max", "min"];
    expect(documentedOps().sort()).toEqual([...new Set([...names, ...others])].sort());
  });
});
