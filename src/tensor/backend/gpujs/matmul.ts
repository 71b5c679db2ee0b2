/** Host side of the matrix product. */

import type { Backend } from "../backend.js";
import { sumOfParts } from "./reduce.js";
import { by, type GpuRuntime } from "./runtime.js";

/** Threads that keep a GPU busy; where the result has fewer numbers, several threads share each sum. */
const ENOUGH = 16_384;

/** Terms of a shared sum: fewer are not worth the pass that adds the parts. */
const PART = 128;

export const product = (rt: GpuRuntime): Pick<Backend, "matmul"> => ({
  matmul(a, b, { batch, m, n, k, transA, transB, aStride, bStride }) {
    const size = batch * m * n;
    if (k === 0) return rt.fill(size, 0);
    const { kernel, perThread = 1 } = rt.fours("matmul", n);
    const threads = size / perThread;
    const shares = threads >= ENOUGH ? 1 : Math.ceil(ENOUGH / Math.max(threads, 1));
    const chunk = Math.min(k, Math.max(PART, Math.ceil(k / shares)));
    const parts = Math.ceil(k / chunk);
    const partial = rt.launch(parts * size, {
      ...{ kernel, perThread },
      operands: [by(transA ? m : k, a), by(transB ? k : n, b)],
      constants: {
        m,
        k,
        chunk,
        batch,
        transA: Number(transA),
        transB: Number(transB),
        aRows: aStride === 0 ? 0 : transA ? k : m,
        bRows: bStride === 0 ? 0 : transB ? n : k,
      },
      rows: parts * batch * m,
      columns: n,
    });
    return sumOfParts(rt, partial, parts);
  },
});
