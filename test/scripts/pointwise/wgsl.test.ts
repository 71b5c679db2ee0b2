/** The pointwise table's formulas in WGSL give the same numbers as the rows themselves, on WebGPU. */

import { readFileSync } from "node:fs";
import { inject, it } from "vitest";
import { readPointwiseTable } from "../../../scripts/pointwise/rows.js";
import { wgslFunction } from "../../../scripts/pointwise/wgsl.js";
import { provideWebGpu } from "../../../src/tensor/backend/gpujs/adapters.js";
import { binaryRules, unaryRules } from "../../../src/tensor/ops/pointwise-rules.js";
import { Generator } from "../../../src/tensor/random.js";
import { expectClose } from "../../check-op.js";

// Globals of WebGPU that TypeScript's own types leave out.
declare const GPUBufferUsage: { STORAGE: number; COPY_SRC: number; COPY_DST: number; MAP_READ: number };
declare const GPUMapMode: { READ: number };

const N = 256;
const [A, B] = [0.3, 0.8];

const generator = new Generator(1);
const random = () => Math.fround(6 * generator.uniform() - 3);
const xs = Float32Array.from({ length: N }, (_, i) => [0, 1, -1, 20, -20, 0.5, Infinity][i] ?? random());
const gs = Float32Array.from({ length: N }, random);

/** A function of the shader, and what it is to give. */
interface Result {
  readonly name: string;
  readonly source: string;
  readonly call: string;
  readonly expected: (x: number, g: number) => number;
}

/** Each formula on its own: WGSL's f, and its df where y is exact. */
function results(): Result[] {
  const { unary, binary } = readPointwiseTable();
  return [
    ...unary.flatMap(({ name, f, df }): Result[] => {
      const rule = unaryRules[name as keyof typeof unaryRules]!;
      const [forward, gradient] = [`${name}Rule`, `${name}GradRule`];
      return [
        {
          ...{ name: forward, source: wgslFunction(forward, f), call: `${forward}(x, ${A}, ${B})` },
          expected: (x) => rule.f(x, A, B),
        },
        {
          ...{ name: gradient, source: wgslFunction(gradient, df), call: `${gradient}(g, x, x, ${A}, ${B})` },
          expected: (x, g) => rule.df(g, x, x, A, B),
        },
      ];
    }),
    ...binary.map(({ name, f }): Result => {
      const pair = `${name}PairRule`;
      const rule = binaryRules[name as keyof typeof binaryRules]!;
      return { name: pair, source: wgslFunction(pair, f), call: `${pair}(x, g)`, expected: (x, g) => rule.f(x, g) };
    }),
  ];
}

async function run(all: readonly Result[]): Promise<Float32Array> {
  const gpu = (await provideWebGpu()) as unknown as GPU;
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error("no adapter");
  const device = await adapter.requestDevice();
  const code = [
    readFileSync(new URL("../../../scripts/pointwise/math.wgsl", import.meta.url), "utf8"),
    ...all.map(({ source }) => source),
    "@group(0) @binding(0) var<storage, read> numbers: array<f32>;",
    "@group(0) @binding(1) var<storage, read_write> results: array<f32>;",
    `@compute @workgroup_size(${N}) fn main(@builtin(local_invocation_index) i: u32) {`,
    `  let x = numbers[i];\n  let g = numbers[${N} + i];`,
    ...all.map(({ call }, k) => `  results[${k * N} + i] = ${call};`),
    "}",
  ].join("\n");
  const module = device.createShaderModule({ code });
  const { messages } = await module.getCompilationInfo();
  if (messages.length > 0) throw new Error(messages.map(({ lineNum, message }) => `${lineNum}: ${message}`).join("\n"));
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  const bytes = all.length * N * 4;
  const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const numbers = device.createBuffer({ size: 2 * N * 4, usage: STORAGE | COPY_DST });
  const output = device.createBuffer({ size: bytes, usage: STORAGE | COPY_SRC });
  const read = device.createBuffer({ size: bytes, usage: COPY_DST | MAP_READ });
  device.queue.writeBuffer(numbers, 0, Float32Array.of(...xs, ...gs));
  const entries = [numbers, output].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(output, 0, read, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(read.getMappedRange().slice(0));
  device.destroy();
  return values;
}

const adapter = await provideWebGpu()
  .then((gpu) => gpu.requestAdapter())
  .catch(() => null);

it.skipIf(!adapter && !inject("mustRun"))("every formula, where WebGPU has an adapter", async () => {
  const all = results();
  const values = await run(all);
  for (const [k, { name, expected }] of all.entries()) {
    const exact = Array.from(xs, (x, i) => Math.fround(expected(x, gs[i])));
    expectClose(values.subarray(k * N, (k + 1) * N), exact, 1e-5, name);
  }
});
