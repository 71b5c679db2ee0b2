/** Threads that compute four results: products and convolutions whose rows are made of fours, against the reference. */

import { describe, expect, it, vi } from "vitest";
import type { ConvGeometry, FloatArray } from "../../src/tensor/backend/backend.js";
import { Device } from "../../src/tensor/backend/gpujs/device.js";
import { openGpuJs } from "../../src/tensor/backend/gpujs/gpujs.js";
import { createJsBackend } from "../../src/tensor/backend/js/js.js";
import { conv2dGeometry } from "../../src/tensor/ops/conv2d.js";
import { Generator } from "../../src/tensor/random.js";
import { expectClose } from "../check-op.js";
import { targets } from "../targets.js";

const js = createJsBackend("float64");

function random(n: number, seed: number): FloatArray {
  const generator = new Generator(seed);
  return Float32Array.from({ length: n }, () => generator.uniform() * 2 - 1);
}

const webgpu = targets.find(({ name }) => name === "gpujs:webgpu");
const reason = webgpu ? webgpu.reason : "its tests are part of test:rest";

/** One for all: each listens to its device. */
let opened: ReturnType<typeof openGpuJs> | undefined;

type Work = (backend: typeof js) => ReturnType<typeof js.fill>[];

/** Compares what the two give, and says which kernels were compiled. */
async function compare(work: Work): Promise<string[]> {
  const compile = vi.spyOn(Device.prototype, "compile");
  opened ??= openGpuJs("webgpu");
  const gpu = await opened;
  const [got, want] = [work(gpu), work(js)];
  for (const [i, storage] of got.entries()) {
    expectClose(await gpu.read(storage), await js.read(want[i]), 1e-5, `result ${i}`);
  }
  const names = compile.mock.calls.map(([{ name }]) => name);
  compile.mockRestore();
  return names.filter((name) => name.endsWith("Fours"));
}

function convolution(input: readonly number[], weight: readonly number[], options: object): Work {
  const geometry: ConvGeometry = conv2dGeometry(input, weight, options);
  const { n, o, outH, outW } = geometry;
  const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n);
  return (backend) => {
    const [x, w] = [backend.upload(random(size(input), 1)), backend.upload(random(size(weight), 2))];
    const [bias, g] = [backend.upload(random(o, 3)), backend.upload(random(size([n, o, outH, outW]), 4))];
    return [
      backend.conv2d(x, w, bias, geometry),
      backend.conv2dInputGrad(g, w, geometry),
      backend.conv2dWeightGrad(x, g, geometry),
    ];
  };
}

const ALL = ["conv2dFours", "conv2dInputGradFours", "conv2dWeightGradFours"];

describe.skipIf(reason)(`on WebGPU${reason ? `: ${reason}` : ""}`, () => {
  it.each([
    ["padding wider than four pixels", [2, 3, 8, 8], [4, 3, 11, 11], { padding: 5 }, ALL],
    ["a filter wider than the image", [1, 2, 3, 4], [4, 2, 3, 7], { padding: [1, 3] }, ALL],
    ["dilation", [3, 2, 9, 8], [8, 2, 3, 3], { dilation: [1, 2], padding: [0, 2] }, ALL],
    ["groups of four filters", [2, 4, 5, 8], [8, 2, 3, 3], { groups: 2, padding: 1 }, ALL],
    ["groups of two filters", [2, 4, 5, 8], [4, 2, 3, 3], { groups: 2, padding: 1 }, ALL.slice(0, 2)],
    ["strides", [2, 3, 9, 16], [4, 3, 3, 3], { stride: 2, padding: 1 }, [ALL[0], ALL[2]]],
    ["strides along the columns of the image alone", [2, 3, 9, 8], [4, 3, 3, 3], { stride: [2, 1], padding: 1 }, ALL],
    ["rows that are not made of fours", [2, 3, 6, 6], [3, 3, 3, 3], { padding: 1 }, []],
    ["more images than parts of the sum", [33, 4, 4, 4], [64, 4, 3, 3], { padding: 1 }, ALL],
  ])("convolution with %s is as js computes it", async (_name, input, weight, options, kernels) => {
    expect(await compare(convolution(input, weight, options))).toEqual(kernels);
  });

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])("products are as js computes them, transA %s, transB %s", async (transA, transB) => {
    const [batch, m, n, k] = [3, 5, 8, 300];
    const geometry = { batch, m, n, k, transA, transB, aStride: m * k, bStride: 0 };
    const work: Work = (backend) => [
      backend.matmul(backend.upload(random(batch * m * k, 1)), backend.upload(random(k * n, 2)), geometry),
    ];
    expect(await compare(work)).toEqual(["matmulFours"]);
  });
});
