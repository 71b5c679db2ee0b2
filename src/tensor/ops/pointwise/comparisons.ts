/** Comparisons of two operands: eq, maximum, minimum. */

import type { Tensor } from "../../tensor.js";
import { add, div, mul, sub } from "./arithmetic.js";
import { type BinaryGradients, binary } from "./binary.js";

/** 1 where a = b, 0 elsewhere, broadcast. A constant: no gradient passes. */
export const eq = binary("eq", { f: (a, b) => (a === b ? 1 : 0) });

/**
 * Shares g between the operands that are not beaten: half each where they are equal; all of it to both where one is NaN,
 * which cannot be compared: as in PyTorch.
 */
const toWinners: BinaryGradients = (g, a, b, y) => {
  const share = (other: Tensor) => {
    const equal = eq(a, b);
    const beaten = mul(eq(other, y()), sub(1, equal));
    return div(mul(g, sub(1, beaten)), add(equal, 1));
  };
  return [() => share(b), () => share(a)];
};

/** The larger of a and b, broadcast; NaN wins. */
export const maximum = binary("maximum", {
  f: (a, b) => Math.max(a, b),
  gradients: toWinners,
  saves: ["a", "b", "y"],
});

/** The smaller of a and b, broadcast; NaN wins. */
export const minimum = binary("minimum", {
  f: (a, b) => Math.min(a, b),
  gradients: toWinners,
  saves: ["a", "b", "y"],
});
