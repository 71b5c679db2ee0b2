/** One over something: reciprocal, rsqrt. */

import { unary } from "./unary.js";

/** y = 1 / x. */
export const reciprocal = unary("reciprocal", { f: (x) => 1 / x, df: (g, _x, y) => -g * y * y, saves: "y" });

/** y = 1 / √x. */
export const rsqrt = unary("rsqrt", { f: (x) => 1 / Math.sqrt(x), df: (g, _x, y) => -0.5 * g * y * y * y, saves: "y" });
