/** Exponential linear units: elu, celu, selu. */

import { aNumber, checkArgument, refuseMore } from "../../arguments.js";
import { numberAbove } from "../../kinds.js";
import { scope } from "../../scope.js";
import type { Tensor } from "../../tensor.js";
import { mul } from "./arithmetic.js";
import { applyUnary, unaryRule } from "./unary.js";

const eluRule = unaryRule("elu", {
  f: (x, alpha, reach) => (x > 0 ? x : alpha * Math.expm1(x / reach)),
  df: (g, x, _y, alpha, reach) => (x <= 0 ? g * ((alpha / reach) * Math.exp(x / reach)) : g),
  saves: "x",
});

/**
 * y = x where x > 0, alpha · (eˣ − 1) elsewhere.
 * @see D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep network learning by exponential linear
 *   units", ICLR 2016, arXiv:1511.07289
 */
export function elu(x: Tensor, alpha = 1, ...more: never[]): Tensor {
  refuseMore("elu(x, alpha)", more);
  checkArgument("elu", "alpha", alpha, aNumber);
  return applyUnary(eluRule, x, alpha, 1);
}

/**
 * y = x where x > 0, alpha · (e^(x/alpha) − 1) elsewhere: unlike `elu`, it has no kink at 0 whatever `alpha` is.
 * @see J. T. Barron, "Continuously differentiable exponential linear units", 2017, arXiv:1704.07483
 */
export function celu(x: Tensor, alpha = 1, ...more: never[]): Tensor {
  refuseMore("celu(x, alpha)", more);
  checkArgument("celu", "alpha", alpha, numberAbove(0));
  return applyUnary(eluRule, x, alpha, alpha);
}

/**
 * y = scale · elu(x, alpha), with the two numbers for which mean 0 and variance 1 are a fixed point of deep nets.
 * @see G. Klambauer et al., "Self-normalizing neural networks", NIPS 2017, arXiv:1706.02515
 */
export function selu(x: Tensor): Tensor {
  return scope(() => mul(elu(x, 1.6732632423543772), 1.0507009873554805));
}
