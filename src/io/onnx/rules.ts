/** The rules by which operations become ONNX nodes: one for each, by its name. */

import type { ConvGeometry, PoolGeometry } from "../../tensor/backend/backend.js";
import { FLOAT, type Graph } from "./graph.js";
import { OLDEST_OPSET, REDUCE_AXES_INPUT_OPSET } from "./opset.js";
import { BatchSize, type Merged, type Size } from "./size.js";
import type { Step } from "./steps.js";

/** @returns the name of the value that the operation gives */
type Rule = (graph: Graph, inputs: readonly string[], step: Step) => string;

/** A rule that reads the attributes with which the operation reports itself. */
function withAttributes<Attributes>(
  rule: (attributes: Merged<Attributes>, graph: Graph, inputs: readonly string[], step: Step) => string,
): Rule {
  return (graph, inputs, step) => rule(step.attributes as Merged<Attributes>, graph, inputs, step);
}

/** A node of the same meaning, without attributes. */
function same(opType: string): Rule {
  return (graph, inputs) => graph.node(opType, inputs);
}

function number(size: Size): number {
  if (size instanceof BatchSize) throw new Error("a number it is given depends on the batch's size");
  return size;
}

const flag = (value: boolean) => (value ? 1 : 0);

interface UnaryOptions {
  a: number;
  b: number;
}

const leakyRelu = withAttributes<UnaryOptions>(({ a }, graph, inputs) =>
  graph.node("LeakyRelu", inputs, {}, { alpha: number(a) }),
);

const clamp = withAttributes<UnaryOptions>(({ a, b }, graph, [x]) =>
  graph.node("Clip", [x, graph.constant("low", [number(a)]), graph.constant("high", [number(b)])]),
);

const silu: Rule = (graph, [x]) => graph.node("Mul", [x, graph.node("Sigmoid", [x])]);

const square: Rule = (graph, [x]) => graph.node("Mul", [x, x]);

/** To a number, which is an attribute, or to a tensor. */
const pow = withAttributes<UnaryOptions>(({ a }, graph, [x, exponent]) =>
  graph.node("Pow", [x, exponent ?? graph.constant("exponent", [number(a)])]),
);

/** Comparisons give what is true or false there, and 1 or 0 here. */
function comparison(opType: string): Rule {
  return (graph, inputs) => graph.node("Cast", [graph.node(opType, inputs)], { to: FLOAT });
}

const keepWhere: Rule = (graph, [x, mask]) => {
  const none = graph.constant("none", [0]);
  return graph.node("Where", [graph.node("Equal", [mask, none]), none, x]);
};

const one = (graph: Graph) => graph.constant("one", [1]);

const expm1: Rule = (graph, [x]) => graph.node("Sub", [graph.node("Exp", [x]), one(graph)]);

const log1p: Rule = (graph, [x]) => graph.node("Log", [graph.node("Add", [x, one(graph)])]);

const rsqrt: Rule = (graph, [x]) => graph.node("Reciprocal", [graph.node("Sqrt", [x])]);

/** alpha · (e^(x / reach) − 1): ONNX's Elu where reach is 1, and its Celu where it is alpha. */
const elu = withAttributes<UnaryOptions>(({ a, b }, graph, inputs) =>
  graph.node(b === 1 ? "Elu" : "Celu", inputs, {}, { alpha: number(a) }),
);

const hardSigmoidOf = (graph: Graph, x: string) => graph.node("HardSigmoid", [x], {}, { alpha: 1 / 6, beta: 0.5 });

const hardsigmoid: Rule = (graph, [x]) => hardSigmoidOf(graph, x);

const hardswish: Rule = (graph, [x]) => graph.node("Mul", [x, hardSigmoidOf(graph, x)]);

/** @param axesInput the opset from which on the axes are an input; before, they are an attribute */
function reduce(graph: Graph, opType: string, x: string, dims: readonly Size[], keepdim: boolean, axesInput: number) {
  // ONNX takes no axes for all of them.
  if (dims.length === 0) return graph.node("Identity", [x]);
  const keepdims = flag(keepdim);
  return graph.opset < axesInput
    ? graph.node(opType, [x], { axes: dims, keepdims })
    : graph.node(opType, [x, graph.integers(dims)], { keepdims });
}

function reduction(opType: string, axesInput = OLDEST_OPSET): Rule {
  return withAttributes<{ dims: number[]; keepdim: boolean }>(({ dims, keepdim }, graph, [x]) =>
    reduce(graph, opType, x, dims, keepdim, axesInput),
  );
}

