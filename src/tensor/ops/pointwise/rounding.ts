/** Whole numbers: floor, round, sign. They are flat wherever they do not jump: the gradient is 0, as in PyTorch. */

import { roundHalfEven } from "../../special.js";
import { unary } from "./unary.js";

/** The largest whole number that is not above x. */
export const floor = unary("floor", { f: (x) => Math.floor(x), df: (g) => g * 0, saves: "y" });

/** The nearest whole number; of two that are as near, the even one: 0.5 becomes 0, 1.5 becomes 2, as in PyTorch. */
export const round = unary("round", { f: (x) => roundHalfEven(x), df: (g) => g * 0, saves: "y" });

/** y = 1 where x > 0, −1 where x < 0, and 0 elsewhere. */
export const sign = unary("sign", { f: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), df: (g) => g * 0, saves: "y" });
