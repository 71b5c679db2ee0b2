/** Exported models on ONNX Runtime Web as it was in several years: whether each can be read, and gives the same. */

import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { exportOnnx } from "../../src/io/onnx/export.js";
import type { Module } from "../../src/layers/module.js";
import { Sequential } from "../../src/layers/sequential.js";
import { Net1 } from "../../src/nets/net1.js";
import { Net2 } from "../../src/nets/net2.js";
import { Net3 } from "../../src/nets/net3.js";
import { noGrad } from "../../src/tensor/scope.js";
import "../../src/tensor/methods.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { randn } from "../../src/tensor/factories/drawn.js";
import { Generator } from "../../src/tensor/random.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { ONNX_CASES } from "../../test/io/onnx-cases.js";

/** Of May 2024, November 2024 and May 2025, 90 to 150 MB each; the tests have the newest. */
export const ONNX_RUNTIMES = ["1.18.0", "1.20.1", "1.22.0"];

/** What is used of a runtime, in each of the versions. */
interface Runtime {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly InferenceSession: { create(file: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: "float32", values: Float32Array, shape: readonly number[]) => object;
}

interface Session {
  run(inputs: object): Promise<{ readonly output: { readonly data: Float32Array; readonly dims: readonly number[] } }>;
  release?(): Promise<void>;
}

interface Exported {
  readonly name: string;
  readonly file: Uint8Array;
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Every operation, and the nets. */
async function exportAll(): Promise<Exported[]> {
  await useBackend("wasm", { threads: 1 });
  const models: [name: string, shape: readonly number[], model: Module][] = [
    ...ONNX_CASES.map(([name, shape, fn]) => [name, shape, new Sequential(fn)] as [string, readonly number[], Module]),
    ["Net1", [3, 32, 32], new Net1()],
    ["Net2", [3, 64, 64], new Net2()],
    ["Net3", [3, 64, 64], new Net3()],
  ];
  const exported: Exported[] = [];
  for (const [name, inputShape, model] of models) {
    const file = await exportOnnx(model, { inputShape: [...inputShape] });
    const x = randn([7, ...inputShape], { generator: new Generator(1) });
    exported.push({ name, file, x, y: noGrad(() => model.eval().forward(x)) });
  }
  return exported;
}

async function runOn(runtime: Runtime, { file, x, y }: Exported): Promise<void> {
  const session = await runtime.InferenceSession.create(file, { executionProviders: ["wasm"] });
  const { output } = await session.run({ input: new runtime.Tensor("float32", await x.data(), x.shape) });
  await session.release?.();
  if (String(output.dims) !== String(y.shape)) throw new Error(`the shape is [${output.dims}] instead of [${y.shape}]`);
  const expected = await y.data();
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(value - output.data[i]) / Math.max(1, Math.abs(value));
    if (!(error < 1e-4)) throw new Error(`number ${i} is ${output.data[i]} instead of ${value}`);
  }
}

/**
 * Installs a version and has it run what is exported.
 * @param folder a new one
 * @returns how many models were run
 * @throws Error naming the models that it does not read, or computes differently
 */
export async function runExportedOn(
  version: string,
  folder: string,
  install: (folder: string, ...packages: string[]) => Promise<void>,
): Promise<string> {
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  await install(folder, "--ignore-scripts", `onnxruntime-web@${version}`);
  const runtime: Runtime = createRequire(join(folder, "package.json"))("onnxruntime-web");
  runtime.env.wasm.numThreads = 1;
  const exported = await exportAll();
  const failures: string[] = [];
  for (const one of exported) {
    try {
      await runOn(runtime, one);
    } catch (error) {
      failures.push(`${one.name}: ${(error as Error).message ?? error}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return `${exported.length} models`;
}
