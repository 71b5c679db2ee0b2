/** Arithmetic: −x, a + b, a − b, a · b, a / b. */

import { binary } from "./binary.js";
import { unary } from "./unary.js";

/** y = −x. */
export const neg = unary("neg", { f: (x) => -x, df: (g) => -g, saves: "y" });

/** a + b, broadcast. */
export const add = binary("add", { f: (a, b) => a + b, gradients: (g) => [() => g, () => g], saves: [] });

/** a − b, broadcast. */
export const sub = binary("sub", { f: (a, b) => a - b, gradients: (g) => [() => g, () => neg(g)], saves: [] });

/** a · b, element by element, broadcast. */
export const mul = binary("mul", {
  f: (a, b) => a * b,
  gradients: (g, a, b) => [() => mul(g, b), () => mul(g, a)],
  saves: ["a", "b"],
});

/** a / b, element by element, broadcast. */
export const div = binary("div", {
  f: (a, b) => a / b,
  gradients: (g, _a, b, y) => [() => div(g, b), () => neg(div(mul(g, y()), b))],
  saves: ["b", "y"],
});
