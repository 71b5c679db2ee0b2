/** selfCheck: every kernel of a backend, on small numbers, against the reference in float64. */

import type { Backend, FloatArray, Storage } from "./backend/backend.js";
import { createJsBackend } from "./backend/js/js.js";
import { binaryRules, unaryRules } from "./ops/pointwise-rules.js";
import { Generator } from "./random.js";

/** What a backend has to show: everything but the ways in and out, which the check itself goes. */
type Kernel = Exclude<
  keyof Backend,
  | "name"
  | "dtype"
  | "device"
  | "failure"
  | "read"
  | "readSync"
  | "putAside"
  | "free"
  | "memory"
  | "upload"
  | "hasEpilogues"
>;

/** Storages with the same random numbers on each backend, all between 0.1 and 1.1. */
type Numbers = (size: number) => Storage;

const BOX = { outer: 3, n: 7, inner: 5 };
const CONVOLUTION = {
  ...{ n: 2, c: 4, h: 7, w: 6, o: 6, kH: 3, kW: 2, groups: 2 },
  ...{ strideH: 2, strideW: 1, padH: 1, padW: 0, dilationH: 1, dilationW: 2, outH: 4, outW: 4 },
};
const POOLING = {
  ...{ planes: 6, h: 7, w: 6, kH: 3, kW: 2, strideH: 2, strideW: 2, padH: 1, padW: 0, outH: 4, outW: 3 },
  countIncludePad: false,
};
const CHANNELS = { n: 3, c: 4, pixels: 10 };
const VIEW = { shape: [3, 2, 4], strides: [1, 12, 3], offset: 0 };
const ADAM = { lr: 0.1, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0.1, decoupled: false };
const SGD = { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.1, nesterov: true, first: false };

const normalized = (numbers: Numbers) => ({ x: numbers(120), mean: numbers(4), variance: numbers(4), eps: 1e-5 });

/** What each kernel makes of the numbers; a kernel that is missing here is a compile error. */
const CHECKS: { [Name in Kernel]: (backend: Backend, numbers: Numbers) => Storage[] } = {
  fill: (backend) => [backend.fill(7, 1.5)],
  dropoutMask: (backend) => [backend.dropoutMask(70, 0.3, 1.5, new Generator(2).take(70))],
  uniform: (backend) => [backend.uniform(70, -0.5, 3, new Generator(2).takeNext(70))],
  unary: (backend, numbers) => Object.values(unaryRules).map((rule) => backend.unary(rule, numbers(70), 0.3, 0.8)),
  unaryGrad: (backend, numbers) =>
    Object.values(unaryRules).map((rule) => {
      const saved = numbers(70);
      return backend.unaryGrad(rule, numbers(70), saved, saved, 0.3, 0.8);
    }),
  binary: (backend, numbers) =>
    Object.values(binaryRules).flatMap((rule) => [
      backend.binary(rule, numbers(70), numbers(70), { shape: [70], aStrides: [1], bStrides: [1] }),
      backend.binary(rule, numbers(24), numbers(6), {
        shape: [2, 3, 4, 2],
        aStrides: [12, 4, 1, 0],
        bStrides: [0, 2, 0, 1],
      }),
    ]),
  reduce: (backend, numbers) => (["sum", "max", "min"] as const).map((name) => backend.reduce(name, numbers(105), BOX)),
  argMax: (backend, numbers) => [backend.argMax(numbers(105), BOX)],
  softmax: (backend, numbers) => [false, true].map((log) => backend.softmax(numbers(105), BOX, log)),
  softmaxGrad: (backend, numbers) =>
    [false, true].map((log) => backend.softmaxGrad(numbers(105), numbers(105), BOX, log)),
  view: (backend, numbers) => [backend.view(numbers(24), VIEW)],
  pad: (backend, numbers) => [
    backend.pad(numbers(6), { inShape: [2, 3], outShape: [5, 6], before: [1, 0], step: [2, 2] }, 0.5),
  ],
  cat: (backend, numbers) => [backend.cat([numbers(12), numbers(30), numbers(6)], [2, 5, 1], 2, 3)],
  indexSelect: (backend, numbers) => [backend.indexSelect(numbers(105), Int32Array.of(6, 0, 0, 3), BOX)],
  indexAdd: (backend, numbers) => [backend.indexAdd(numbers(60), Int32Array.of(6, 0, 0, 3), BOX)],
  matmul: (backend, numbers) =>
    [false, true].map((trans) => {
      const sizes = { batch: 2, m: 5, n: 6, k: 9, aStride: 45, bStride: 0 };
      return backend.matmul(numbers(90), numbers(54), { ...sizes, transA: trans, transB: !trans });
    }),
  conv2d: (backend, numbers) => [
    backend.conv2d(numbers(2 * 4 * 42), numbers(72), numbers(6), CONVOLUTION),
    backend.conv2d(numbers(2 * 4 * 42), numbers(72), undefined, CONVOLUTION),
  ],
  conv2dInputGrad: (backend, numbers) => [backend.conv2dInputGrad(numbers(2 * 6 * 16), numbers(72), CONVOLUTION)],
  conv2dWeightGrad: (backend, numbers) => [
    backend.conv2dWeightGrad(numbers(2 * 4 * 42), numbers(2 * 6 * 16), CONVOLUTION),
  ],
  maxPool2d: (backend, numbers) => [backend.maxPool2d(numbers(6 * 42), POOLING)],
  maxPool2dGrad: (backend, numbers) => {
    const x = numbers(6 * 42);
    return [backend.maxPool2dGrad(numbers(72), x, backend.maxPool2d(x, POOLING), POOLING)];
  },
  avgPool2d: (backend, numbers) => [backend.avgPool2d(numbers(6 * 42), POOLING)],
  avgPool2dGrad: (backend, numbers) => [backend.avgPool2dGrad(numbers(72), POOLING)],
  moments: (backend, numbers) => {
    const { mean, variance } = backend.moments(numbers(120), CHANNELS);
    return [mean, variance];
  },
  normalize: (backend, numbers) => [
    backend.normalize({ ...normalized(numbers), weight: numbers(4), bias: numbers(4) }, CHANNELS),
  ],
  normalizeParamGrads: (backend, numbers) => {
    const { weight, bias } = backend.normalizeParamGrads({ ...normalized(numbers), g: numbers(120) }, CHANNELS);
    return [weight, bias];
  },
  normalizeInputGrad: (backend, numbers) => {
    const grads = { weight: numbers(4), bias: numbers(4) };
    const of = { ...normalized(numbers), g: numbers(120), weight: numbers(4), grads };
    return [backend.normalizeInputGrad(of, CHANNELS)];
  },
  accumulate: (backend, numbers) =>
    [0, 0.7].map((alpha) => {
      const y = numbers(70);
      backend.accumulate(y, numbers(70), alpha, 1.3);
      return y;
    }),
  adam: (backend, numbers) => {
    const [parameter, grad, mean, square] = Array.from({ length: 4 }, () => numbers(70));
    backend.adam({ parameter, grad, mean, square }, { ...ADAM, correction1: 0.1, correction2: 0.01 });
    return [parameter, mean, square];
  },
  sgd: (backend, numbers) => {
    const [parameter, grad, velocity] = Array.from({ length: 3 }, () => numbers(70));
    backend.sgd({ parameter, grad, velocity }, SGD);
    backend.sgd({ parameter, grad }, SGD);
    return [parameter, velocity];
  },
};

