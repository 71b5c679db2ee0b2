/** Backends of GPU.js for tests that change one, or count what it does: each is fresh, with kernels and books of its own. */

import { it } from "vitest";
import type { Backend } from "../../src/tensor/backend/backend.js";
import type { Mode } from "../../src/tensor/backend/gpujs/gpu-js.js";
import { openGpuJs } from "../../src/tensor/backend/gpujs/gpujs.js";
import { targets } from "../targets.js";

/** One test on each mode that runs here; one that cannot is skipped by name, with the reason. */
export function onEachMode(name: string, test: (mode: Mode) => Promise<void>): void {
  for (const { label, name: backend, reason } of targets) {
    if (!backend.startsWith("gpujs:")) continue;
    // A page has WebAssembly memories for one such backend, which the other tests share; Node has them for many.
    if (backend === "gpujs:webasm" && typeof window !== "undefined") continue;
    if (reason) it.skip(`${name}: ${label}: ${reason}`, () => {});
    else it(`${name}: ${label}`, () => test(backend.slice("gpujs:".length) as Mode));
  }
}

/** One test on a fresh backend of each mode. */
export function onFreshBackends(name: string, test: (backend: Backend) => Promise<void>): void {
  onEachMode(name, async (mode) => test(await openGpuJs(mode)));
}
