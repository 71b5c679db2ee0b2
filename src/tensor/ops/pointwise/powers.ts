/** Powers: square, sqrt, pow. */

import { refuseMore } from "../../arguments.js";
import type { Tensor } from "../../tensor.js";
import { checkTensor } from "../../tensor.js";
import { add, mul, sub } from "./arithmetic.js";
import { binary, type Operand } from "./binary.js";
import { eq } from "./comparisons.js";
import { log } from "./exponentials.js";
import { applyUnary, unary, unaryRule } from "./unary.js";

/** y = x². */
export const square = unary("square", { f: (x) => x * x, df: (g, x) => g * 2 * x, saves: "x" });

/** y = √x. */
export const sqrt = unary("sqrt", { f: (x) => Math.sqrt(x), df: (g, _x, y) => g / (2 * y), saves: "y" });

const powRule = unaryRule("pow", {
  f: (x, exponent) => x ** exponent,
  df: (g, x, _y, exponent) => (exponent === 0 ? 0 : g * exponent * x ** (exponent - 1)),
  saves: "x",
});

const powTensor = binary("pow", {
  f: (a, b) => a ** b,
  gradients: (g, a, b, y) => [
    // A constant 1 does not change with a: where b is 0, exponent 0 stands in for −1, which would make a = 0 NaN.
    () => mul(g, mul(b, powTensor(a, sub(b, sub(1, eq(b, 0)))))),
    // 0ᵇ stays 0 as a positive b changes: where a is 0 and y is not infinite, log 1 stands in for log 0, which would make
    // it NaN.
    () => mul(g, mul(y(), log(add(a, mul(eq(a, 0), sub(1, eq(y(), Infinity))))))),
  ],
  saves: ["a", "b", "y"],
});

/**
 * y = x^exponent: a number, or a tensor that broadcasts.
 */
export function pow(x: Tensor, exponent: Operand, ...more: never[]): Tensor {
  refuseMore("pow(x, exponent)", more);
  checkTensor("pow", "x", x);
  // By far the most common power, and some twenty times as fast.
  if (exponent === 2) return square(x);
  return typeof exponent === "number" ? applyUnary(powRule, x, exponent, 0) : powTensor(x, exponent);
}
