/** Which backends there are, and how one is chosen. */

import {
  aBoolean,
  aPlainObject,
  checkArgument,
  checkOptions,
  type OptionKinds,
  oneOf,
  wholeFrom,
} from "../arguments.js";
import { show } from "../show.js";
import type { Backend, DType, MemoryInfo } from "./backend.js";
import { currentBackend, findBackend, noteBackend, noteChoice, setCurrentBackend } from "./current-backend.js";
import type { Mode } from "./gpujs/gpu-js.js";
import type { WayUse } from "./wasm/conv-choice.js";
import { LEAST_MEMORY } from "./wasm/module.js";
import { createWasmBackend } from "./wasm/wasm.js";

/** Each thread is a worker with a stack of its own: more than any machine that is met runs at once are a slip of the pen. */
export const MAX_THREADS = 256;

/** The backends that there are, by the names that `useBackend` takes. */
export type BackendName = "wasm" | "js" | `gpujs:${Mode}`;

export interface BackendOptions {
  /** `wasm`: how many threads share the work. At most 256. Default: as many as the machine runs at once. */
  threads?: number;
  /**
   * `wasm`: when to convolve by Winograd's algorithm, whose rounding error is some ten times larger, and which makes NaN
   * of all outputs around an infinite input: where it is faster ("auto", the default), wherever it can be ("always"), or
   * "never".
   */
  winograd?: WayUse;
  /**
   * `wasm`: likewise, when by Winograd's algorithm with larger tiles, of eight points instead of six: for less
   * multiplication and more rounding. Never where `winograd` is "never".
   */
  eightPoints?: WayUse;
  /**
   * `wasm`: likewise, when to convolve by 1×1 filters as a matrix product over pixels of any images, for numbers of channels
   * that are multiples of four.
   */
  pixels?: WayUse;
  /** `wasm`: likewise, when to convolve small maps pixel by pixel, eight images at a time. */
  images?: WayUse;
  /** `wasm`: likewise, when to convolve four channels at a time where each group has one. */
  depthwise?: WayUse;
  /** `wasm`: batch norms by running moments, relu and relu6 in the pass of the convolution before them: unless "never". */
  epilogue?: WayUse;
  /** `wasm`: never fuse multiply and add, for the same bits on every engine. Default false: fused where it can be. */
  strict?: boolean;
  /**
   * `wasm`: bytes that its memory may grow to, at least 16 MiB. A phone ends a page that takes too much without a word; with a
   * limit there is an error instead, that says what holds the memory. Default: 4 GiB, or what the system sets aside.
   */
  memoryLimit?: number;
  /** `js`: "float64" for gradient checks. Default "float32". */
  dtype?: DType;
}

// What most programs never use is loaded when it is asked for: GPU.js is large, `js` is a dozen files.
const openGpuJs = async (mode: Mode) => (await import("./gpujs/gpujs.js")).openGpuJs(mode);
const openJs = async ({ dtype }: BackendOptions) => (await import("./js/js.js")).createJsBackend(dtype);

type Maker = (options: BackendOptions) => Backend | Promise<Backend>;

const makers = {
  wasm: createWasmBackend,
  js: openJs,
  "gpujs:webgpu": () => openGpuJs("webgpu"),
  "gpujs:webgl2": () => openGpuJs("webgl2"),
  "gpujs:headlessgl": () => openGpuJs("headlessgl"),
  "gpujs:webgl": () => openGpuJs("webgl"),
  "gpujs:webasm": () => openGpuJs("webasm"),
  "gpujs:cpu": () => openGpuJs("cpu"),
} satisfies Record<BackendName, Maker>;

const { dtype, ...wasmKinds }: OptionKinds<BackendOptions> = {
  threads: wholeFrom(1, MAX_THREADS),
  winograd: oneOf("auto", "always", "never"),
  eightPoints: oneOf("auto", "always", "never"),
  pixels: oneOf("auto", "always", "never"),
  images: oneOf("auto", "always", "never"),
  depthwise: oneOf("auto", "always", "never"),
  epilogue: oneOf("auto", "always", "never"),
  strict: aBoolean,
  memoryLimit: wholeFrom(LEAST_MEMORY),
  dtype: oneOf("float32", "float64"),
};

/** The options of each backend: any other is refused, not ignored. */
const honoured: Partial<Record<BackendName, OptionKinds<object>>> = { wasm: wasmKinds, js: { dtype } };

/** The options that are given, in words and in a fixed order: "strict: true, threads: 2". */
function inWords(options: BackendOptions): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given
    .map(([name, value]) => `${name}: ${value}`)
    .sort()
    .join(", ");
}

async function backendFor(name: BackendName, options: BackendOptions): Promise<Backend> {
  const words = inWords(options);
  const known = findBackend(name, words);
  if (known) return known;
  const fresh = await makers[name](options);
  // Whoever asked for the same one meanwhile has it already.
  return findBackend(name, words) ?? noteBackend(fresh, words);
}

/** Internal: the backend of this name: the current one, or one that was made, or one made now without options. */
export async function backendNamed(name: BackendName): Promise<Backend> {
  const known = findBackend(name);
  if (known) return known;
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
  if (inWords(options) !== "") return "wasm";
  try {
    const best = await bestGpu();
    // There may be a GPU, but not the package that computes on it.
    await backendFor(best, {});
    return best;
  } catch {
    return "wasm";
  }
}

function isName(value: unknown): value is BackendName {
  return typeof value === "string" && Object.hasOwn(makers, value);
}

/** Internal: whether something is a backend itself, and no name of one. */
export function isBackend(value: unknown): value is Backend {
  return typeof value === "object" && value !== null && "upload" in value;
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
  noteChoice();
  checkArgument("useBackend", "options", options, aPlainObject);
  if (isBackend(name)) {
    const [option] = Object.keys(options);
    if (option) throw new Error(`useBackend: ${name.name} is there already, and takes no option "${option}"`);
    setCurrentBackend(name);
    return name.name;
  }
  const chosen = name === "gpu" ? await bestGpu() : name === "auto" ? await bestOf(options) : name;
  if (!isName(chosen)) {
    throw new Error(`useBackend: unknown backend ${show(name)}; there are ${backends().join(", ")}, gpu and auto`);
  }
  checkOptions<object>(`useBackend("${chosen}")`, options, honoured[chosen] ?? {});
  const backend = await backendFor(chosen, options);
  setCurrentBackend(backend);
  return backend.name;
}

/** What the current backend holds. */
export function memory(): MemoryInfo {
  return currentBackend().memory();
}
