/** torchlet's side of the comparison with other libraries. */

import { readFileSync } from "node:fs";
import { tensor, useBackend } from "../../src/index.js";
import { adamFor, infer, train } from "../nets.js";
import { loadNet } from "./load.js";
import { type Inputs, type Prepared, serve, type Task, type Values } from "./protocol.js";

const upload = ({ values, shape }: Values) => tensor(values, shape);

async function matmul({ a, b }: Inputs): Promise<Prepared> {
  const [left, right] = [upload(a), upload(b)];
  const run = async () => {
    const product = left.matmul(right);
    const values = await product.data();
    product.dispose();
    return values;
  };
  return { result: await run(), run };
}

async function inference(task: Task, { images, labels, ...weights }: Inputs): Promise<Prepared> {
  const model = loadNet(task, weights, 0.2).eval();
  const input = upload(images);
  const run = async () => {
    const output = infer(model, input);
    const result = await output.data();
    output.dispose();
    return result;
  };
  return { result: await run(), run };
}

async function training(task: Task, { images, labels, ...weights }: Inputs): Promise<Prepared> {
  const input = upload(images);
  const classes = Int32Array.from(labels.values);
  const stepOf = (dropout: number) => {
    const model = loadNet(task, weights, dropout);
    const optimizer = adamFor(model);
    return () => train(model, optimizer, input, classes);
  };
  const check = stepOf(0);
  return { result: [await check(), await check()], run: stepOf(0.2) };
}

/** As the system counts it for this program alone: what `resourceUsage` says is at least what the parent held. */
function peakBytes(): number {
  const [, kilobytes] = /VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))!;
  return Number(kilobytes) * 1024;
}

async function memory(task: Task, { images, labels, ...weights }: Inputs): Promise<Prepared> {
  const model = loadNet(task, weights, 0.2);
  const optimizer = adamFor(model);
  const input = upload(images);
  const run = () => train(model, optimizer, input, Int32Array.from(labels.values));
  for (let step = 0; step < task.steps!; step++) await run();
  return { result: [peakBytes()], run };
}

await serve(async (task, inputs) => {
  await useBackend(task.backend, task.backend === "wasm" ? { threads: task.threads } : {});
  if (task.work === "matmul") return matmul(inputs);
  if (task.work === "memory") return memory(task, inputs);
  return task.work === "inference" ? inference(task, inputs) : training(task, inputs);
});
