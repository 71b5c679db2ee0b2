/** Host side of the kernels that draw random numbers. */

import { RESOLUTION } from "../../philox.js";
import type { Backend } from "../backend.js";
import { blocks } from "./items.js";
import type { Runtime } from "./runtime.js";

export const drawing = (rt: Runtime): Pick<Backend, "dropoutMask" | "uniform"> => ({
  dropoutMask(size, p, value, { key, counter, used }) {
    // k / 2^24 < p for whole k means k < ⌈p · 2^24⌉, which is exact.
    const threshold = Math.ceil(p * RESOLUTION);
    const args = [size, used, ...key, ...counter, threshold, value];
    return rt.make(size, (out) => rt.run("dropoutMask", blocks(size), [out, ...args]));
  },

  uniform(size, shift, scale, { key, counter, used }) {
    const args = [size, used, ...key, ...counter, shift, scale];
    return rt.make(size, (out) => rt.run("uniform", blocks(size), [out, ...args]));
  },
});
