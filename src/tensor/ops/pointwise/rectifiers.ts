/** Activations made of straight pieces: relu, leakyRelu. */

import { aNumber, checkArgument, refuseMore } from "../../arguments.js";
import type { Tensor } from "../../tensor.js";
import { clamps } from "../clamps.js";
import { applyUnary, unary, unaryRule } from "./unary.js";

/** y = max(x, 0). The subgradient at 0 is 0, as in PyTorch; NaN stays NaN, and lets the gradient pass. */
export const relu = unary("relu", { f: (x) => Math.max(x, 0), df: (g, _x, y) => (y <= 0 ? 0 : g), saves: "y" });

clamps.set(relu, "relu");

const leakyReluRule = unaryRule("leakyRelu", {
  f: (x, slope) => (x > 0 ? x : x * slope),
  df: (g, x, _y, slope) => (x > 0 ? g : g * slope),
  saves: "x",
});

/**
 * y = x where x > 0, negativeSlope · x elsewhere.
 */
export function leakyRelu(x: Tensor, negativeSlope = 0.01, ...more: never[]): Tensor {
  refuseMore("leakyRelu(x, negativeSlope)", more);
  checkArgument("leakyRelu", "negativeSlope", negativeSlope, aNumber);
  return applyUnary(leakyReluRule, x, negativeSlope, 0);
}
