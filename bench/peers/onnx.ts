/** ONNX Runtime, `onnx.ts onnxruntime-web` by wasm and `onnx.ts onnxruntime-node` native: inference of an exported net. */

import type { InferenceSession, Tensor } from "onnxruntime-web";
import { type Inputs, type Prepared, serve, type Task } from "../contest/protocol.js";

interface Runtime {
  InferenceSession: { create(path: string, options: InferenceSession.SessionOptions): Promise<InferenceSession> };
  Tensor: new (type: "float32", values: Float32Array, shape: number[]) => Tensor;
  env: { wasm: { numThreads?: number } };
}

const library = process.argv[2];
const ort: Runtime = await import(library);

async function inference({ onnx, threads }: Task, { images }: Inputs): Promise<Prepared> {
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(onnx!, {
    executionProviders: [library === "onnxruntime-web" ? "wasm" : "cpu"],
    graphOptimizationLevel: "all",
    intraOpNumThreads: threads,
  });
  const feeds = { input: new ort.Tensor("float32", images.values, images.shape) };
  const run = async () => (await session.run(feeds)).output.data;
  return { result: (await run()) as Float32Array, run, dispose: () => void session.release() };
}

await serve(async (task, inputs) => {
  if (task.work !== "inference") throw new Error(`${library} is only compared in inference`);
  return inference(task, inputs);
});
