/** Host side of the kernel that draws masks. */

import type { Draws } from "../../random.js";
import { RESOLUTION } from "../mask.js";
import { blocks } from "./items.js";
import type { Runtime } from "./runtime.js";

export function dropoutMask(rt: Runtime, y: number, size: number, p: number, value: number, draws: Draws): void {
  // k / 2^24 < p for whole k means k < ⌈p · 2^24⌉, which is exact.
  const threshold = Math.ceil(p * RESOLUTION);
  rt.run("dropoutMask", blocks(size), [y, size, threshold, value, ...draws.key, ...draws.counter]);
}
