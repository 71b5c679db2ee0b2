/** A function of an input [N, …] for each way in which an operation can be exported to ONNX. */

import { batchNorm } from "../../src/layers/batch-norm.js";
import { Dropout } from "../../src/layers/dropout.js";
import { groupNorm, instanceNorm } from "../../src/layers/group-norm.js";
import { layerNorm } from "../../src/layers/layer-norm.js";
import { TransformerEncoderLayer } from "../../src/layers/transformer-encoder-layer.js";
import { randn } from "../../src/tensor/factories/drawn.js";
import { ones } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { convTranspose2d } from "../../src/tensor/ops/conv-transpose2d.js";
import { conv2d } from "../../src/tensor/ops/conv2d.js";
import { matmul } from "../../src/tensor/ops/matmul.js";
import { cat, stack } from "../../src/tensor/ops/movement/cat.js";
import { indexSelect } from "../../src/tensor/ops/movement/index-select.js";
import { pad } from "../../src/tensor/ops/movement/pad.js";
import { transpose } from "../../src/tensor/ops/movement/permute.js";
import { flatten, reshape } from "../../src/tensor/ops/movement/reshape.js";
import { slice } from "../../src/tensor/ops/movement/slice.js";
import {
  add,
  clamp,
  div,
  eq,
  leakyRelu,
  maximum,
  minimum,
  mul,
  pow,
  relu,
  sub,
} from "../../src/tensor/ops/pointwise.js";
import {
  celu,
  cos,
  elu,
  erf,
  expm1,
  floor,
  hardsigmoid,
  hardswish,
  le,
  log1p,
  lt,
  reciprocal,
  relu6,
  round,
  rsqrt,
  sign,
  sin,
  softsign,
  where,
} from "../../src/tensor/ops/pointwise-more.js";
import { avgPool2d } from "../../src/tensor/ops/pooling/avg-pool2d.js";
import { maxPool2d } from "../../src/tensor/ops/pooling/max-pool2d.js";
import { argMax, max, mean, min, variance } from "../../src/tensor/ops/reduce.js";
import { softmax } from "../../src/tensor/ops/softmax.js";
import { expand, sum } from "../../src/tensor/ops/sum.js";
import { Generator } from "../../src/tensor/random.js";
import type { Shape } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";

const w = (...shape: number[]) => randn(shape, { generator: new Generator(7) });
const POOLED = { stride: [2, 1], padding: [1, 0] } as const;

