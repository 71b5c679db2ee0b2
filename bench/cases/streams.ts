/** Kernels that little more than memory holds back: pointwise, reductions, softmax, batch norm, Adam. */

import type { BinaryRule, ChannelGeometry, ReduceName, UnaryRule } from "../../src/tensor/backend/backend.js";
import type { KernelCase, Run } from "./case.js";

const addRule: BinaryRule = { name: "add", f: (a, b) => a + b };
const mulRule: BinaryRule = { name: "mul", f: (a, b) => a * b };
const reluRule: UnaryRule = { name: "relu", f: (x) => Math.max(x, 0), df: (g, _x, y) => (y > 0 ? g : 0), saves: "y" };

const flat = (size: number) => ({ shape: [size], aStrides: [1], bStrides: [1] });

const common = (name: string, size: number, arrays: number, flops = 1) => ({
  ...{ name, shape: `[${size}]`, flops: flops * size, bytes: 4 * arrays * size },
});

export function pointwise(size: number): KernelCase[] {
  const relu: Run = (backend, [x]) => [backend.unary(reluRule, x, 0, 0)];
  return [
    {
      ...common("add", size, 3),
      sizes: [size, size],
      run: (backend, [a, b]) => [backend.binary(addRule, a, b, flat(size))],
    },
    { ...common("relu forward", size, 2), sizes: [size], run: relu },
    {
      ...common("relu gradient", size, 3),
      sizes: [size, size],
      prepare: relu,
      run: (backend, [, g, y]) => [backend.unaryGrad(reluRule, g, y, y, 0, 0)],
    },
  ];
}

/** Along the middle axis of [outer, n, inner]. */
export function reduce(name: ReduceName, outer: number, n: number, inner: number): KernelCase {
  const size = outer * n * inner;
  return {
    ...{
      name: `reduce ${name} of ${inner === 1 ? "rows" : "columns"}`,
      shape: `[${outer}, ${n}, ${inner}] along ${n}`,
      flops: size,
    },
    bytes: 4 * (size + outer * inner),
    sizes: [size],
    run: (backend, [x]) => [backend.reduce(name, x, { outer, n, inner })],
  };
}

/** `rows` distributions over n classes. */
export function softmax(rows: number, n: number, log: boolean): KernelCase[] {
  const geometry = { outer: rows, n, inner: 1 };
  const name = log ? "logSoftmax" : "softmax";
  const forward: Run = (backend, [x]) => [backend.softmax(x, geometry, log)];
  const shape = `[${rows}, ${n}]`;
  return [
    { ...common(`${name} forward`, rows * n, 2, 4), shape, sizes: [rows * n], run: forward },
    {
      ...common(`${name} gradient`, rows * n, 3, 4),
      shape,
      sizes: [rows * n, rows * n],
      prepare: forward,
      run: (backend, [, g, y]) => [backend.softmaxGrad(g, y, geometry, log)],
    },
  ];
}

/** The four kernels of a training step through one layer. */
export function batchNorm(n: number, c: number, size: number): KernelCase[] {
  const geometry: ChannelGeometry = { n, c, pixels: size * size };
  const total = n * c * size * size;
  const eps = 1e-5;
  const shape = `${n}×${c}×${size}²`;
  const moments: Run = (backend, [x]) => {
    const { mean, variance } = backend.moments(x, geometry);
    return [mean, variance];
  };
  const grads: Run = (backend, [x, g, , mean, variance]) => {
    const { weight, bias } = backend.normalizeParamGrads({ g, x, mean, variance, eps }, geometry);
    return [weight, bias];
  };
  const withMoments = { shape, sizes: [total, total, c, c], prepare: moments };
  return [
    { ...common("batchNorm moments", total, 1, 3), shape, sizes: [total], run: moments },
    {
      ...common("batchNorm forward", total, 2, 2),
      ...{ shape, sizes: [total, c, c], prepare: moments },
      run: (backend, [x, weight, bias, mean, variance]) => [
        backend.normalize({ x, mean, variance, weight, bias, eps }, geometry),
      ],
    },
    {
      ...common("batchNorm parameter gradients", total, 2, 4),
      ...{ shape, sizes: [total, total, c], prepare: moments },
      run: grads,
    },
    {
      ...common("batchNorm input gradient", total, 3, 4),
      ...withMoments,
      run: (backend, [x, g, weight, other, mean, variance]) => {
        const grads = { weight: other, bias: other };
        return [backend.normalizeInputGrad({ g, x, mean, variance, weight, grads, eps }, geometry)];
      },
    },
  ];
}

/** One step on `size` parameters. A learning rate of 1 shows errors that a usual one would hide. */
export function adam(size: number): KernelCase {
  const step = { lr: 1, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 1e-3, decoupled: false };
  return {
    ...common("adam", size, 7, 14),
    sizes: [size, size, size],
    prepare: (backend, [, grad]) => [backend.binary(mulRule, grad, grad, flat(size))],
    run: (backend, [parameter, grad, mean, square]) => {
      backend.adam({ parameter, grad, mean, square }, { ...step, correction1: 0.1, correction2: 0.001 });
      return [parameter];
    },
    inPlace: true,
  };
}
