/** Which of two numbers is larger: lt, le, gt, ge; what differs: ne, isNaN. No gradient passes. */

import { refuseMore } from "../../arguments.js";
import { scope } from "../../scope.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { sub } from "./arithmetic.js";
import { binary, type Operand } from "./binary.js";
import { eq } from "./comparisons.js";

/** 1 where a < b, 0 elsewhere, broadcast. */
export const lt = binary("lt", { f: (a, b) => (a < b ? 1 : 0) });

/** 1 where a ≤ b, 0 elsewhere, broadcast. */
export const le = binary("le", { f: (a, b) => (a <= b ? 1 : 0) });

/** 1 where a > b, 0 elsewhere, broadcast. */
export function gt(a: Operand, b: Operand, ...more: never[]): Tensor {
  refuseMore("gt(a, b)", more);
  return lt(b, a);
}

/** 1 where a ≥ b, 0 elsewhere, broadcast. */
export function ge(a: Operand, b: Operand, ...more: never[]): Tensor {
  refuseMore("ge(a, b)", more);
  return le(b, a);
}

/** 1 where a and b differ, 0 elsewhere, broadcast; NaN differs from everything. */
export function ne(a: Operand, b: Operand, ...more: never[]): Tensor {
  refuseMore("ne(a, b)", more);
  return scope(() => sub(1, eq(a, b)));
}

/** 1 where x is NaN, 0 elsewhere. */
export function isNaN(x: Tensor): Tensor {
  checkTensor("isNaN", "x", x);
  return ne(x, x);
}
