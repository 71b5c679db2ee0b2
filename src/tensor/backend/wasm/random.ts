/** Host side of the kernel that draws masks. */

import { RESOLUTION } from "../../philox.js";
import type { Backend } from "../backend.js";
import { blocks } from "./items.js";
import type { Runtime } from "./runtime.js";

export const masks = (rt: Runtime): Pick<Backend, "dropoutMask"> => ({
  dropoutMask(size, p, value, draws) {
    // k / 2^24 < p for whole k means k < ⌈p · 2^24⌉, which is exact.
    const threshold = Math.ceil(p * RESOLUTION);
    const numbers = [size, threshold, value, ...draws.key, ...draws.counter];
    return rt.make(size, (out) => rt.run("dropoutMask", blocks(size), [out, ...numbers]));
  },
});
