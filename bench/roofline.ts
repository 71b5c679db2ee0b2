/** The two limits that every kernel is held against: multiply-adds with hardly a load, and copies of memory. */

import { compileLoops, copying, multiplyingAndAdding, ratesOf } from "./loops.js";

export interface Roofline {
  /** GFLOP/s of all threads together, in 128-bit vectors, products and sums fused or rounded apart, whichever is faster. */
  peak: number;
  /** 10⁹ bytes a second of all threads together, reads and writes counted. */
  bandwidth: number;
}

/** Bytes that one thread copies: more than any cache holds. */
export const COPY_BYTES = 64 * 2 ** 20;

/** Measures `threads` threads that work at the same time. */
export async function measureRoofline(threads: number): Promise<Roofline> {
  const { strict, fused } = compileLoops();
  const [apart, bandwidth] = await ratesOf([multiplyingAndAdding(), copying(COPY_BYTES)], strict, threads);
  const [together] = fused ? await ratesOf([multiplyingAndAdding()], fused, threads) : [0];
  return { peak: Math.max(apart, together), bandwidth };
}
