/** The compiled kernels and the memory they work in. */

import { decodeBytes } from "./encoding.js";
import { fuse } from "./fusing.js";
import { frequent, kernels } from "./kernels.generated.js";

const PAGE = 65_536;

/**
 * 4 GiB but for a page, nearly all that 32-bit addresses reach: kernels ask whether a few vectors more than an address
 * are still inside, and at the very top that sum would start again from 0. Less where an engine does not set so much
 * address space aside.
 */
const MAXIMUM_PAGES = [65_535, 32_768, 16_384, 8192, 4096];

const INITIAL_PAGES = 256;

/** What the memory has from the beginning, in bytes: no limit is lower. */
export const LEAST_MEMORY = INITIAL_PAGES * PAGE;

export interface KernelModule {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Bytes that the memory may grow to. */
  readonly maximum: number;
  /** Whether threads can work in the memory: in browsers, only on pages that are cross-origin isolated. */
  readonly shared: boolean;
  /** Whether multiply and add are fused (relaxed SIMD). */
  readonly relaxed: boolean;
}

/**
 * @param strict Never fuse multiply and add: slower, but the same rounding on every machine and engine.
 * @param limit Bytes that the memory may grow to at most.
 * @throws Error where the JavaScript engine lacks the WebAssembly features that the kernels are built on.
 */
export function loadKernels(strict: boolean, limit = Infinity): KernelModule {
  const relaxed = !strict && hasRelaxedSimd();
  const shared = typeof SharedArrayBuffer === "function";
  const bytes = decodeBytes(kernels, frequent);
  if (relaxed) fuse(bytes);
  if (!shared) declareUnshared(bytes);
  const module = compile(bytes);
  return { module, shared, relaxed, ...newMemory(shared, limit) };
}

function compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    throw new Error("wasm: this JavaScript engine cannot run WebAssembly SIMD; use another backend", { cause });
  }
}

function newMemory(shared: boolean, limit: number): { memory: WebAssembly.Memory; maximum: number } {
  const most = Math.floor(limit / PAGE);
  let cause: unknown;
  for (const maximum of new Set(MAXIMUM_PAGES.map((pages) => Math.min(pages, most)))) {
    try {
      return { memory: new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared }), maximum: maximum * PAGE };
    } catch (error) {
      cause = error;
    }
  }
  throw new Error("wasm: the system gives no memory to WebAssembly", { cause });
}

/**
 * Without SharedArrayBuffer the same code imports a plain memory (it has no atomic instruction): one flag in the
 * import's limits, behind its name and its kind.
 */
function declareUnshared(bytes: Uint8Array): void {
  const name = [..."memory"].map((c) => c.charCodeAt(0));
  const at = bytes.findIndex((_, i) => name.every((c, k) => bytes[i + k] === c));
  bytes[at + name.length + 1] = 1; // has a maximum; 3 is the same and shared
}

/** Whether a module whose only function is `f32x4.relaxed_madd` of three zeros is valid here. */
function hasRelaxedSimd(): boolean {
  const header = [0, 97, 115, 109, 1, 0, 0, 0];
  const sections = [
    ...[1, 4, 1, 0x60, 0, 0], // type: () → ()
    ...[3, 2, 1, 0], // one function of that type
    ...[10, 16, 1, 14, 1, 1, 0x7b, 0x20, 0, 0x20, 0, 0x20, 0, 0xfd, 0x85, 2, 0x1a, 0x0b], // its code
  ];
  return WebAssembly.validate(Uint8Array.from([...header, ...sections]));
}
