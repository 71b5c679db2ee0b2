/** Host side of pointwise kernels: which kernel each name has, and broadcasting. */

import { sizeOf } from "../../shape.js";
import type { Backend, BinaryName, UnaryName } from "../backend.js";
import { blocks } from "./items.js";
import type { KernelName } from "./kernels.generated.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";
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

export const pointwise = (rt: Runtime): Pick<Backend, "unary" | "unaryGrad" | "binary"> => ({
  unary({ name }, x, a, b) {
    const [kernel] = kernelsOf(name, a);
    return rt.make(x.size, (out) => rt.run(kernel, blocks(x.size), [at(x), out, x.size, a, b]));
  },

  unaryGrad({ name, saves }, g, x, y, a, b) {
    const [, kernel] = kernelsOf(name, a);
    const saved = at(saves === "x" ? x : y);
    return rt.make(g.size, (out) => rt.run(kernel, blocks(g.size), [at(g), saved, out, g.size, a, b]));
  },

  binary({ name }, a, b, { shape, aStrides, bStrides }) {
    const size = sizeOf(shape);
    const table = walkTable(collapse(shape, aStrides, bStrides));
    return rt.make(size, (out) =>
      rt.withInts(table, (steps) => rt.run(binaryKernels[name], blocks(size), [at(a), at(b), out, size, steps])),
    );
  },
});
