/** jax-js: `jax.ts wasm` or `jax.ts webgpu`. A training step here is the loss and its gradients, without an optimizer. */

import {
  blockUntilReady,
  defaultDevice,
  init,
  type Array as JaxArray,
  jit,
  lax,
  nn,
  numpy as np,
  valueAndGrad,
} from "@jax-js/jax";
import { provideWebGpu } from "../../src/tensor/backend/gpujs/adapters.js";
import { type Inputs, type Prepared, serve, type Task, type Values } from "../contest/protocol.js";

type Weights = Record<string, JaxArray>;

const upload = ({ values, shape }: Values) => np.array(values as Float32Array<ArrayBuffer>).reshape(shape);

const perChannel = (x: JaxArray) => x.reshape([1, -1, 1, 1]);

/** Every use of an array consumes it, unless it is asked for with `.ref`. */
function forward(layers: Task["layers"], weights: Weights, images: JaxArray, training: boolean): JaxArray {
  let x = images;
  layers.forEach((layer, i) => {
    const get = (name: string) => weights[`${i}.${name}`].ref;
    if (layer === "conv") x = lax.conv(x, get("weight"), [1, 1], "SAME").add(perChannel(get("bias")));
    else if (layer === "relu") x = nn.relu(x);
    else if (layer === "norm") {
      const mean = training ? x.ref.mean([0, 2, 3]) : get("running_mean");
      const centred = x.sub(perChannel(mean));
      const variance = training ? np.square(centred.ref).mean([0, 2, 3]) : get("running_var");
      const scale = get("weight").div(np.sqrt(variance.add(1e-5)));
      x = centred.mul(perChannel(scale)).add(perChannel(get("bias")));
    } else if (layer === "pool") {
      const [n, c, h, w] = x.shape;
      x = x.reshape([n, c, h / 2, 2, w / 2, 2]).max([3, 5]);
    } else if (layer === "flatten") x = x.reshape([x.shape[0], -1]);
    else if (layer === "linear") x = np.matmul(x, get("weight").transpose()).add(get("bias"));
    else if (layer === "logSoftmax") x = nn.logSoftmax(x, -1);
  });
  return x;
}

async function matmul({ a, b }: Inputs): Promise<Prepared> {
  const [left, right] = [upload(a), upload(b)];
  const product = jit((x: JaxArray, y: JaxArray) => np.matmul(x, y));
  const run = () => product(left.ref, right.ref).data();
  return { result: (await run()) as Float32Array, run };
}

function uploadAll(weights: Inputs): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, upload(values)]));
}

const shared = (weights: Weights) =>
  Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, value.ref]));

async function inference({ layers }: Task, { images, labels, ...rest }: Inputs): Promise<Prepared> {
  const weights = uploadAll(rest);
  const input = upload(images);
  const compiled = jit((parameters: Weights, x: JaxArray) => {
    const output = forward(layers, parameters, x, false);
    for (const value of Object.values(parameters)) value.dispose();
    return output;
  });
  const run = () => compiled(shared(weights), input.ref).data();
  return { result: (await run()) as Float32Array, run };
}

async function training({ layers }: Task, { images, labels, ...rest }: Inputs): Promise<Prepared> {
  if (layers.includes("dropout")) throw new Error("its training step is written for nets without dropout");
  const learned = Object.entries(rest).filter(([name]) => /weight|bias/.test(name));
  const weights = uploadAll(Object.fromEntries(learned));
  const input = upload(images);
  const targets = nn.oneHot(np.array(Array.from(labels.values), { dtype: np.int32 }), 2);
  const lossOf = (parameters: Weights, x: JaxArray, wanted: JaxArray) => {
    const n = x.shape[0];
    const loss = forward(layers, parameters, x, true)
      .mul(wanted)
      .sum()
      .mul(-1 / n);
    for (const value of Object.values(parameters)) value.dispose();
    return loss;
  };
  const step = jit(valueAndGrad(lossOf));
  const run = async () => {
    const [loss, gradients] = await blockUntilReady(step(shared(weights), input.ref, targets.ref));
    for (const gradient of Object.values(gradients as Weights)) gradient.dispose();
    return (await loss.data())[0];
  };
  return { result: [await run()], run };
}

const device = process.argv[2] as "wasm" | "webgpu";
if (device === "webgpu") {
  await provideWebGpu();
  // jax-js asks it for the name of the browser; before Node 21 there is none.
  if (!navigator.userAgent) Object.defineProperty(navigator, "userAgent", { value: "Node.js" });
}
const devices = await init(device);
if (!devices.includes(device)) throw new Error(`jax-js has no ${device} device here`);
defaultDevice(device);

await serve(async (task, inputs) => {
  if (task.work === "matmul") return matmul(inputs);
  return task.work === "inference" ? inference(task, inputs) : training(task, inputs);
});
