/** Checks and times one kernel. */

import type { Backend, FloatArray, Storage } from "../src/tensor/backend/backend.js";
import { createJsBackend } from "../src/tensor/backend/js/js.js";
import type { KernelCase } from "./cases/case.js";
import { type Timing, timeWarm } from "./timing.js";

export interface KernelResult extends Timing {
  name: string;
  shape: string;
  /** Largest difference from the `js` backend in float64, relative to the root mean square of the result. */
  error: number;
  gflops: number;
  /** 10⁹ bytes a second, if every input is read once and every result written once. */
  gbps: number;
  /** What one call leaves to its caller. */
  storages: number;
  bytes: number;
}

/** Far more than rounding, far less than a wrong index. */
const WORST_ERROR = 1e-4;

/** Uneven numbers that repeat after a prime, so that no shape lines up with them. */
const noise = Float32Array.from({ length: 65_537 }, (_, i) => {
  const hash = Math.imul(i + 1, 0x9e3779b1) ^ (i >>> 3);
  return (Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 8) / 2 ** 23 - 1;
});

function noiseOf(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => noise[(i + 7919 * seed) % noise.length]);
}

function uploadAll(kernel: KernelCase, backend: Backend, values: readonly FloatArray[]): Storage[] {
  const inputs = values.map((input) => backend.upload(input));
  return [...inputs, ...(kernel.prepare?.(backend, inputs) ?? [])];
}

/** The results by the reference, or the part of them that is enough. */
async function expected(kernel: KernelCase, values: readonly FloatArray[]): Promise<FloatArray[]> {
  const js = createJsBackend("float64");
  const { inputs, run } = kernel.sample ?? { inputs: () => values, run: kernel.run };
  const results = run(js, uploadAll(kernel, js, inputs(values)));
  return Promise.all(results.map((result) => js.read(result)));
}

function largestError(got: FloatArray, want: FloatArray): number {
  if (got.length !== want.length) throw new Error(`the result has ${got.length} numbers instead of ${want.length}`);
  let squares = 0;
  let largest = 0;
  for (let i = 0; i < want.length; i++) {
    squares += want[i] ** 2;
    const difference = Math.abs(got[i] - want[i]);
    if (!(difference <= largest)) largest = difference; // NaN, too
  }
  return largest / Math.sqrt(squares / want.length);
}

/** On a device that works behind the program's back: reads a number that it makes after all the rest. */
function settleOf(backend: Backend): (() => Promise<void>) | undefined {
  if (backend.readSync) return undefined;
  return async () => {
    const last = backend.fill(1, 0);
    await backend.read(last);
    backend.free(last);
  };
}

/** @throws Error when the results are wrong, or storages are left behind */
export async function benchKernel(kernel: KernelCase, backend: Backend): Promise<KernelResult> {
  const values = kernel.sizes.map(noiseOf);
  const inputs = uploadAll(kernel, backend, values);
  const before = backend.memory();
  const free = (results: readonly Storage[]) => {
    if (!kernel.inPlace) for (const result of results) backend.free(result);
  };

  const settle = settleOf(backend);
  await settle?.();

  const start = performance.now();
  const first = kernel.run(backend, inputs);
  await settle?.();
  const cold = performance.now() - start;
  const after = backend.memory();
  const part = kernel.sample?.part ?? ((result: FloatArray) => result);
  const got = await Promise.all(first.map(async (result) => part(await backend.read(result))));
  free(first);

  const want = await expected(kernel, values);
  const error = Math.max(...got.map((result, i) => largestError(result, want[i])));
  if (!(error <= WORST_ERROR)) {
    throw new Error(
      `${kernel.name}: the result of ${backend.name} is wrong: its error is ${error}, at most ${WORST_ERROR} is allowed`,
    );
  }
  const timing = await timeWarm(() => free(kernel.run(backend, inputs)), cold, settle);
  const left = backend.memory().storages - before.storages;
  if (left !== 0) throw new Error(`${kernel.name}: ${backend.name} left ${left} storages behind`);
  for (const input of inputs) backend.free(input);
  const { name, shape, flops, bytes } = kernel;
  return {
    ...{ name, shape, error, ...timing },
    gflops: flops / timing.median / 1e6,
    gbps: bytes / timing.median / 1e6,
    storages: after.storages - before.storages,
    bytes: after.bytes - before.bytes,
  };
}
