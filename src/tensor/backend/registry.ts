/** Which backends there are, and which one new tensors go to. */

import type { Backend, DType, MemoryInfo } from "./backend.js";
import { JsBackend } from "./js/js.js";
import { createWasmBackend } from "./wasm/wasm.js";
import type { WinogradUse } from "./wasm/winograd.js";

export type BackendName = "wasm" | "js";

export interface BackendOptions {
  /** `wasm`: how many threads share the work. Default: as many as the machine runs at once. */
  threads?: number;
  /**
   * `wasm`: when to convolve by Winograd's algorithm, whose rounding error is some ten times larger: where it is faster
   * ("auto", the default), wherever it can be ("always"), or "never".
   */
  winograd?: WinogradUse;
  /** `wasm`: never fuse multiply and add, for the same bits on every engine. Default false: fused where it can be. */
  strict?: boolean;
  /** `js`: "float64" for gradient checks. Default "float32". */
  dtype?: DType;
}

const makers: Record<BackendName, (options: BackendOptions) => Backend> = {
  wasm: ({ threads, winograd, strict }) => createWasmBackend({ threads, winograd, strict }),
  js: ({ dtype }) => new JsBackend(dtype),
};

/** Options that each backend honours: any other is refused, not ignored. */
const honoured: Record<BackendName, readonly (keyof BackendOptions)[]> = {
  wasm: ["threads", "winograd", "strict"],
  js: ["dtype"],
};

let current: Backend | undefined;

/** Backends that were made, by name and options: asking again gives the same one, with its memory and threads. */
const made = new Map<string, Backend>();

function backendFor(name: BackendName, options: BackendOptions): Backend {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const key = JSON.stringify([name, ...given.sort()]);
  let backend = made.get(key);
  if (!backend) {
    backend = makers[name](options);
    made.set(key, backend);
  }
  return backend;
}

/** What each option may be, besides left out. */
const allowed: { [Option in keyof BackendOptions]-?: (value: unknown) => boolean } = {
  threads: (value) => Number.isInteger(value) && (value as number) >= 1,
  winograd: (value) => value === "auto" || value === "always" || value === "never",
  strict: (value) => typeof value === "boolean",
  dtype: (value) => value === "float32" || value === "float64",
};

/** Internal: where new tensors go. The first use chooses `wasm`. */
export function currentBackend(): Backend {
  current ??= backendFor("wasm", {});
  return current;
}

/** Internal: runs `fn` with new tensors going to `backend`. */
export function withBackend<T>(backend: Backend, fn: () => T): T {
  const outer = current;
  current = backend;
  try {
    return fn();
  } finally {
    current = outer;
  }
}

/** The names that `useBackend` takes here. */
export function backends(): BackendName[] {
  return Object.keys(makers) as BackendName[];
}

/**
 * Chooses where new tensors go from now on; tensors that exist stay where they are. "auto" takes the fastest there is.
 * @returns the name of the backend that was chosen.
 * @throws Error on an unknown name, an option that this backend does not have, or a value that the option cannot have
 */
export async function useBackend(name: BackendName | "auto" = "auto", options: BackendOptions = {}): Promise<string> {
  const chosen = name === "auto" ? "wasm" : name;
  if (!Object.hasOwn(makers, chosen)) {
    throw new Error(`useBackend: unknown backend "${name}"; there are ${backends().join(", ")} and auto`);
  }
  for (const [option, value] of Object.entries(options)) {
    if (value !== undefined && !honoured[chosen].some((known) => known === option)) {
      throw new Error(`useBackend: ${chosen} has no option "${option}"; it has ${honoured[chosen].join(", ")}`);
    }
    if (value !== undefined && !allowed[option as keyof BackendOptions](value)) {
      throw new Error(`useBackend: ${option} cannot be ${JSON.stringify(value)}`);
    }
  }
  current = backendFor(chosen, options);
  return current.name;
}

/** What the current backend holds. */
export function memory(): MemoryInfo {
  return currentBackend().memory();
}
