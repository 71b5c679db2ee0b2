/**
 * Whether threads that compute four neighbouring results, and so share half of what they read, are faster than threads
 * that compute one: the matrix product and the convolution both ways, by GPU.js. A JSON line each.
 */

import { provideWebGpu } from "../../src/tensor/backend/gpujs/adapters.js";
import { type DeviceArray, type GpuJs, loadGpuJs } from "../../src/tensor/backend/gpujs/gpu-js.js";
import { quotient } from "../../src/tensor/backend/gpujs/kernels/math.js";
import { elapsed, median } from "../timing.js";

export interface SeveralReport {
  work: string;
  /** GFLOP/s. */
  one: number;
  four: number;
  /** Largest difference of their results, relative to the root mean square. */
  difference: number;
}

interface Problem {
  work: string;
  flops: number;
  /** Rows and columns of the operands and of the result. */
  a: [rows: number, columns: number];
  b: [rows: number, columns: number];
  result: [rows: number, columns: number];
  constants: Record<string, number>;
  one: string;
  four: string;
}

const MATMUL_ONE = `function one(a, b) {
  let sum = 0;
  for (let l = 0; l < this.constants.k; l++) sum += a[this.thread.y][l] * b[l][this.thread.x];
  return sum;
}`;

const MATMUL_FOUR = `function four(a, b) {
  const j = this.thread.x * 4;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let l = 0; l < this.constants.k; l++) {
    const left = a[this.thread.y][l];
    s0 += left * b[l][j];
    s1 += left * b[l][j + 1];
    s2 += left * b[l][j + 2];
    s3 += left * b[l][j + 3];
  }
  return [s0, s1, s2, s3];
}`;

/** Where a thread's plane and first pixel are; the sizes of `window` are compiled in. */
const CONV_HEAD = `
  const n = quotient(this.thread.y, this.constants.o);
  const o = this.thread.y - n * this.constants.o;
  const i = quotient(first, this.constants.w);
  const left = first - i * this.constants.w - this.constants.pad;`;

const CONV_ONE = `function one(x, w) {
  const first = this.thread.x;${CONV_HEAD}
  let sum = 0;
  for (let u = 0; u < this.constants.k; u++) {
    const y = i + u - this.constants.pad;
    if (y >= 0 && y < this.constants.w) {
      for (let v = 0; v < this.constants.k; v++) {
        const column = left + v;
        if (column >= 0 && column < this.constants.w) {
          for (let c = 0; c < this.constants.c; c++) {
            sum += w[o * this.constants.c + c][u * this.constants.k + v] *
              x[(n * this.constants.c + c) * this.constants.w + y][column];
          }
        }
      }
    }
  }
  return sum;
}`;

/** Pixels beyond the border are read at the border, and count 0 times. */
const CONV_FOUR = `function four(x, w) {
  const first = this.thread.x * 4;${CONV_HEAD}
  const last = this.constants.w - 1;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let u = 0; u < this.constants.k; u++) {
    const y = i + u - this.constants.pad;
    if (y >= 0 && y < this.constants.w) {
      for (let v = 0; v < this.constants.k; v++) {
        const column = left + v;
        let m0 = 1;
        let m3 = 1;
        let m1 = 1;
        let m2 = 1;
        if (column < 0 || column > last) m0 = 0;
        if (column + 1 < 0 || column + 1 > last) m1 = 0;
        if (column + 2 < 0 || column + 2 > last) m2 = 0;
        if (column + 3 < 0 || column + 3 > last) m3 = 0;
        const c0 = Math.max(0, Math.min(column, last));
        const c1 = Math.max(0, Math.min(column + 1, last));
        const c2 = Math.max(0, Math.min(column + 2, last));
        const c3 = Math.max(0, Math.min(column + 3, last));
        for (let c = 0; c < this.constants.c; c++) {
          const row = (n * this.constants.c + c) * this.constants.w + y;
          const weight = w[o * this.constants.c + c][u * this.constants.k + v];
          s0 += weight * m0 * x[row][c0];
          s1 += weight * m1 * x[row][c1];
          s2 += weight * m2 * x[row][c2];
          s3 += weight * m3 * x[row][c3];
        }
      }
    }
  }
  return [s0, s1, s2, s3];
}`;

