/** observe: what a computation reports of itself. */

import { beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Linear } from "../../src/layers/linear.js";
import { crossEntropy } from "../../src/layers/losses/cross-entropy.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { conv2d } from "../../src/tensor/ops/conv2d.js";
import { cat } from "../../src/tensor/ops/movement/cat.js";
import { pad } from "../../src/tensor/ops/movement/pad.js";
import { slice } from "../../src/tensor/ops/movement/slice.js";
import { abs, eq, relu } from "../../src/tensor/ops/pointwise.js";
import { avgPool2d } from "../../src/tensor/ops/pooling/avg-pool2d.js";
import { maxPool2d } from "../../src/tensor/ops/pooling/max-pool2d.js";
import { argMax, max, mean } from "../../src/tensor/ops/reduce.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { type Operation, observe, unobserved } from "../../src/tensor/trace.js";

function operationsOf(fn: () => unknown): Operation[] {
  const operations: Operation[] = [];
  observe((operation) => operations.push(operation), fn);
  return operations;
}

const namesOf = (fn: () => unknown) => operationsOf(fn).map(({ name }) => name);

beforeEach(() => useBackend("js"));

describe("observe", () => {
  it("hands over what each operation read, made and was asked for", () => {
    const [x, w, b] = [ones([2, 4, 5, 5], { requiresGrad: true }), ones([4, 2, 3, 3]), zeros([4])];
    let [y, z]: Tensor[] = [];
    const operations = operationsOf(() => {
      y = conv2d(x, w, { bias: b, stride: 2, padding: 1, groups: 2 });
      z = slice(y, 2, 1, 3);
    });
    expect(operations.map(({ name }) => name)).toEqual(["conv2d", "slice"]);
    const [conv, cut] = operations;
    expect([conv.inputs[0] === x, conv.inputs[1] === w, conv.inputs[2] === b, conv.output === y]).not.toContain(false);
    expect([cut.inputs[0] === y, cut.output === z]).not.toContain(false);
    expect(conv.attributes).toMatchObject({ strideH: 2, padW: 1, groups: 2, kH: 3, outH: 3 });
    expect(cut.attributes).toEqual({ dim: 2, start: 1, end: 3, step: 1 });
  });

  it("sees composed operations as their parts, and numbers as tensors", () => {
    expect(namesOf(() => mean(ones([2, 3]), 1))).toEqual(["sum", "div"]);
    expect(namesOf(() => new Linear(3, 2).forward(ones([4, 3])))).toEqual(["matmul", "add"]);
    expect(namesOf(() => crossEntropy(ones([2, 3]), [0, 2]))).toEqual(
      ["logSoftmax", "reshape", "indexSelect", "neg", "sum", "div"], //
    );
    const [times] = operationsOf(() => ones([2]).mul(3));
    expect(times.inputs.map(({ shape }) => shape)).toEqual([[2], []]);
  });

  it("sees what passes no gradient, too", () => {
    expect(namesOf(() => eq(ones([2]), 1))).toEqual(["eq"]);
    expect(operationsOf(() => argMax(ones([2, 3]), 1))[0].attributes).toEqual({ dim: 1, keepdim: false });
  });

  it("shows inputs that can still be read, though they go right after", () => {
    const read: number[][] = [];
    observe(
      ({ inputs }) => read.push(inputs.flatMap((input) => [...input.dataSync()])),
      () => relu(ones([2]).sub(3)),
    );
    expect(read).toEqual([
      [1, 1, 3],
      [-2, -2],
    ]);
  });

  it("shows batch norm's moments, and a dropout only where it drops", () => {
    const norm = new BatchNorm2d(3);
    const x = ones([2, 3, 4, 4]);
    const [evaluated] = operationsOf(() => norm.eval().forward(x));
    expect(evaluated.attributes).toEqual({ eps: 1e-5, ownMoments: false });
    expect(evaluated.inputs.slice(1).map(({ numbers }) => numbers)).toEqual(
      Object.values(norm.stateDict())
        .slice(0, 4)
        .map(({ numbers }) => numbers),
    );
    expect(namesOf(() => new Dropout(0.5).forward(x))).toEqual(["dropoutMask", "mul"]);
    expect(namesOf(() => new Dropout(0.5).eval().forward(x))).toEqual([]);
  });

  it("follows the way back as well: a rule is one operation, whatever it is made of", () => {
    const x = ones([2], { requiresGrad: true });
    const names = namesOf(() => x.mul(x).sum().backward());
    expect(names).toEqual(["mul", "sum", "backward of sum", "backward of mul", "backward of mul"]);
  });

  it("is silent about what is computed in between by an observer", () => {
    const names: string[] = [];
    observe(
      ({ name, output }) => unobserved(() => names.push(`${name} ${abs(output).size}`)),
      () => relu(ones([3])),
    );
    expect(names).toEqual(["relu 3"]);
  });

  it("is heard by every observer around it, and ends with its function, even in an error", () => {
    const [outer, inner]: string[][] = [[], []];
    observe(
      ({ name }) => outer.push(name),
      () => {
        expect(() =>
          observe(
            ({ name }) => inner.push(name),
            () => {
              relu(ones([1]));
              throw new Error("enough");
            },
          ),
        ).toThrow("enough");
        max(ones([1]));
      },
    );
    relu(ones([1]));
    expect([outer, inner]).toEqual([["relu", "max"], ["relu"]]);
  });
});

/** Every result comes from an operation that was reported: nothing is computed behind an observer's back. */
describe("nothing is made unseen", () => {
  const x = () => ones([2, 3, 4, 4]);
  const results: Record<string, () => Tensor> = {
    argMax: () => x().argMax(),
    avgPool2d: () => avgPool2d(x(), 2),
    cat: () => cat([x(), x()], 1),
    clamp: () => x().clamp(0, 1),
    clone: () => x().clone(),
    eq: () => x().eq(1),
    expand: () => ones([1, 3]).expand([2, 3]),
    indexSelect: () => x().indexSelect(1, [0, 0]),
    max: () => x().max(1),
    maxPool2d: () => maxPool2d(x(), 2),
    mean: () => x().mean([1, 2]),
    pad: () => pad(x(), [-1, 1]),
    permute: () => x().permute([3, 2, 1, 0]),
    pow: () => x().pow(2),
    reshape: () => x().reshape([6, 16]),
    softmax: () => x().softmax(1),
    variance: () => x().variance(1),
  };

  it.each(Object.keys(results))("%s", (name) => {
    let result: Tensor | undefined;
    const operations = operationsOf(() => {
      result = results[name]();
    });
    expect(operations.at(-1)?.output === result).toBe(true);
  });
});
