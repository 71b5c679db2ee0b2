/** Which backends there are, and which one new tensors go to. */

import {
  aBoolean,
  aCount,
  aPlainObject,
  checkArgument,
  checkOptions,
  type OptionKinds,
  oneOf,
  show,
} from "../arguments.js";
import type { Backend, DType, MemoryInfo } from "./backend.js";
import type { Mode } from "./gpujs/gpu-js.js";
import { createWasmBackend } from "./wasm/wasm.js";
import type { WinogradUse } from "./wasm/winograd.js";

/** The backends that there are, by the names that `useBackend` takes. */
export type BackendName = "wasm" | "js" | `gpujs:${Mode}`;

export interface BackendOptions {
  /** `wasm`: how many threads share the work. Default: as many as the machine runs at once. */
  threads?: number;
  /**
   * `wasm`: when to convolve by Winograd's algorithm, whose rounding error is some ten times larger, and which makes NaN
   * of all outputs around an infinite input: where it is faster ("auto", the default), wherever it can be ("always"), or
   * "never".
   */
  winograd?: WinogradUse;
  /** `wasm`: never fuse multiply and add, for the same bits on every engine. Default false: fused where it can be. */
  strict?: boolean;
  /** `js`: "float64" for gradient checks. Default "float32". */
  dtype?: DType;
}

// What most programs never use is loaded when it is asked for: GPU.js is large, `js` is a dozen files.
const openGpuJs = async (mode: Mode) => (await import("./gpujs/gpujs.js")).openGpuJs(mode);
const openJs = async ({ dtype }: BackendOptions) => (await import("./js/js.js")).createJsBackend(dtype);

type Maker = (options: BackendOptions) => Backend | Promise<Backend>;

const makers = {
  wasm: ({ threads, winograd, strict }) => createWasmBackend({ threads, winograd, strict }),
  js: openJs,
  "gpujs:webgpu": () => openGpuJs("webgpu"),
  "gpujs:webgl2": () => openGpuJs("webgl2"),
  "gpujs:headlessgl": () => openGpuJs("headlessgl"),
  "gpujs:webgl": () => openGpuJs("webgl"),
  "gpujs:webasm": () => openGpuJs("webasm"),
  "gpujs:cpu": () => openGpuJs("cpu"),
} satisfies Record<BackendName, Maker>;

const { dtype, ...wasmKinds }: OptionKinds<BackendOptions> = {
  threads: aCount,
  winograd: oneOf("auto", "always", "never"),
  strict: aBoolean,
  dtype: oneOf("float32", "float64"),
};

/** The options of each backend: any other is refused, not ignored. */
const honoured: Partial<Record<BackendName, OptionKinds<object>>> = { wasm: wasmKinds, js: { dtype } };

let current: Backend | undefined;

/** Backends that were made, by name and options: asking again gives the same one, with its memory and threads. */
const made = new Map<string, Backend>();

/** One that was made and still computes. */
function working(key: string): Backend | undefined {
  const backend = made.get(key);
  return backend?.failure === undefined ? backend : undefined;
}

async function backendFor(name: BackendName, options: BackendOptions): Promise<Backend> {
  const key = keyOf(name, options);
  let backend = working(key);
  if (!backend) {
    const fresh = await makers[name](options);
    // Whoever asked for the same one meanwhile has it already.
    backend = working(key) ?? fresh;
    made.set(key, backend);
  }
  return backend;
}

function keyOf(name: BackendName, options: BackendOptions): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return JSON.stringify([name, ...given.sort()]);
}

/** Internal: what messages call a backend: its name, with the options that it was made with: "wasm(threads: 2)". */
export function describeBackend(backend: Backend): string {
  const key = [...made.keys()].find((key) => made.get(key) === backend);
  const [, ...options] = key === undefined ? [] : (JSON.parse(key) as [string, ...[string, unknown][]]);
  const list = options.map(([option, value]) => `${option}: ${value}`).join(", ");
  return list === "" ? backend.name : `${backend.name}(${list})`;
}

/** Where new tensors go. The first use chooses `wasm`. */
export function currentBackend(): Backend {
  if (!current) {
    const key = keyOf("wasm", {});
    current = working(key) ?? createWasmBackend();
    made.set(key, current);
  }
  return current;
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

/** Internal: the backend of this name: the current one, or one that was made, or one made now without options. */
export async function backendNamed(name: BackendName): Promise<Backend> {
  const working = [current, ...made.values()].find((backend) => backend?.name === name && !backend.failure);
  if (working) return working;
  if (!isName(name)) throw new Error(`to: unknown backend ${show(name)}; there are ${backends().join(", ")}`);
  return backendFor(name, {});
}

/** The names that `useBackend` takes here. */
export function backends(): BackendName[] {
  return Object.keys(makers) as BackendName[];
}

/**
 * The best mode of GPU.js that a real GPU runs.
 * @throws Error naming what there is instead, mode by mode
 */
async function bestGpu(): Promise<BackendName> {
  const { bestMode } = await import("./gpujs/adapters.js");
  return `gpujs:${await bestMode()}`;
}

/** A real GPU where there is one; but whoever gives options means `wasm`, which alone has some. */
async function bestOf(options: BackendOptions): Promise<BackendName> {
  if (Object.values(options).some((value) => value !== undefined)) return "wasm";
  try {
    const best = await bestGpu();
    // There may be a GPU, but not the package that computes on it.
    await backendFor(best, {});
    return best;
  } catch {
    return "wasm";
  }
}

function isName(given: unknown): given is BackendName {
  return typeof given === "string" && Object.hasOwn(makers, given);
}

/** Internal: whether something is a backend itself, and no name of one. */
export function isBackend(given: unknown): given is Backend {
  return typeof given === "object" && given !== null && "upload" in given;
}

/**
 * Chooses where new tensors go from now on; tensors that exist stay where they are. A backend of your own is taken as it
 * is; the others are made, by their names, on first use. "gpu" takes the best mode of GPU.js
 * that a real GPU runs; "auto" does the same where that opens, and takes `wasm` elsewhere, and with `wasm`'s options.
 * @returns the name of the backend that was chosen.
 * @throws ArgumentError on an option that this backend does not have, or one of the wrong kind
 * @throws Error on an unknown name, or a backend that cannot run here, with the reason
 */
export async function useBackend(
  name: BackendName | "gpu" | "auto" | Backend = "auto",
  options: BackendOptions = {},
): Promise<string> {
  checkArgument("useBackend", "options", options, aPlainObject);
  if (isBackend(name)) {
    const [option] = Object.keys(options);
    if (option) throw new Error(`useBackend: ${name.name} is there already, and takes no option "${option}"`);
    current = name;
    return name.name;
  }
  const chosen = name === "gpu" ? await bestGpu() : name === "auto" ? await bestOf(options) : name;
  if (!isName(chosen)) {
    throw new Error(`useBackend: unknown backend ${show(name)}; there are ${backends().join(", ")}, gpu and auto`);
  }
  checkOptions<object>(`useBackend("${chosen}")`, options, honoured[chosen] ?? {});
  current = await backendFor(chosen, options);
  return current.name;
}

/** What the current backend holds. */
export function memory(): MemoryInfo {
  return currentBackend().memory();
}
