/** Host side of pointwise kernels: which kernel each name has, and broadcasting. */

import type { BinaryName, BroadcastGeometry, UnaryName } from "../backend.js";
import { blocks } from "./items.js";
import type { KernelName } from "./kernels.generated.js";
import type { Runtime } from "./runtime.js";
import { collapse, walkTable } from "./walk.js";

const unaryKernels: Record<UnaryName, readonly [forward: KernelName, gradient: KernelName]> = {
  neg: ["neg", "negGrad"],
  exp: ["exp", "expGrad"],
  log: ["log", "logGrad"],
  sqrt: ["sqrt", "sqrtGrad"],
  abs: ["abs", "absGrad"],
  pow: ["pow", "powGrad"],
  clamp: ["clamp", "clampGrad"],
  relu: ["relu", "reluGrad"],
  leakyRelu: ["leakyRelu", "leakyReluGrad"],
  sigmoid: ["sigmoid", "sigmoidGrad"],
  tanh: ["tanh", "tanhGrad"],
  gelu: ["gelu", "geluGrad"],
  softplus: ["softplus", "softplusGrad"],
};

const binaryKernels: Record<BinaryName, KernelName> = {
  add: "broadcastAdd",
  sub: "broadcastSub",
  mul: "broadcastMul",
  div: "broadcastDiv",
  pow: "broadcastPow",
  maximum: "broadcastMaximum",
  minimum: "broadcastMinimum",
  eq: "broadcastEqual",
};

/** A general power costs some twenty multiplications; a square is by far the most common one. */
function kernelsOf(name: UnaryName, a: number): readonly [forward: KernelName, gradient: KernelName] {
  return name === "pow" && a === 2 ? ["square", "squareGrad"] : unaryKernels[name];
}

export function unary(rt: Runtime, name: UnaryName, x: number, y: number, size: number, a: number, b: number): void {
  rt.run(kernelsOf(name, a)[0], blocks(size), [x, y, size, a, b]);
}

/** `saved` is x or y, whichever the rule saves. */
export function unaryGrad(
  rt: Runtime,
  name: UnaryName,
  g: number,
  saved: number,
  gx: number,
  size: number,
  a: number,
  b: number,
): void {
  rt.run(kernelsOf(name, a)[1], blocks(size), [g, saved, gx, size, a, b]);
}

export function binary(
  rt: Runtime,
  name: BinaryName,
  a: number,
  b: number,
  y: number,
  size: number,
  geometry: BroadcastGeometry,
): void {
  const walk = collapse(geometry.shape, geometry.aStrides, geometry.bStrides);
  rt.withInts(walkTable(walk), (table) => {
    rt.run(binaryKernels[name], blocks(size), [a, b, y, size, table]);
  });
}
