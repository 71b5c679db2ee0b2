/** How large a number is, and how large it may be: abs, clamp. */

import { aNumber, checkArgument, refuseMore } from "../../arguments.js";
import type { Tensor } from "../../tensor.js";
import { applyUnary, unary, unaryRule } from "./unary.js";

/** y = |x|. The subgradient at 0 is 0, as in PyTorch. */
export const abs = unary("abs", { f: (x) => Math.abs(x), df: (g, x) => (x > 0 ? g : x < 0 ? -g : 0), saves: "x" });

const clampRule = unaryRule("clamp", {
  f: (x, low, high) => Math.min(Math.max(x, low), high),
  df: (g, x, _y, low, high) => (x >= low && x <= high ? g : 0),
  saves: "x",
});

/**
 * y = min(max(x, low), high). The gradient passes where low ≤ x ≤ high, as in PyTorch.
 * @throws RangeError when low > high or either is NaN.
 */
export function clamp(x: Tensor, low: number, high: number, ...more: never[]): Tensor {
  refuseMore("clamp(x, low, high)", more);
  checkArgument("clamp", "low", low, aNumber);
  checkArgument("clamp", "high", high, aNumber);
  if (!(low <= high)) throw new RangeError(`clamp: expected low <= high, got ${low} and ${high}`);
  return applyUnary(clampRule, x, low, high);
}
