/** mish. */

import { scope } from "../../scope.js";
import type { Tensor } from "../../tensor.js";
import { mul } from "./arithmetic.js";
import { softplus, tanh } from "./smooth-activations.js";

/**
 * y = x · tanh(ln(1 + eˣ)).
 * @see D. Misra, "Mish: a self regularized non-monotonic activation function", 2019, arXiv:1908.08681
 */
export function mish(x: Tensor): Tensor {
  return scope(() => mul(x, tanh(softplus(x))));
}
