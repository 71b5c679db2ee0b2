/** Activations cut from straight pieces: hardtanh, relu6, hardsigmoid, hardswish; and softsign, which has no exponential either. */

import { aNumber, checkArgument, refuseMore } from "../../arguments.js";
import type { Tensor } from "../../tensor.js";
import { clamps } from "../clamps.js";
import { applyUnary, unary, unaryRule } from "./unary.js";

const hardtanhRule = unaryRule("hardtanh", {
  f: (x, low, high) => Math.min(Math.max(x, low), high),
  df: (g, x, _y, low, high) => (x <= low || x >= high ? 0 : g),
  saves: "x",
});

/**
 * y = min(max(x, low), high). Unlike that of `clamp`, the gradient does not pass where x is one of the two, as in PyTorch.
 * @throws RangeError unless low < high
 */
export function hardtanh(x: Tensor, low = -1, high = 1, ...more: never[]): Tensor {
  refuseMore("hardtanh(x, low, high)", more);
  checkArgument("hardtanh", "low", low, aNumber);
  checkArgument("hardtanh", "high", high, aNumber);
  if (!(low < high)) throw new RangeError(`hardtanh: expected low < high, got ${low} and ${high}`);
  return applyUnary(hardtanhRule, x, low, high);
}

/** y = min(max(x, 0), 6). */
export function relu6(x: Tensor): Tensor {
  return hardtanh(x, 0, 6);
}

clamps.set(relu6, "relu6");

/** y = min(max(x + 3, 0), 6) / 6. */
export const hardsigmoid = unary("hardsigmoid", {
  f: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  df: (g, x) => (x > -3 && x < 3 ? g / 6 : 0),
  saves: "x",
});

/**
 * y = x · min(max(x + 3, 0), 6) / 6.
 * @see A. Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv:1905.02244
 */
export const hardswish = unary("hardswish", {
  f: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  df: (g, x) => (x < -3 ? 0 : x <= 3 ? g * (x / 3 + 0.5) : g),
  saves: "x",
});

/** y = x / (1 + |x|). */
export const softsign = unary("softsign", {
  f: (x) => x / (1 + Math.abs(x)),
  df: (g, x) => g / ((1 + Math.abs(x)) * (1 + Math.abs(x))),
  saves: "x",
});