const argMax = withAttributes<{ dim: number | undefined; keepdim: boolean }>(
  ({ dim, keepdim }, graph, [x], { outputShape }) => {
    const asFloat = (index: string) => graph.node("Cast", [index], { to: FLOAT });
    if (dim !== undefined) return asFloat(graph.node("ArgMax", [x], { axis: dim, keepdims: flag(keepdim) }));
    const flat = graph.node("Reshape", [x, graph.integers([-1])]);
    return graph.node("Reshape", [asFloat(graph.node("ArgMax", [flat], { axis: 0 })), graph.integers(outputShape)]);
  },
);

function alongDim(opType: string): Rule {
  return withAttributes<{ dim: number }>(({ dim }, graph, inputs) => graph.node(opType, inputs, { axis: dim }));
}

/**
 * One size that depends on the batch is −1, ONNX's word for whatever is left: then nothing has to be computed. A 0 is
 * ONNX's word for the input's size unless zeros are allowed, which they have to be where a size is or may be 0.
 */
const reshape: Rule = (graph, [x], { outputShape }) => {
  const unknowns = outputShape.filter((size) => size instanceof BatchSize).length;
  const isPlain = unknowns === 1 && !outputShape.includes(0);
  const shape = isPlain ? outputShape.map((size) => (size instanceof BatchSize ? -1 : size)) : outputShape;
  const mayHaveZero = shape.some((size) => size instanceof BatchSize || size === 0);
  return graph.node("Reshape", [x, graph.integers(shape)], mayHaveZero ? { allowzero: 1 } : {});
};

const expand: Rule = (graph, [x], { outputShape }) => graph.node("Expand", [x, graph.integers(outputShape)]);

const permute = withAttributes<{ dims: number[] }>(({ dims }, graph, inputs) =>
  graph.node("Transpose", inputs, { perm: dims }),
);

const slice = withAttributes<{ dim: number; start: number; end: number; step: number }>(
  ({ dim, start, end, step }, graph, [x]) =>
    graph.node("Slice", [x, ...[start, end, dim, step].map((value) => graph.integers([value]))]),
);

const pad = withAttributes<{ before: number[]; after: number[]; value: number }>(
  ({ before, after, value }, graph, [x]) =>
    graph.node("Pad", [x, graph.integers([...before, ...after]), graph.constant("padding", [number(value)])]),
);

const indexSelect = withAttributes<{ dim: number; indices: number[] }>(({ dim, indices }, graph, [x]) =>
  graph.node("Gather", [x, graph.integers(indices)], { axis: dim }),
);

/** Gemm transposes, but only matrices; MatMul takes batches, but as they are. */
const matmul = withAttributes<{ transA: boolean; transB: boolean }>(
  ({ transA, transB }, graph, [a, b], { inputShapes: [aShape, bShape] }) => {
    if (aShape.length === 2 && bShape.length === 2) {
      return graph.node("Gemm", [a, b], { transA: flag(transA), transB: flag(transB) });
    }
    const transposed = (x: string, rank: number) => {
      const axes = Array.from({ length: rank }, (_, d) => d);
      return graph.node("Transpose", [x], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] });
    };
    const left = transA ? transposed(a, aShape.length) : a;
    const right = transB ? transposed(b, bShape.length) : b;
    return graph.node("MatMul", [left, right]);
  },
);

const conv2d = withAttributes<ConvGeometry>((g, graph, inputs) =>
  graph.node("Conv", inputs, {
    kernel_shape: [g.kH, g.kW],
    strides: [g.strideH, g.strideW],
    pads: [g.padH, g.padW, g.padH, g.padW],
    dilations: [g.dilationH, g.dilationW],
    group: g.groups,
  }),
);

/** How the windows of a pool lie along both axes. */
function axesOf(g: Merged<PoolGeometry>) {
  return [
    { n: g.h, k: g.kH, count: g.outH, stride: g.strideH, padding: g.padH },
    { n: g.w, k: g.kW, count: g.outW, stride: g.strideW, padding: g.padW },
  ].map((axis) => ({
    ...{ n: number(axis.n), k: number(axis.k), count: number(axis.count) },
    ...{ stride: number(axis.stride), padding: number(axis.padding) },
  }));
}

/** Windows that reach beyond the padding have more of it at the end, which all readers understand in the same way. */
function window(g: Merged<PoolGeometry>) {
  const ends = axesOf(g).map(({ n, k, count, stride, padding }) =>
    Math.max(padding, (count - 1) * stride + k - n - padding),
  );
  return { kernel_shape: [g.kH, g.kW], strides: [g.strideH, g.strideW], pads: [g.padH, g.padW, ...ends] };
}

const maxPool2d = withAttributes<PoolGeometry>((g, graph, inputs) => graph.node("MaxPool", inputs, window(g)));

