/** Pointwise operations against PyTorch. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/tensor/arguments.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { celu, elu } from "../../src/tensor/ops/pointwise/exponential-units.js";
import { cos, sin } from "../../src/tensor/ops/pointwise/trigonometry.js";
import * as ops from "../../src/tensor/ops/pointwise.js";
import { unaryRules } from "../../src/tensor/ops/pointwise-rules.js";
import { softmax } from "../../src/tensor/ops/softmax.js";
import { broadcastShapes, ShapeError, sizeOf } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { checkFixtures, checkOp, expectClose, type FixtureOp } from "../check-op.js";
import { onEachBackend } from "../targets.js";

const one = (op: (x: Tensor) => Tensor, linear: number[] = []) => ({ op: ([x]: Tensor[]) => op(x), linear });
const two = (op: (a: Tensor, b: Tensor) => Tensor, linear: number[] = []) => ({
  op: ([a, b]: Tensor[]) => op(a, b),
  linear,
});

const tested: Record<string, FixtureOp> = {
  neg: one(ops.neg, [0]),
  exp: one(ops.exp),
  log: one(ops.log),
  sqrt: one(ops.sqrt),
  abs: one(ops.abs),
  relu: one(ops.relu),
  leakyRelu: { op: ([x], { negativeSlope }: { negativeSlope?: number }) => ops.leakyRelu(x, negativeSlope) },
  sigmoid: one(ops.sigmoid),
  tanh: one(ops.tanh),
  gelu: one(ops.gelu),
  softplus: one(ops.softplus),
  clamp: {
    op: ([x], o: { low: number | string; high: number | string }) => ops.clamp(x, Number(o.low), Number(o.high)),
  },
  powNumber: { op: ([x], { exponent }: { exponent: number }) => ops.pow(x, exponent) },
  add: two(ops.add, [0, 1]),
  sub: two(ops.sub, [0, 1]),
  mul: two(ops.mul, [0, 1]),
  div: two(ops.div, [0]),
  maximum: two(ops.maximum),
  minimum: two(ops.minimum),
  pow: two(ops.pow),
};
checkFixtures("pointwise", tested);

/** Rows added to the table since: nothing need be said of them here. */
const added = Object.fromEntries(
  Object.entries(ops).flatMap(([name, op]) =>
    name in unaryRules && !(name in tested) ? [[name, op as typeof ops.square]] : [],
  ),
);
checkFixtures("activations", Object.fromEntries(Object.entries(added).map(([name, op]) => [name, one(op)])));

describe("large enough to be shared out between threads, with a rest that fills no vector", () => {
  const unary = { neg: ops.neg, exp: ops.exp, abs: ops.abs, relu: ops.relu, leakyRelu: ops.leakyRelu };
  const smooth = { sigmoid: ops.sigmoid, tanh: ops.tanh, gelu: ops.gelu, softplus: ops.softplus };
  for (const [name, op] of Object.entries({ ...unary, ...smooth, ...added }))
    checkOp(name, { op: (x) => op(x), shapes: [[40_003]] });
  const positive = (x: Tensor) => ops.add(ops.abs(x), 0.1);
  checkOp("log", { op: (x) => ops.log(positive(x)), shapes: [[40_003]] });
  checkOp("sqrt", { op: (x) => ops.sqrt(positive(x)), shapes: [[40_003]] });
  checkOp("pow", { op: (x) => ops.pow(positive(x), 2.5), shapes: [[40_003]] });
  checkOp("clamp", { op: (x) => ops.clamp(x, -0.5, 1), shapes: [[40_003]] });
  for (const [a, b] of [
    [[40_003], [40_003]],
    [[211, 193], [193]],
    [
      [211, 193],
      [211, 1],
    ],
    [
      [701, 1],
      [1, 57],
    ],
    [
      [7, 13, 33, 35],
      [13, 1, 1],
    ],
    [[211, 193], []],
  ]) {
    checkOp(`add [${a}] [${b}]`, { op: ops.add, shapes: [a, b] });
    checkOp(`mul [${a}] [${b}]`, { op: ops.mul, shapes: [a, b] });
  }
});

describe("a number as an operand", () => {
  onEachBackend("on either side, in the other's shape", async () => {
    const x = tensor([1, 2, 4], [3], { requiresGrad: true });
    const y = ops.sub(10, ops.div(8, ops.mul(x, 2)));
    expect([...(await y.data())]).toEqual([6, 8, 9]);
    expect([...(await ops.maximum(x, 2).data())]).toEqual([2, 2, 4]);
    expect([...(await ops.pow(x, 2).data())]).toEqual([1, 4, 16]);
  });

  it("but not on both", () => {
    expect(() => ops.add(1, 2)).toThrow(new ArgumentError("add: at least one operand must be a tensor, got 1 and 2"));
  });
});

describe("NaN", () => {
  onEachBackend("goes through every operation", async () => {
    const x = tensor([Number.NaN, 1, 2, 3, Number.NaN]);
    const unary = {
      ...ops,
      leakyRelu: (x: Tensor) => ops.leakyRelu(x, 0.1),
      clamp: (x: Tensor) => ops.clamp(x, -1, 1),
    };
    for (const name of [
      "neg",
      "exp",
      "log",
      "sqrt",
      "abs",
      "relu",
      "leakyRelu",
      "sigmoid",
      "tanh",
      "gelu",
      "softplus",
    ] as const) {
      const y = await unary[name](x).data();
      expect([...y].map(Number.isNaN), name).toEqual([true, false, false, false, true]);
    }
    expect((await unary.clamp(x).data())[4]).toBeNaN();
    for (const op of [ops.add, ops.sub, ops.mul, ops.div, ops.maximum, ops.minimum]) {
      for (const y of [op(x, 1), op(1, x), op(x, Infinity)]) expect((await y.data())[4], op.name).toBeNaN();
    }
    for (const exponent of [2, 3, -2, 0.5]) {
      expect((await ops.pow(x, exponent).data())[4], `x^${exponent}`).toBeNaN();
    }
    expect((await ops.pow(tensor(2), x).data())[4], "2^x").toBeNaN();
  });
});

