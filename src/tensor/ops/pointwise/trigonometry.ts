/** sin and cos, of radians. Kernels are as exact as floats are within ±10⁸ on `wasm`, ±8,192 on `gpujs`. */

import { unary } from "./unary.js";

/** y = sin x. */
export const sin = unary("sin", { f: (x) => Math.sin(x), df: (g, x) => g * Math.cos(x), saves: "x" });

/** y = cos x. */
export const cos = unary("cos", { f: (x) => Math.cos(x), df: (g, x) => -g * Math.sin(x), saves: "x" });
