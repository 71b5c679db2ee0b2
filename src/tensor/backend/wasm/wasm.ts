/** The fast CPU backend: SIMD kernels in WebAssembly, shared out over threads where the platform allows. */

import type { Backend } from "../backend.js";
import { type ConvUse, convolution } from "./conv-choice.js";
import { memory } from "./host.js";
import { product } from "./matmul.js";
import { movement } from "./move.js";
import { normalization } from "./normalize.js";
import { updates } from "./optimizer.js";
import { pointwise } from "./pointwise.js";
import { pooling } from "./pool.js";
import { drawing } from "./random.js";
import { reductions } from "./reduce.js";
import { Runtime, type RuntimeOptions } from "./runtime.js";

export interface WasmOptions extends RuntimeOptions, ConvUse {}

export interface WasmBackend extends Backend {
  /** At once: the memory is the host's. */
  readonly readSync: NonNullable<Backend["readSync"]>;
  /** Threads that share the work; 1 where memory cannot be shared. */
  readonly threads: number;
  /** Whether threads can share the memory: in browsers, only on pages that are cross-origin isolated. */
  readonly shared: boolean;
  /** Whether multiply and add are fused here. */
  readonly relaxed: boolean;
  /**
   * Workers that have done some of the work so far. The first operation large enough to share starts them, and until
   * they are up the caller does their part.
   */
  readonly workersReady: number;
}

/**
 * Float32 in a module's memory of up to 4 GiB. Results have the same bits for any number of threads.
 * @throws Error where the JavaScript engine cannot run the kernels, or `threads` is no positive integer.
 */
export function createWasmBackend(options: WasmOptions = {}): WasmBackend {
  const rt = new Runtime(options);
  const { threads, shared, relaxed } = rt;
  const counted = threads === 1 ? "1 thread" : `${threads} threads`;
  return {
    name: "wasm",
    dtype: "float32",
    device: `${counted}, SIMD, ${relaxed ? "with" : "without"} fused multiply-add (relaxed SIMD)`,
    threads,
    shared,
    relaxed,
    ...memory(rt),
    ...pointwise(rt),
    ...reductions(rt),
    ...movement(rt),
    ...product(rt),
    ...convolution(rt, options),
    ...pooling(rt),
    ...normalization(rt),
    ...updates(rt),
    ...drawing(rt),
    get failure() {
      return rt.failure;
    },
    get workersReady() {
      return rt.workersReady;
    },
  };
}
