/** The backends that tests run on. */

import { it } from "vitest";
import type { Backend } from "../src/tensor/backend/backend.js";
import {
  type BackendName,
  type BackendOptions,
  currentBackend,
  useBackend,
  withBackend,
} from "../src/tensor/backend/registry.js";
import "../src/tensor/methods.js";

export interface Target {
  /** What the tests call it: the backend and its options. */
  readonly label: string;
  readonly name: BackendName;
  /** Undefined where it cannot run; `reason` says why. */
  readonly backend?: Backend;
  readonly reason?: string;
}

/** A backend made for tests; where it cannot be made, the reason. */
export async function open(label: string, name: BackendName, options: BackendOptions): Promise<Target> {
  try {
    await useBackend(name, options);
    return { label, name, backend: currentBackend() };
  } catch (error) {
    return { label, name, reason: String(error) };
  }
}

/** Every backend, in every way of running that could make a difference. */
export const targets: readonly Target[] = [
  await open("js", "js", {}),
  await open("wasm on 1 thread", "wasm", { threads: 1 }),
  await open("wasm on 2 threads", "wasm", { threads: 2 }),
  await open("gpujs:cpu", "gpujs:cpu", {}),
  await open("gpujs:webasm", "gpujs:webasm", {}),
  await open("gpujs:webgpu", "gpujs:webgpu", {}),
];

// Opening a backend makes it the current one; tests that name none are about the default.
await useBackend("wasm");

/**
 * One test on each target, which new tensors go to until the test first awaits. A backend that cannot run here is
 * skipped by name, with the reason.
 */
export function onEachBackend(name: string, test: (backend: Backend) => void | Promise<void>): void {
  for (const { label, backend, reason } of targets) {
    if (backend) it(`${name}: ${label}`, () => withBackend(backend, () => test(backend)));
    else it.skip(`${name}: ${label}: ${reason}`, () => {});
  }
}