function matmul(n: number): Problem {
  const square: [number, number] = [n, n];
  const common = { a: square, b: square, result: square, constants: { k: n } };
  return { ...common, work: `matmul ${n}²`, flops: 2 * n ** 3, one: MATMUL_ONE, four: MATMUL_FOUR };
}

function conv(n: number, c: number, o: number, k: number, w: number): Problem {
  return {
    work: `conv2d ${n}×${c}×${w}² → ${o}, ${k}×${k}`,
    flops: 2 * n * o * c * k ** 2 * w ** 2,
    ...{ a: [n * c * w, w], b: [o * c, k * k], result: [n * o, w * w] },
    ...{ constants: { c, o, k, w, pad: (k - 1) / 2 }, one: CONV_ONE, four: CONV_FOUR },
  };
}

const noise = (size: number) => Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);

const numbersIn = (nested: unknown): number[] =>
  typeof nested === "number" ? [nested] : Array.from(nested as ArrayLike<unknown>).flatMap(numbersIn);

/** Launches together, so that waiting for their end counts little. */
const TOGETHER = 10;

const ROUNDS = 6;

async function measure({ GPU, input }: GpuJs, problem: Problem): Promise<SeveralReport> {
  const { a, b, result, constants, flops } = problem;
  const gpu = new GPU({ mode: "webgpu" });
  const kernelOf = (source: string, output: number[]) => {
    const kernel = gpu.createKernel(source, {
      ...{ output, constants, functions: [String(quotient)] },
      ...{ precision: "single", pipeline: true, immutable: true, loopMaxIterations: 2 ** 31 - 1 },
    });
    return async (...args: unknown[]) => (await kernel(...args)) as DeviceArray;
  };
  const upload = ([rows, columns]: [number, number]) => {
    const copy = kernelOf("function copy(x) { return x[this.thread.y][this.thread.x]; }", [columns, rows]);
    return copy(input(noise(rows * columns), [columns, rows]));
  };
  const operands = [await upload(a), await upload(b)];
  const last = kernelOf("function last() { return 1; }", [1]);

  const timeOf = async (source: string, perThread: number) => {
    const [rows, columns] = result;
    const launch = kernelOf(source, [columns / perThread, rows]);
    const first = await launch(...operands);
    const values = numbersIn(await first.toArray());
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ms = await elapsed(async () => {
        for (let i = 0; i < TOGETHER; i++) (await launch(...operands)).delete();
        await (await last()).toArray();
      });
      // The first round warms up.
      if (round > 0) times.push(ms / TOGETHER);
    }
    return { values, gflops: flops / median(times) / 1e6 };
  };
  const one = await timeOf(problem.one, 1);
  const four = await timeOf(problem.four, 4);
  const rms = Math.sqrt(one.values.reduce((sum, x) => sum + x * x, 0) / one.values.length);
  const differences = one.values.map((x, i) => Math.abs(x - four.values[i]) / rms);
  const difference = differences.reduce((worst, x) => Math.max(worst, x), 0);
  return { work: problem.work, one: one.gflops, four: four.gflops, difference };
}

await provideWebGpu();
const gpuJs = await loadGpuJs();
const tiny = process.argv[2] === "tiny";
const problems = tiny
  ? [matmul(64), conv(1, 4, 8, 3, 8)]
  : [matmul(1024), conv(64, 32, 64, 3, 32), conv(16, 32, 64, 5, 64)];
for (const problem of problems) console.log(JSON.stringify(await measure(gpuJs, problem)));
process.exit();