/** ONNX divides by the elements of a window with all padding or with none: what else is wanted is a factor. */
const avgPool2d = withAttributes<PoolGeometry>((g, graph, inputs) => {
  const { countIncludePad, divisorOverride } = g;
  const counts = countIncludePad || divisorOverride !== undefined;
  const mean = graph.node("AveragePool", inputs, { ...window(g), count_include_pad: flag(counts) });
  if (!counts) return mean;
  const [rows, columns] = axesOf(g).map(({ n, k, count, stride, padding }) =>
    Array.from({ length: count }, (_, i) => Math.min(k, n + 2 * padding - i * stride)),
  );
  const area = number(g.kH) * number(g.kW);
  const divisors = rows.flatMap((height) => columns.map((width) => number(divisorOverride ?? height * width)));
  if (divisors.every((divisor) => divisor === area)) return mean;
  const factors = divisors.map((divisor) => area / divisor);
  return graph.node("Mul", [mean, graph.constant("factors", factors, [rows.length, columns.length])]);
});

/** The geometry is that of the convolution whose way back this is: from its outputs to its images. */
const convTranspose2d = withAttributes<ConvGeometry>((g, graph, inputs) => {
  const added = (images: Size, count: Size, k: Size, stride: Size, padding: Size, dilation: Size) =>
    number(images) -
    ((number(count) - 1) * number(stride) - 2 * number(padding) + number(dilation) * (number(k) - 1) + 1);
  return graph.node("ConvTranspose", inputs, {
    kernel_shape: [g.kH, g.kW],
    strides: [g.strideH, g.strideW],
    pads: [g.padH, g.padW, g.padH, g.padW],
    dilations: [g.dilationH, g.dilationW],
    output_padding: [
      added(g.h, g.outH, g.kH, g.strideH, g.padH, g.dilationH),
      added(g.w, g.outW, g.kW, g.strideW, g.padW, g.dilationW),
    ],
    group: g.groups,
  });
});

/** Of each channel by its own moments: layer, group and instance norm, which ONNX has in few of its versions. */
function normalizeByOwn(graph: Graph, [x, scale, shift]: readonly string[], rank: number, eps: number): string {
  const dims = Array.from({ length: rank }, (_, d) => d).filter((d) => d !== 1);
  const mean = (of: string) => reduce(graph, "ReduceMean", of, dims, true, REDUCE_AXES_INPUT_OPSET);
  const perChannel = (of: string) => graph.node("Reshape", [of, graph.integers([-1, ...dims.slice(1).map(() => 1)])]);
  const centred = graph.node("Sub", [x, mean(x)]);
  const variance = mean(graph.node("Mul", [centred, centred]));
  const deviation = graph.node("Sqrt", [graph.node("Add", [variance, graph.constant("eps", [eps])])]);
  const scaled = graph.node("Mul", [graph.node("Div", [centred, deviation]), perChannel(scale)]);
  return graph.node("Add", [scaled, perChannel(shift)]);
}

const normalize = withAttributes<{ eps: number; ownMoments: boolean }>(
  ({ eps, ownMoments }, graph, inputs, { inputShapes: [{ length }] }) =>
    ownMoments
      ? normalizeByOwn(graph, inputs, length, number(eps))
      : graph.node("BatchNormalization", inputs, {}, { epsilon: number(eps) }),
);

/** Whatever is not here cannot be exported. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    ...{ neg: same("Neg"), exp: same("Exp"), log: same("Log"), sqrt: same("Sqrt"), abs: same("Abs") },
    ...{ relu: same("Relu"), sigmoid: same("Sigmoid"), tanh: same("Tanh"), softplus: same("Softplus") },
    ...{ gelu: same("Gelu"), silu, leakyRelu, clamp, square, pow },
    ...{ add: same("Add"), sub: same("Sub"), mul: same("Mul"), div: same("Div") },
    ...{ maximum: same("Max"), minimum: same("Min"), keepWhere },
    ...{ eq: comparison("Equal"), lt: comparison("Less"), le: comparison("LessOrEqual") },
    ...{ reciprocal: same("Reciprocal"), rsqrt, sin: same("Sin"), cos: same("Cos"), erf: same("Erf"), expm1, log1p },
    ...{ floor: same("Floor"), round: same("Round"), sign: same("Sign"), softsign: same("Softsign") },
    ...{ elu, hardtanh: clamp, hardsigmoid, hardswish },
    ...{ sum: reduction("ReduceSum"), argMax },
    max: reduction("ReduceMax", REDUCE_AXES_INPUT_OPSET),
    min: reduction("ReduceMin", REDUCE_AXES_INPUT_OPSET),
    ...{ softmax: alongDim("Softmax"), logSoftmax: alongDim("LogSoftmax") },
    ...{ clone: same("Identity"), reshape, expand, permute, slice, pad, cat: alongDim("Concat"), indexSelect },
    ...{ matmul, conv2d, convTranspose2d, maxPool2d, avgPool2d, normalize },
  }),
);
