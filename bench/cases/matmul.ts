/** Matrix products. */

import type { FloatArray } from "../../src/tensor/backend/backend.js";
import { type KernelCase, takeLast } from "./case.js";

interface MatmulOptions {
  batch?: number;
  transA?: boolean;
  transB?: boolean;
}

/** Rows of the product that the reference computes. */
const SAMPLE_ROWS = 4;

export function matmul(name: string, m: number, n: number, k: number, options: MatmulOptions = {}): KernelCase {
  const { batch = 1, transA = false, transB = false } = options;
  const geometry = { batch, m, n, k, transA, transB, aStride: m * k, bStride: k * n };
  const sizes = [batch * m * k, batch * k * n];
  const rows = Math.min(m, SAMPLE_ROWS);
  const lastOf = (values: FloatArray, size: number) => values.subarray(values.length - size);
  return {
    name: `matmul ${name}`,
    shape: `${batch > 1 ? `${batch} of ` : ""}[${m}, ${k}]${transA ? "ᵀ" : ""} · [${k}, ${n}]${transB ? "ᵀ" : ""}`,
    flops: 2 * batch * m * n * k,
    bytes: 4 * (sizes[0] + sizes[1] + batch * m * n),
    sizes,
    run: (backend, [a, b]) => [backend.matmul(a, b, geometry)],
    sample: {
      inputs: ([a, b]) => {
        const axis = transA ? { outer: k, n: m, inner: 1 } : { outer: 1, n: m, inner: k };
        return [takeLast(lastOf(a, m * k), axis, rows), lastOf(b, k * n)];
      },
      run: (backend, [a, b]) => [backend.matmul(a, b, { ...geometry, batch: 1, m: rows })],
      part: (result) => lastOf(result, rows * n),
    },
  };
}
