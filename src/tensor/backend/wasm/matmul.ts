/** Host side of the matrix product: how the operands are packed and the output is cut into work items. */

import type { MatmulGeometry } from "../backend.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";

/** Largest block of one work item: its panels of A and B for one stretch of k share the second-level cache. */
const M_BLOCK = 128;
const N_BLOCK = 256;

/** Up to so many rows or columns, products that read the operands where they lie beat packing. */
const FEW = 4;

/** Columns of one item where rows of B are added up: the output's few rows of them stay in the first-level cache. */
const SPAN = 512;

/** out[batch, m, n] = op(A) · op(B). */
export function matmul(rt: Runtime, a: number, b: number, out: number, g: MatmulGeometry): void {
  const aAlongK = !g.transA || g.m === 1;
  const bAlongK = g.transB || g.n === 1;
  if (aAlongK && bAlongK && Math.min(g.m, g.n) <= FEW) {
    // One work item for each row of the operand that has more of them.
    if (g.m >= g.n) rt.run("matmulDots", g.batch * g.m, [a, b, out, g.m, g.n, g.k, g.aStride, g.bStride, g.n, 1]);
    else rt.run("matmulDots", g.batch * g.n, [b, a, out, g.n, g.m, g.k, g.bStride, g.aStride, 1, g.n]);
    return;
  }
  if (g.m <= FEW && !g.transB) {
    const [aRow, aColumn] = g.transA ? [1, g.m] : [g.k, 1];
    const shape = [g.m, g.n, g.k, g.aStride, g.bStride, aRow, aColumn];
    rt.run("matmulRows", g.batch * ceilDiv(g.n, SPAN), [a, b, out, ...shape, SPAN]);
    return;
  }
  const [mBlock, nBlock] = blocks(g, rt.threads);
  const items = g.batch * ceilDiv(g.m, mBlock) * ceilDiv(g.n, nBlock);
  withPanels(rt, a, g.m, g.k, 4, g.transA, g.batch, g.aStride, (aPacked, aStep) =>
    withPanels(rt, b, g.n, g.k, 8, !g.transB, g.batch, g.bStride, (bPacked, bStep) =>
      rt.run("matmulTiles", items, [aPacked, bPacked, out, g.m, g.n, g.k, aStep, bStep, mBlock, nBlock], 256),
    ),
  );
}

/**
 * Packs the matrices of one operand into panels of `width` rows while `use` runs; `alongRows` where they are stored
 * [k, rows]. `step` is the bytes from one packed matrix to the next, 0 where one serves the whole batch.
 */
function withPanels(
  rt: Runtime,
  src: number,
  rows: number,
  k: number,
  width: number,
  alongRows: boolean,
  batch: number,
  stride: number,
  use: (packed: number, step: number) => void,
): void {
  const panels = ceilDiv(rows, width);
  const bytes = panels * width * k * 4;
  const matrices = stride === 0 ? 1 : batch;
  const [rowStride, kStride] = alongRows ? [1, rows] : [k, 1];
  rt.withBytes([matrices * bytes], (packed) => {
    rt.run("matmulPack", matrices * panels, [src, packed, rows, k, width, stride, rowStride, kStride]);
    use(packed, stride === 0 ? 0 : bytes);
  });
}

/** Blocks small enough that every thread gets several: the last to finish then keeps the others waiting less. */
function blocks(g: MatmulGeometry, threads: number): [m: number, n: number] {
  let mBlock = Math.min(M_BLOCK, roundUp(g.m, 4));
  let nBlock = Math.min(N_BLOCK, roundUp(g.n, 8));
  const wanted = threads === 1 ? 1 : 4 * threads;
  while (g.batch * ceilDiv(g.m, mBlock) * ceilDiv(g.n, nBlock) < wanted && (mBlock > 16 || nBlock > 32)) {
    if (nBlock > 2 * mBlock || mBlock <= 16) nBlock = roundUp(nBlock / 2, 8);
    else mBlock = roundUp(mBlock / 2, 4);
  }
  return [mBlock, nBlock];
}