/** A kernel's largest error relative to the root mean square of its results, or the error that it ended in. */
export interface KernelCheck {
  /** The method of `Backend` that was called. */
  readonly kernel: string;
  /** 0 where every bit is right; compare with `TOLERANCE`. */
  readonly outcome: number | Error;
}

/** Float32 and a GPU's own functions stay far below; a wrong kernel does not. */
export const TOLERANCE = 1e-4;

async function resultsOf(backend: Backend, kernel: Kernel): Promise<FloatArray[]> {
  const generator = new Generator(1);
  const made: Storage[] = [];
  const results = CHECKS[kernel](backend, (size) => {
    const storage = backend.upload(Float32Array.from({ length: size }, () => 0.1 + generator.uniform()));
    made.push(storage);
    return storage;
  });
  try {
    return await Promise.all(results.map((result) => backend.read(result)));
  } finally {
    for (const storage of new Set([...made, ...results])) backend.free(storage);
  }
}

function errorOf(actual: FloatArray[], expected: FloatArray[]): number {
  const all = expected.flatMap((values) => [...values]);
  const scale = Math.sqrt(all.reduce((sum, value) => sum + value * value, 0) / all.length);
  const flat = actual.flatMap((values) => [...values]);
  if (flat.length !== all.length) return Number.POSITIVE_INFINITY;
  // A NaN where there should be none must not vanish in Math.max's sight: it makes the result NaN.
  return Math.max(...flat.map((value, i) => Math.abs(value - all[i]))) / scale;
}

/** Runs every kernel of `backend` and compares it with the reference. */
export async function selfCheck(backend: Backend): Promise<KernelCheck[]> {
  const reference = createJsBackend("float64");
  const checks: KernelCheck[] = [];
  for (const kernel of Object.keys(CHECKS) as Kernel[]) {
    try {
      const outcome = errorOf(await resultsOf(backend, kernel), await resultsOf(reference, kernel));
      checks.push({ kernel, outcome });
    } catch (error) {
      checks.push({ kernel, outcome: error as Error });
    }
  }
  return checks;
}
