/** Elements of one tensor or another: where, maskedFill. */

import { aNumber, checkArgument, refuseMore } from "../../arguments.js";
import { scope } from "../../scope.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { add } from "./arithmetic.js";
import type { Operand } from "./binary.js";
import { eq } from "./comparisons.js";
import { keepWhere } from "./keep-where.js";

/**
 * a where `condition` is not 0, b elsewhere, broadcast. No gradient passes to what was not taken, nor to the condition.
 * @param condition as comparisons give it: `where(gt(x, 0), x, 0)`
 * @param a a tensor or a number
 * @param b a tensor or a number
 */
export function where(condition: Tensor, a: Operand, b: Operand, ...more: never[]): Tensor {
  refuseMore("where(condition, a, b)", more);
  checkTensor("where", "condition", condition);
  return scope(() => {
    const taken = condition.detach();
    return add(keepWhere(a, taken), keepWhere(b, eq(taken, 0)));
  });
}

/**
 * `value` where `mask` is not 0, x elsewhere, broadcast: scores that are to be left out become −Infinity.
 * @param mask as comparisons give it, or ones and zeros
 * @param value a number
 */
export function maskedFill(x: Tensor, mask: Tensor, value: number, ...more: never[]): Tensor {
  refuseMore("maskedFill(x, mask, value)", more);
  checkTensor("maskedFill", "x", x);
  checkTensor("maskedFill", "mask", mask);
  checkArgument("maskedFill", "value", value, aNumber);
  return where(mask, value, x);
}
