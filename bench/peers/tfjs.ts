/** TensorFlow.js: `tfjs.ts wasm`, `tfjs.ts cpu` or `tfjs.ts webgpu`. */

import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { provideWebGpu } from "../../src/tensor/backend/gpujs/adapters.js";
import { type Inputs, type Prepared, serve, type Task, type Values } from "../contest/protocol.js";

type Weights = Record<string, tf.Tensor>;

const upload = ({ values, shape }: Values) => tf.tensor(values, shape);

/** The weights in this library's layouts: filters [kH, kW, C, O], images [N, H, W, C], and so the last layer's inputs. */
function convert(layers: Task["layers"], inputs: Inputs): Weights {
  const weights: Weights = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, upload(values)]));
  // Of what comes to a linear layer: a convolution's, or those of a grey image.
  let channels = 1;
  layers.forEach((layer, i) => {
    const name = `${i}.weight`;
    if (layer === "conv") {
      channels = weights[name].shape[0];
      weights[name] = tf.transpose(weights[name], [2, 3, 1, 0]);
    } else if (layer === "linear") {
      const [outputs, features] = weights[name].shape;
      const size = Math.sqrt(features / channels);
      const perPixel = tf.transpose(tf.reshape(weights[name], [outputs, channels, size, size]), [2, 3, 1, 0]);
      weights[name] = tf.reshape(perPixel, [features, outputs]);
    }
  });
  return weights;
}

/** Log-probabilities, with the fused convolution that this library offers. */
function forward(
  layers: Task["layers"],
  weights: Weights,
  images: tf.Tensor,
  { training, dropout = 0 }: { training: boolean; dropout?: number },
): tf.Tensor2D {
  let x = images;
  layers.forEach((layer, i) => {
    const [weight, bias] = [weights[`${i}.weight`], weights[`${i}.bias`]];
    if (layer === "conv") {
      const activation = layers[i + 1] === "relu" ? "relu" : "linear";
      const convolution = { x: x as tf.Tensor4D, filter: weight as tf.Tensor4D, strides: 1, pad: "same" } as const;
      x = tf.fused.conv2d({ ...convolution, bias, activation });
    } else if (layer === "relu" && layers[i - 1] !== "conv") {
      x = tf.relu(x);
    } else if (layer === "norm") {
      const { mean, variance } = training
        ? tf.moments(x, [0, 1, 2])
        : { mean: weights[`${i}.running_mean`], variance: weights[`${i}.running_var`] };
      x = tf.batchNorm(
        x,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        bias as tf.Tensor1D,
        weight as tf.Tensor1D,
        1e-5,
      );
    } else if (layer === "pool") {
      x = tf.maxPool(x as tf.Tensor4D, 2, 2, "valid");
    } else if (layer === "dropout" && training && dropout > 0) {
      x = tf.dropout(x, dropout);
    } else if (layer === "flatten") {
      x = tf.reshape(x, [x.shape[0], -1]);
    } else if (layer === "linear") {
      x = tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), bias);
    } else if (layer === "logSoftmax") {
      x = tf.logSoftmax(x);
    }
  });
  return x as tf.Tensor2D;
}

async function matmul({ a, b }: Inputs): Promise<Prepared> {
  const [left, right] = [upload(a), upload(b)] as tf.Tensor2D[];
  const run = async () => {
    const product = tf.matMul(left, right);
    const values = await product.data();
    product.dispose();
    return values;
  };
  return { result: await run(), run };
}

function nhwc(images: Values): tf.Tensor {
  return tf.transpose(upload(images), [0, 2, 3, 1]);
}

async function inference({ layers }: Task, { images, labels, ...rest }: Inputs): Promise<Prepared> {
  const weights = convert(layers, rest);
  const input = nhwc(images);
  const run = async () => {
    const output = tf.tidy(() => forward(layers, weights, input, { training: false }));
    const values = await output.data();
    output.dispose();
    return values;
  };
  return { result: await run(), run };
}

/** A net that learns, and a function that takes one step of it. */
function stepOf(layers: Task["layers"], rest: Inputs, input: tf.Tensor, labels: Values, dropout: number) {
  const weights = convert(layers, rest);
  const learned = Object.keys(weights).filter((name) => /weight|bias/.test(name));
  for (const name of learned) weights[name] = tf.variable(weights[name]);
  const targets = tf.oneHot(tf.tensor1d(labels.values, "int32"), 2);
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const variables = learned.map((name) => weights[name] as tf.Variable);
  return async () => {
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => {
        const output = forward(layers, weights, input, { training: true, dropout });
        return tf.mul(tf.sum(tf.mul(output, targets)), -1 / labels.values.length) as tf.Scalar;
      }, variables);
      for (const variable of variables) {
        grads[variable.name] = tf.add(grads[variable.name], tf.mul(variable, 1e-3));
      }
      optimizer.applyGradients(grads as Record<string, tf.Variable>);
      return value;
    });
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
}

async function training({ layers }: Task, { images, labels, ...rest }: Inputs): Promise<Prepared> {
  const input = nhwc(images);
  const check = stepOf(layers, rest, input, labels, 0);
  return { result: [await check(), await check()], run: stepOf(layers, rest, input, labels, 0.2) };
}

const backend = process.argv[2];
if (backend === "wasm") {
  const home = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  setWasmPaths(`${home}/dist/`);
}
if (backend === "webgpu") {
  await provideWebGpu();
  await import("@tensorflow/tfjs-backend-webgpu");
}

await serve(async (task, inputs) => {
  await tf.setBackend(backend);
  await tf.ready();
  if (tf.getBackend() !== backend) throw new Error(`tfjs runs on ${tf.getBackend()} instead of ${backend}`);
  if (task.threads !== 1) throw new Error("tfjs has no threads in Node");
  if (task.work === "matmul") return matmul(inputs);
  return task.work === "inference" ? inference(task, inputs) : training(task, inputs);
});
