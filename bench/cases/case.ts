/** What the benchmark of one kernel consists of. */

import type { AxisGeometry, Backend, FloatArray, Storage } from "../../src/tensor/backend/backend.js";
import type { ConvCall } from "../ways.js";

/** Calls the kernel; its results are storages of their own. */
export type Run = (backend: Backend, inputs: readonly Storage[]) => readonly Storage[];

export interface KernelCase {
  /** What --shape finds it by, together with `shape`. */
  readonly name: string;
  readonly shape: string;
  /** Additions and multiplications that the definition asks for, however the kernel does it. */
  readonly flops: number;
  /** Every input read once, every result written once. */
  readonly bytes: number;
  /** Lengths of the inputs; each is filled with noise. */
  readonly sizes: readonly number[];
  /** Further inputs, computed from these: what a gradient reads of the forward pass. */
  readonly prepare?: Run;
  readonly run: Run;
  /** The results are inputs that were changed. */
  readonly inPlace?: boolean;
  /** What is convolved, if anything: `wasm` has several ways to do it. */
  readonly convolution?: ConvCall;
  /** A smaller computation whose result is a part of this one's: what the reference would take too long for in full. */
  readonly sample?: Sample;
}

interface Sample {
  readonly inputs: (all: readonly FloatArray[]) => readonly FloatArray[];
  readonly run: Run;
  readonly part: (result: FloatArray) => FloatArray;
}

/** The last `count` along the middle axis. */
export function takeLast(values: FloatArray, { outer, n, inner }: AxisGeometry, count: number): FloatArray {
  const result = new Float32Array(outer * count * inner);
  for (let i = 0; i < outer; i++) {
    const end = (i + 1) * n * inner;
    result.set(values.subarray(end - count * inner, end), i * count * inner);
  }
  return result;
}