/** A function of an input [N, …] for each way in which an operation can be exported. */
export const ONNX_CASES: [name: string, shape: Shape, fn: (x: Tensor) => Tensor][] = [
  ["neg", [3], (x) => x.neg()],
  ["exp", [3], (x) => x.exp()],
  ["log", [3], (x) => x.abs().add(0.1).log()],
  ["sqrt", [3], (x) => x.abs().sqrt()],
  ["relu", [3], relu],
  ["leakyRelu", [3], (x) => leakyRelu(x, 0.2)],
  ["sigmoid", [3], (x) => x.sigmoid()],
  ["tanh", [3], (x) => x.tanh()],
  ["softplus", [3], (x) => x.mul(40).softplus()],
  ["gelu", [3], (x) => x.gelu()],
  ["silu", [3], (x) => x.silu()],
  ...Object.entries({
    cos,
    elu,
    erf,
    expm1,
    floor,
    hardsigmoid,
    hardswish,
    reciprocal,
    round,
    sign,
    sin,
    softsign,
  }).map(([name, fn]): (typeof ONNX_CASES)[number] => [name, [3], (x) => fn(x.mul(4))]),
  ["rsqrt", [3], (x) => rsqrt(x.abs())],
  ["log1p", [3], (x) => log1p(x.abs())],
  ["elu, half as deep", [3], (x) => elu(x, 0.5)],
  ["celu", [3], (x) => celu(x, 0.5)],
  ["relu6", [3], (x) => relu6(x.mul(9))],
  ["where", [3], (x) => where(lt(x, 0.1), x.mul(x), le(x, 0.5))],
  ["clamp", [3], (x) => clamp(x, -0.3, 0.7)],
  ["clamp on one side", [3], (x) => clamp(x, Number.NEGATIVE_INFINITY, 0.7)],
  ["square", [3], (x) => pow(x, 2)],
  ["pow, to a number", [3], (x) => pow(x, 3)],
  ["pow, to a tensor", [3], (x) => pow(x.abs(), tensor([0.5, 2, 0]))],
  ["add, numbers", [3], (x) => add(1.5, x)],
  ["add, broadcast", [2, 1], (x) => add(x, tensor([1, 2, 3]))],
  ["sub", [3], (x) => sub(1, x)],
  ["mul of a tensor with itself", [3], (x) => mul(x, x)],
  ["div", [3], (x) => div(x, tensor([2, 3, 4]))],
  ["maximum", [3], (x) => maximum(x, 0.1)],
  ["minimum", [3], (x) => minimum(x, x.neg())],
  ["eq", [3], (x) => eq(relu(x), 0)],
  ["sum over one axis", [3, 4], (x) => sum(x, 1)],
  ["sum over two axes, kept", [3, 4], (x) => sum(x, [0, 2], { keepdim: true })],
  ["sum over all", [3], (x) => sum(x)],
  ["sum over no axis", [3], (x) => sum(x, [])],
  ["mean", [3, 4], (x) => mean(x, [1, 2])],
  ["variance", [3, 4], (x) => variance(x, -1)],
  ["max", [3, 4], (x) => max(x, 2)],
  ["min over all", [3], (x) => min(x)],
  ["argMax along an axis", [3, 4], (x) => argMax(x, 1)],
  ["argMax along an axis, kept", [3, 4], (x) => argMax(x, 2, { keepdim: true })],
  ["argMax of all, kept", [3, 4], (x) => argMax(x, undefined, { keepdim: true })],
  ["softmax", [3, 4], (x) => softmax(x, 1)],
  ["logSoftmax", [3, 4], (x) => x.logSoftmax(-1)],
  ["clone", [3], (x) => x.clone()],
  ["detach", [2, 3], (x) => relu(x.reshape([-1, 6]).detach())],
  ["reshape", [3, 4], (x) => reshape(x, [-1, 2, 6])],
  ["reshape that moves the batch", [3, 4], (x) => reshape(x, [3, x.shape[0], 4])],
  [
    "reshape twice, the batch here and there",
    [4],
    (x) => reshape(x, [x.shape[0], 2, 1, 2]).reshape([2, x.shape[0], 2]),
  ],
  [
    "reshape with two sizes of the batch",
    [4],
    (x) => matmul(x, x, { transB: true }).reshape([x.shape[0], 1, x.shape[0]]),
  ],
  ["reshape of the batch's multiple", [3, 4], (x) => reshape(x, [x.shape[0] * 3, 4])],
  ["reshape with nothing in it", [2, 3], (x) => reshape(slice(x, 1, 0, 0), [x.shape[0], 3, 0])],
  ["flatten", [2, 3], (x) => flatten(x)],
  ["expand", [1, 3], (x) => expand(x, [x.shape[0], 4, 3])],
  ["expand to the batch", [3], (x) => expand(sum(x, 0), [x.shape[0], 3])],
  ["permute", [2, 3], (x) => x.permute([2, 0, 1])],
  ["transpose", [2, 3], (x) => transpose(x, 0, 2)],
  ["slice", [7], (x) => slice(x, 1, 1, -1, 2)],
  ["slice of the batch", [3], (x) => slice(x, 0, 1)],
  ["slice from the batch's end", [3], (x) => slice(x, 0, -1)],
  ["slice at the end of the batch's multiple", [3], (x) => slice(x.reshape([-1]), 0, -2)],
  ["pad", [3, 4], (x) => pad(x, [1, 2, 0, 3], { value: 0.5 })],
  ["pad that crops", [3, 4], (x) => pad(x, [-1, 2])],
  ["cat", [3, 4], (x) => cat([x, ones([x.shape[0], 1, 4]), x], 1)],
  ["cat along the batch", [3], (x) => cat([x, ones([1, 3])], 0)],
  ["stack", [3], (x) => stack([x, x.neg()], 1)],
  ["indexSelect", [3, 4], (x) => indexSelect(x, 2, [3, 0, 0])],
  ["matmul with a matrix", [4], (x) => matmul(x, w(4, 5))],
  ["matmul, transposed", [4], (x) => matmul(x, x, { transA: true })],
  ["matmul of a batch with a matrix", [3, 4], (x) => matmul(x, w(5, 4), { transB: true })],
  ["matmul of batches, transposed", [3, 4], (x) => matmul(x, x, { transB: true })],
  ["matmul of a matrix with a batch", [3, 4], (x) => matmul(w(5, 3), x)],
  ["matmul, broadcast", [1, 3, 4], (x) => matmul(x, w(2, 5, 4), { transB: true })],
  ["matmul of a transposed batch", [3, 4], (x) => matmul(x, w(3, 5), { transA: true })],
  ["conv2d", [4, 7, 6], (x) => conv2d(x, w(6, 4, 3, 2), { bias: w(6) })],
  [
    "conv2d with everything",
    [4, 9, 8],
    (x) => conv2d(x, w(6, 2, 3, 2), { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
  ],
  ["maxPool2d", [2, 7, 6], (x) => maxPool2d(x, [3, 2], POOLED)],
  ["avgPool2d", [2, 7, 6], (x) => avgPool2d(x, [3, 2], POOLED)],
  ["avgPool2d without its padding", [2, 7, 6], (x) => avgPool2d(x, [3, 2], { ...POOLED, countIncludePad: false })],
  ["maxPool2d that leaves nothing out", [2, 8, 6], (x) => maxPool2d(x, [3, 2], { ...POOLED, ceilMode: true })],
  ["avgPool2d that leaves nothing out", [2, 8, 6], (x) => avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true })],
  [
    "avgPool2d that leaves nothing out, without its padding",
    [2, 8, 6],
    (x) => avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  ],
  ["avgPool2d with a divisor", [2, 8, 6], (x) => avgPool2d(x, 3, { stride: 2, ceilMode: true, divisorOverride: 5 })],
  [
    "avgPool2d with a divisor, without its padding",
    [2, 8, 6],
    (x) => avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false, divisorOverride: 5 }),
  ],
  ["avgPool2d of wide padding", [2, 8, 6], (x) => avgPool2d(x, 4, { stride: 3, padding: 2, ceilMode: true })],
  ["convTranspose2d", [4, 3, 2], (x) => convTranspose2d(x, w(4, 2, 3, 2), { bias: w(2) })],
  [
    "convTranspose2d with everything",
    [4, 3, 2],
    (x) =>
      convTranspose2d(x, w(4, 3, 3, 2), {
        ...{ stride: [2, 3], padding: [1, 0], outputPadding: [1, 2], dilation: [1, 2], groups: 2 },
      }),
  ],
  ["layerNorm", [3, 4], (x) => layerNorm(x, [4], { weight: w(4), bias: w(4), eps: 0.1 })],
  ["groupNorm", [4, 3, 2], (x) => groupNorm(x, 2, { weight: w(4), bias: w(4) })],
  ["instanceNorm", [3, 5], (x) => instanceNorm(x)],
  [
    "a TransformerEncoderLayer",
    [3, 4],
    (x) =>
      new TransformerEncoderLayer(4, 2, { dimFeedforward: 5, batchFirst: true, generator: new Generator(3) })
        .eval()
        .forward(x),
  ],
  ["batchNorm of images", [3, 4, 4], (x) => batchNorm(x, moments(3))],
  ["batchNorm of vectors", [3], (x) => batchNorm(x, moments(3))],
  ["a dropout in evaluation", [3], (x) => new Dropout(0.5).eval().forward(x)],
  ["nothing", [3], (x) => x],
  ["a constant", [3], () => tensor([1, 2])],
];

export function moments(n: number): Parameters<typeof batchNorm>[1] {
  return { weight: w(n), bias: w(n), runningMean: w(n), runningVar: w(n).abs().add(0.5), training: false, eps: 1e-3 };
}
