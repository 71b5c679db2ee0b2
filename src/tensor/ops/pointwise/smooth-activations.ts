/** Activations without a corner: sigmoid and tanh, softplus, and what is weighed by such a function: gelu, silu. */

import { gaussian, log1pExp, logistic, normalCdf } from "../../special.js";
import { unary } from "./unary.js";

/** y = 1 / (1 + e⁻ˣ), the logistic function. */
export const sigmoid = unary("sigmoid", {
  f: (x) => logistic(x),
  df: (g, _x, y) => g * (y * (1 - y)),
  saves: "y",
});

/** y = tanh x. */
export const tanh = unary("tanh", {
  f: (x) => Math.tanh(x),
  // Not 1 − y²: near 1, the square's rounding error would be all that is left.
  df: (g, _x, y) => g * ((1 - y) * (1 + y)),
  saves: "y",
});

/** y = ln(1 + eˣ). */
export const softplus = unary("softplus", { f: (x) => log1pExp(x), df: (g, x) => g * logistic(x), saves: "x" });

/**
 * y = x·Φ(x), Φ being the standard normal's distribution function (exact, not the tanh approximation).
 * @see D. Hendrycks and K. Gimpel, "Gaussian error linear units", 2016, arXiv:1606.08415
 */
export const gelu = unary("gelu", {
  f: (x) => x * normalCdf(x),
  df: (g, x) => g * (normalCdf(x) + x * (1 / Math.sqrt(2 * Math.PI)) * gaussian(x)),
  saves: "x",
});

/**
 * y = x·σ(x), σ being the logistic function; also called swish.
 * @see S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear units for neural network function approximation in
 *   reinforcement learning", 2017, arXiv:1702.03118
 */
export const silu = unary("silu", {
  f: (x) => x * logistic(x),
  df: (g, x) => g * (logistic(x) * (1 + x * (1 - logistic(x)))),
  saves: "x",
});