describe("a subnormal number", () => {
  const onGpu = ["gpujs:webgl", "gpujs:webgl2", "gpujs:webgpu"];
  onEachBackend("has its logarithm, but on a GPU, which may take it for 0", async ({ name }) => {
    const y = await ops.log(tensor([2 ** -140])).item();
    const expected = y === -Infinity && onGpu.includes(name) ? y : -140 * Math.LN2;
    expectClose([y], [expected], 1e-6, "ln 2^-140");
  });
});

describe("eq", () => {
  onEachBackend("gives 1 and 0, broadcast, and no gradient", async () => {
    const a = tensor([1, 2, Number.NaN, 0], [4, 1], { requiresGrad: true });
    const y = ops.eq(a, tensor([1, 0]));
    expect([...(await y.data())]).toEqual([1, 0, 0, 0, 0, 0, 0, 1]);
    expect(y.requiresGrad).toBe(false);
  });
});

/** A shape, and another that broadcasts against it: some axes 1, leading ones left out, on either side. */
const broadcastable = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom("both", "left", "right")), { maxLength: 5 })
  .chain((axes) => fc.tuple(fc.constant(axes), fc.nat(axes.length), fc.boolean()))
  .map(([axes, missing, swap]) => {
    const a = axes.map(([n, side]) => (side === "right" ? 1 : n));
    const b = axes.map(([n, side]) => (side === "left" ? 1 : n)).slice(missing);
    return swap ? [b, a] : [a, b];
  });

describe("broadcasting", () => {
  onEachBackend("reads the same elements as indices do, for any shapes", async () => {
    await fc.assert(
      fc.asyncProperty(broadcastable, async ([a, b]) => {
        const shape = broadcastShapes(a, b, "test");
        const of = (own: readonly number[], flat: number) => {
          let at = 0;
          let rest = flat;
          let stride = 1;
          for (let d = 1; d <= own.length; d++) {
            const n = shape.at(-d)!;
            if (own.at(-d) !== 1) at += (rest % n) * stride;
            stride *= own.at(-d)!;
            rest = Math.floor(rest / n);
          }
          return at;
        };
        const values = (n: number) => Float32Array.from({ length: n }, (_, i) => i);
        const y = ops.sub(ops.mul(tensor(values(sizeOf(a)), a), 1000), tensor(values(sizeOf(b)), b));
        expect(y.shape).toEqual(shape);
        expectClose(
          await y.data(),
          Array.from({ length: sizeOf(shape) }, (_, i) => 1000 * of(a, i) - of(b, i)),
          0,
          `[${a}] and [${b}]`,
        );
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe("errors", () => {
  it.each([
    [
      () => ops.add(zeros([2, 3]), zeros([4, 3])),
      "add: shapes [2, 3] and [4, 3] do not broadcast: axis -2 has sizes 2 and 4",
    ],
    [
      () => ops.mul(zeros([3]), zeros([2, 2])),
      "mul: shapes [3] and [2, 2] do not broadcast: axis -1 has sizes 3 and 2",
    ],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));

  it("clamp with its bounds in the wrong order", () => {
    expect(() => ops.clamp(zeros([2]), 1, 0)).toThrow(new RangeError("clamp: expected low <= high, got 1 and 0"));
    expect(() => ops.clamp(zeros([2]), Number.NaN, 0)).toThrow(RangeError);
  });

  it("what map() gives behind an element", () => {
    const xs = [ones([2, 2]), ones([2, 2])];
    // @ts-expect-error it does not compile, either
    expect(() => xs.map(ops.leakyRelu)).toThrow(
      "leakyRelu: there is nothing behind leakyRelu(x, negativeSlope), got an array of 2; in map(), whose index it would " +
        "take, write (x) => leakyRelu(x, …)",
    );
    for (const operation of [ops.pow, elu, celu, softmax]) {
      expect(() => xs.map(operation as typeof ops.relu)).toThrow("write (x) =>");
    }
    expect(xs.map(ops.relu).length).toBe(2);
    expect(xs.reduce(ops.add).shape).toEqual([2, 2]);
  });
});

onEachBackend(
  "sin and cos far from 0: the right ones up to 10⁸ on the processor, and nowhere more than 1",
  async (backend) => {
    // Powers of two from 2^-3 to 2^100, odd factors in front.
    const values = Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? 1 : -1) * (i + 1) * 2 ** ((i % 104) - 3));
    for (const [op, expected] of [
      [sin, Math.sin],
      [cos, Math.cos],
    ] as const) {
      const results = await op(tensor(values)).data();
      expect(Math.max(...results.map(Math.abs))).toBeLessThan(1 + 1e-6);
      const limit = backend.name.startsWith("gpujs") ? 8192 : 1e8;
      const near = [...values.keys()].filter((i) => Math.abs(values[i]) < limit);
      expect(near.length).toBeGreaterThan(30);
      for (const i of near) expect(Math.abs(results[i] - expected(values[i])), `of ${values[i]}`).toBeLessThan(2e-6);
    }
  },
);
