/** Every operation at the edges of the numbers, NaN, infinities, zero, nothing at all, against PyTorch. */

import {
  abs,
  add,
  clamp,
  div,
  exp,
  gelu,
  leakyRelu,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  relu,
  sigmoid,
  softplus,
  sqrt,
  sub,
  tanh,
} from "../../src/tensor/ops/pointwise.js";
import { type AvgPool2dOptions, avgPool2d } from "../../src/tensor/ops/pooling/avg-pool2d.js";
import { maxPool2d } from "../../src/tensor/ops/pooling/max-pool2d.js";
import { argMax, max, mean, min, variance } from "../../src/tensor/ops/reduce.js";
import { logSoftmax, softmax } from "../../src/tensor/ops/softmax.js";
import { sum } from "../../src/tensor/ops/sum.js";
import type { Pair } from "../../src/tensor/ops/window.js";
import { checkFixtures, type FixtureOp } from "../check-op.js";

const of = <Op>(ops: Record<string, Op>, call: (op: Op) => FixtureOp["op"]): Record<string, FixtureOp> =>
  Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, { op: call(op) }]));

type Pooling = AvgPool2dOptions & { kernelSize: Pair };

checkFixtures("edges", {
  ...of(
    { abs, exp, gelu, leakyRelu, log, neg, relu, sigmoid, softplus, sqrt, tanh },
    (op) =>
      ([x]) =>
        op(x),
  ),
  ...of(
    { add, div, maximum, minimum, mul, pow, sub },
    (op) =>
      ([a, b]) =>
        op(a, b),
  ),
  clamp: { op: ([x], { low, high }: { low: number; high: number }) => clamp(x, low, high) },
  powNumber: { op: ([x], { exponent }: { exponent: number }) => pow(x, exponent) },
  ...of(
    { argMax, max, mean, min, sum },
    (op) =>
      ([x], { dim }: { dim?: number }) =>
        op(x, dim),
  ),
  variance: { op: ([x], { correction }: { correction: number }) => variance(x, undefined, { correction }) },
  ...of(
    { logSoftmax, softmax },
    (op) =>
      ([x], { dim }: { dim: number }) =>
        op(x, dim),
  ),
  ...of(
    { avgPool2d, maxPool2d },
    (op) =>
      ([x], { kernelSize, ...options }: Pooling) =>
        op(x, kernelSize, options),
  ),
});
