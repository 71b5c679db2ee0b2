/** Reductions and softmax against PyTorch. */

import { describe, expect, it } from "vitest";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { argMax, max, mean, min, variance } from "../../src/tensor/ops/reduce.js";
import { logSoftmax, softmax } from "../../src/tensor/ops/softmax.js";
import { sum } from "../../src/tensor/ops/sum.js";
import { ShapeError } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { checkFixtures, checkOp } from "../check-op.js";
import { onEachBackend } from "../targets.js";

interface Options {
  dim?: number;
  keepdim?: boolean;
  correction?: number;
}

type Reduction = (x: Tensor, dim?: number, options?: Options) => Tensor;

const along = (op: Reduction, linear: number[] = []) => ({
  op: ([x]: Tensor[], { dim, ...options }: Options) => op(x, dim, options),
  linear,
});

checkFixtures("reduce", {
  sum: along(sum, [0]),
  mean: along(mean, [0]),
  max: along(max),
  min: along(min),
  variance: along(variance),
  argMax: along(argMax),
  softmax: { op: ([x], { dim }: { dim: number }) => softmax(x, dim) },
  logSoftmax: { op: ([x], { dim }: { dim: number }) => logSoftmax(x, dim) },
});

describe("large enough to be shared out between threads", () => {
  for (const [name, op] of Object.entries({ sum, mean, max, min, variance })) {
    checkOp(`${name} of everything`, { op: (x) => op(x), shapes: [[40_003]] });
    checkOp(`${name} of rows`, { op: (x) => op(x, 1), shapes: [[201, 199]] });
    checkOp(`${name} of columns`, { op: (x) => op(x, 0), shapes: [[201, 199]] });
    checkOp(`${name} per channel`, { op: (x) => op(x, [0, 2, 3]), shapes: [[9, 11, 31, 33]] });
  }
  for (const [name, op] of Object.entries({ softmax, logSoftmax })) {
    checkOp(`${name} of rows`, { op: (x) => op(x, 1), shapes: [[201, 199]] });
    checkOp(`${name} of columns`, { op: (x) => op(x, 0), shapes: [[201, 199]] });
  }
});

describe("argMax", () => {
  onEachBackend("takes the first of several, and NaN before any number", async () => {
    const x = tensor([
      [1, 3, 3, 2],
      [0, 0, 0, 0],
      [5, Number.NaN, 7, Number.NaN],
      [-Infinity, -Infinity, -Infinity, -Infinity],
    ]);
    expect([...(await argMax(x, 1).data())]).toEqual([1, 0, 1, 0]);
    expect((await argMax(x, 0).data())[0]).toBe(2);
  });
});

describe("NaN", () => {
  onEachBackend("wins over any number in sum, max and min", async () => {
    const x = tensor([1, 2, Number.NaN, 4, 5, 6, 7, 8]);
    for (const op of [sum, max, min]) expect(await op(x).item()).toBeNaN();
  });
});

describe("mean", () => {
  onEachBackend("divides: a reciprocal would be rounded, and the result again", async ({ name }) => {
    // A GPU's own division may be off by 2.5 units in the last place, as WebGPU and WebGL allow.
    const off = /gpujs:web(gpu|gl)/.test(name) ? 2.5 * 2 ** -23 : 0;
    for (let n = 1; n <= 100; n++) {
      expect(Math.abs((await mean(ones([n])).item()) - 1), `of ${n} ones`).toBeLessThanOrEqual(off);
    }
  });
});

describe("empty axes", () => {
  onEachBackend("of the other axes leave nothing to be reduced", async () => {
    for (const op of [sum, mean, max, min, variance, argMax]) {
      const y = op(zeros([0, 3]), 1);
      expect(y.shape, op.name).toEqual([0]);
      expect(await y.data(), op.name).toHaveLength(0);
    }
  });

  onEachBackend("sum to 0", async () => {
    expect([...(await sum(zeros([2, 0]), 1).data())]).toEqual([0, 0]);
    expect(sum(zeros([2, 0]), 0).shape).toEqual([0]);
  });
});

describe("errors", () => {
  it.each([
    [() => sum(zeros([2, 3]), 2), "sum: dim 2 is out of range for 2 axes (expected -2 to 1)"],
    [() => sum(zeros([]), 0), "sum: dim 0 is out of range for 0 axes (a scalar has no axes)"],
    [() => sum(zeros([2, 3]), 0.5), "sum: dim 0.5 is out of range for 2 axes (expected -2 to 1)"],
    [() => mean(zeros([2, 3]), [0, -2]), "mean: dim 0 is named twice"],
    [() => max(zeros([2, 0]), 1), "max: axis 1 is empty, it has no maximum"],
    [() => argMax(zeros([0, 2]), 0), "argMax: axis 0 is empty, it has no maximum"],
    [() => softmax(zeros([2, 3]), -3), "softmax: dim -3 is out of range for 2 axes (expected -2 to 1)"],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));
});
