/** Every operation on tensors with an axis of size 0, against PyTorch. */

import { batchNorm } from "../../src/layers/batch-norm.js";
import { crossEntropy } from "../../src/layers/losses/cross-entropy.js";
import { mseLoss } from "../../src/layers/losses/mse-loss.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import type { Reduction } from "../../src/layers/losses/reduction.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { type Conv2dOptions, conv2d } from "../../src/tensor/ops/conv2d.js";
import { type MatmulOptions, matmul } from "../../src/tensor/ops/matmul.js";
import { cat, stack } from "../../src/tensor/ops/movement/cat.js";
import { indexSelect } from "../../src/tensor/ops/movement/index-select.js";
import { pad } from "../../src/tensor/ops/movement/pad.js";
import { permute } from "../../src/tensor/ops/movement/permute.js";
import { flatten, reshape } from "../../src/tensor/ops/movement/reshape.js";
import { slice } from "../../src/tensor/ops/movement/slice.js";
import { add, div, exp, gelu, maximum, mul, pow, relu } from "../../src/tensor/ops/pointwise.js";
import { avgPool2d } from "../../src/tensor/ops/pooling/avg-pool2d.js";
import { maxPool2d } from "../../src/tensor/ops/pooling/max-pool2d.js";
import type { Pool2dOptions } from "../../src/tensor/ops/pooling/pool-window.js";
import { argMax, max, mean, variance } from "../../src/tensor/ops/reduce.js";
import { logSoftmax, softmax } from "../../src/tensor/ops/softmax.js";
import { expand, type ReduceOptions, sum } from "../../src/tensor/ops/sum.js";
import type { Pair } from "../../src/tensor/ops/window.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { checkFixtures, type FixtureOp } from "../check-op.js";

const of = <Op>(ops: Record<string, Op>, call: (op: Op) => FixtureOp["op"]): Record<string, FixtureOp> =>
  Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, { op: call(op) }]));

interface Norm {
  runningMean: number[];
  runningVar: number[];
  training: boolean;
}

checkFixtures("empty", {
  ...of(
    { exp, gelu, relu },
    (op) =>
      ([x]) =>
        op(x),
  ),
  ...of(
    { add, div, maximum, mul, pow },
    (op) =>
      ([a, b]) =>
        op(a, b),
  ),
  ...of(
    { mean, sum, variance },
    (op) =>
      ([x], { dim }: { dim: number[] }) =>
        op(x, dim),
  ),
  ...of(
    { argMax, max },
    (op) =>
      ([x], { dim, keepdim }: ReduceOptions & { dim: number }) =>
        op(x, dim, { keepdim }),
  ),
  ...of(
    { logSoftmax, softmax },
    (op) =>
      ([x], { dim }: { dim: number }) =>
        op(x, dim),
  ),
  reshape: { op: ([x], { shape }: { shape: number[] }) => reshape(x, shape) },
  flatten: { op: ([x]) => flatten(x) },
  permute: { op: ([x], { dims }: { dims: number[] }) => permute(x, dims) },
  pad: { op: ([x], { padding }: { padding: number[] }) => pad(x, padding) },
  slice: { op: ([x], o: { dim: number; start: number; step: number }) => slice(x, o.dim, o.start, undefined, o.step) },
  expand: { op: ([x], { shape }: { shape: number[] }) => expand(x, shape) },
  cat: { op: (xs, { dim }: { dim: number }) => cat(xs, dim) },
  stack: { op: (xs) => stack(xs) },
  indexSelect: { op: ([x], o: { dim: number; indices: number[] }) => indexSelect(x, o.dim, o.indices) },
  matmul: { op: ([a, b], options: MatmulOptions) => matmul(a, b, options) },
  conv2d: { op: ([x, w, bias]: Tensor[], options: Conv2dOptions) => conv2d(x, w, { bias, ...options }) },
  ...of(
    { avgPool2d, maxPool2d },
    (op) =>
      ([x], { kernelSize, ...options }: Pool2dOptions & { kernelSize: Pair }) =>
        op(x, kernelSize, options),
  ),
  batchNorm: {
    op: ([x, weight, bias], { runningMean, runningVar, training }: Norm) =>
      batchNorm(x, { weight, bias, runningMean: tensor(runningMean), runningVar: tensor(runningVar), training }),
  },
  ...of(
    { crossEntropy, nllLoss },
    (op) =>
      ([x], { labels, reduction }: { labels: number[]; reduction: Reduction }) =>
        op(x, labels, { reduction }),
  ),
  mseLoss: { op: ([a, b], options: { reduction: Reduction }) => mseLoss(a, b, options) },
});
