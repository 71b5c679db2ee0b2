/** exp and log. */

import { unary } from "./unary.js";

/** y = eˣ. */
export const exp = unary("exp", { f: (x) => Math.exp(x), df: (g, _x, y) => g * y, saves: "y" });

/** y = ln x. */
export const log = unary("log", { f: (x) => Math.log(x), df: (g, x) => g / x, saves: "x" });
