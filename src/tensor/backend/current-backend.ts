/** Where new tensors go: `wasm`, unless `useBackend` has chosen another; and the backends that have been made so far. */

import type { Backend } from "./backend.js";
import { createWasmBackend } from "./wasm/wasm.js";

let current: Backend | undefined;

/** Backends that were made, and their options in words: asking again gives the same one, with its memory and threads. */
const made = new Map<Backend, string>();

/** While whoever has called `useBackend` goes on at once. */
let choosing = false;

/** Internal: `useBackend` has been called: until it is awaited, nobody knows where new tensors would go. */
export function noteChoice(): void {
  choosing = true;
  queueMicrotask(() => {
    choosing = false;
  });
}

/**
 * Where new tensors go. The first use chooses `wasm`.
 * @throws Error right behind a `useBackend` that is not awaited
 */
export function currentBackend(): Backend {
  if (choosing) throw new Error("useBackend was called and not awaited: write await useBackend(…), then make tensors");
  current ??= findBackend("wasm", "") ?? noteBackend(createWasmBackend(), "");
  return current;
}

/** Internal: what `useBackend` does when it has found the backend. */
export function setCurrentBackend(backend: Backend): void {
  current = backend;
}

/** Runs `fn`, which is synchronous, with new tensors going to `backend`. */
export function withBackend<T>(backend: Backend, fn: () => T): T {
  const outer = current;
  current = backend;
  try {
    return fn();
  } finally {
    current = outer;
  }
}

/** Internal: the current backend or one that was made, of this name (with these options) and still computing. */
export function findBackend(name: string, options?: string): Backend | undefined {
  const fits = (backend?: Backend) => backend?.name === name && !backend.failure;
  return [current, ...made.keys()].find((it) => fits(it) && (options === undefined || made.get(it!) === options));
}

/** Internal: notes a backend that has been made, and its options, as `describeBackend` gives them. */
export function noteBackend(backend: Backend, options: string): Backend {
  made.set(backend, options);
  return backend;
}

/** Internal: what messages call a backend: its name, with the options that it was made with: "wasm(threads: 2)". */
export function describeBackend(backend: Backend): string {
  const options = made.get(backend);
  return options ? `${backend.name}(${options})` : backend.name;
}
