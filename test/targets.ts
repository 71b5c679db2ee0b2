/** The backends that tests run on. */

import { inject, it } from "vitest";
import type { Backend } from "../src/tensor/backend/backend.js";
import { currentBackend } from "../src/tensor/backend/current-backend.js";
import { type BackendName, type BackendOptions, useBackend } from "../src/tensor/backend/registry.js";
import "../src/tensor/methods.js";
import type { ConvUse } from "../src/tensor/backend/wasm/conv-choice.js";
import { createPlainBackend } from "./plain-backend.js";

/** A backend by its name, with its options, or one of the tests' own. */
type Way = readonly [BackendName | Backend, BackendOptions];

/** Every backend, in every way of running that could make a difference. */
const WAYS = {
  js: ["js", {}],
  plain: [createPlainBackend(), {}],
  "wasm on 1 thread": ["wasm", { threads: 1 }],
  "wasm on 2 threads": ["wasm", { threads: 2 }],
  "gpujs:cpu": ["gpujs:cpu", {}],
  "gpujs:webasm": ["gpujs:webasm", {}],
  "gpujs:webgl": ["gpujs:webgl", {}],
  "gpujs:webgl2": ["gpujs:webgl2", {}],
  "gpujs:webgpu": ["gpujs:webgpu", {}],
} satisfies Record<string, Way>;

export type TargetName = keyof typeof WAYS;

declare module "vitest" {
  interface ProvidedContext {
    /** Those that can be there where the tests run: see vitest.config.ts. */
    targets: TargetName[];
    /** What wasm has to do wherever a test does not say otherwise: see vitest.fast-paths.config.ts. */
    forced: Pick<BackendOptions, keyof ConvUse | "strict">;
    /** Whether one that cannot be made after all is a failure, and not skipped. */
    mustRun: boolean;
  }
}

export interface Target {
  /** What the tests call it: the backend and its options. */
  readonly label: string;
  readonly name: string;
  /** Undefined where it cannot run; `reason` says why. */
  readonly backend?: Backend;
  readonly reason?: string;
}

async function open(label: string, [which, options]: Way): Promise<Target> {
  const name = typeof which === "string" ? which : which.name;
  try {
    await useBackend(which, options);
    const backend = currentBackend();
    if (options.threads && "threads" in backend && backend.threads !== options.threads) {
      throw new Error("memory cannot be shared here, so there is only one thread");
    }
    return { label, name, backend };
  } catch (error) {
    return { label, name, reason: String(error) };
  }
}

/** Backends made for tests; for each that cannot be made, the reason. */
export async function openAll(ways: Record<string, Way>): Promise<Target[]> {
  const opened: Target[] = [];
  // One after the other: the backend that was chosen is the current one only until the next is chosen.
  for (const [label, way] of Object.entries(ways)) opened.push(await open(label, way));
  return opened;
}

/** The way of that name, and what is forced. */
function wayOf(target: TargetName): Way {
  const [name, options] = WAYS[target];
  return [name, name === "wasm" ? { ...options, ...inject("forced") } : options];
}

export const targets: readonly Target[] = await openAll(
  Object.fromEntries(inject("targets").map((target) => [target, wayOf(target)])),
);

for (const { label, reason } of targets) if (reason && inject("mustRun")) throw new Error(`${label}: ${reason}`);

// Opening a backend makes it the current one; tests that name none are about the default.
await useBackend("wasm", inject("forced"));

/**
 * One test on each target, which new tensors go to until the test ends. A backend that cannot run here is skipped by
 * name, with the reason.
 */
export function onEachBackend(
  name: string,
  test: (backend: Backend) => void | Promise<void>,
  on: readonly Target[] = targets,
): void {
  for (const { label, backend, reason } of on) {
    if (!backend) {
      it.skip(`${name}: ${label}: ${reason}`, () => {});
      continue;
    }
    it(`${name}: ${label}`, async () => {
      await useBackend(backend);
      try {
        await test(backend);
      } finally {
        await useBackend("wasm", inject("forced"));
      }
    });
  }
}
