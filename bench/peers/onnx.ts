/** onnxruntime-web on its wasm backend: inference of models that are written here, at the time. */

import * as ort from "onnxruntime-web";
import { type Prepared, serve, type Values } from "../contest/protocol.js";
import { matmulModel, netModel } from "./onnx-model.js";

const upload = ({ values, shape }: Values) => new ort.Tensor("float32", values, shape);

async function prepare(model: Uint8Array, feeds: Record<string, ort.Tensor>): Promise<Prepared> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  const run = async () => (await session.run(feeds)).output.data;
  return { result: (await run()) as Float32Array, run, dispose: () => void session.release() };
}

await serve(async ({ work, layers, threads }, inputs) => {
  ort.env.wasm.numThreads = threads;
  if (work === "training") throw new Error("onnxruntime-web cannot train");
  if (work === "matmul") {
    const { a, b } = inputs;
    return prepare(matmulModel(a.shape, b.shape), { a: upload(a), b: upload(b) });
  }
  const { images, labels, ...weights } = inputs;
  return prepare(netModel(layers, weights, images.shape), { images: upload(images) });
});
