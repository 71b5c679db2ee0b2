/** onnxruntime-web on its wasm backend: inference of what torchlet exports. */

import * as ort from "onnxruntime-web";
import { exportOnnx, useBackend } from "../../src/index.js";
import { loadNet } from "../contest/load.js";
import { type Inputs, type Prepared, serve, type Task } from "../contest/protocol.js";

async function inference(task: Task, { images, labels, ...weights }: Inputs): Promise<Prepared> {
  ort.env.wasm.numThreads = task.threads;
  const [batch, ...inputShape] = images.shape;
  const model = await exportOnnx(loadNet(task, weights, 0), { inputShape, batch });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  const feeds = { input: new ort.Tensor("float32", images.values, images.shape) };
  const run = async () => (await session.run(feeds)).output.data;
  return { result: (await run()) as Float32Array, run, dispose: () => void session.release() };
}

// Without workers of its own beside those that are measured.
await useBackend("wasm", { threads: 1 });

await serve(async (task, inputs) => {
  if (task.work !== "inference") throw new Error("onnxruntime-web is only compared in inference");
  return inference(task, inputs);
});
