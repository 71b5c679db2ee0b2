/** Functions whose plain formula loses all digits near 0: expm1, log1p, erf. */

import { errorFunction, gaussian } from "../../special.js";
import { unary } from "./unary.js";

/** y = eˣ − 1, exact where x is near 0. */
export const expm1 = unary("expm1", { f: (x) => Math.expm1(x), df: (g, _x, y) => g * (y + 1), saves: "y" });

/** y = ln(1 + x), exact where x is near 0. */
export const log1p = unary("log1p", { f: (x) => Math.log1p(x), df: (g, x) => g / (x + 1), saves: "x" });

/** y = 2/√π · ∫₀ˣ e^(−t²) dt, the error function. */
export const erf = unary("erf", {
  f: (x) => errorFunction(x),
  df: (g, x) => g * ((2 / Math.sqrt(Math.PI)) * gaussian(x * Math.sqrt(2))),
  saves: "x",
});
