/** Host side of the matrix product: how the operands are packed and the output is cut into work items. */

import type { MatmulGeometry } from "../backend.js";
import type { Runtime } from "./runtime.js";

/** Largest block of one work item: its panels of A and B for one stretch of k share the second-level cache. */
const M_BLOCK = 128;
const N_BLOCK = 256;

/** Up to so many rows or columns, products that read the operands where they lie beat packing. */
const FEW = 4;

/** Columns of one item where rows of B are added up: the output's few rows of them stay in the first-level cache. */
const SPAN = 512;

const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

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
  const aPacked = pack(rt, a, g.m, g.k, 4, g.transA, g.aStride === 0 ? 1 : g.batch, g.aStride);
  const bPacked = pack(rt, b, g.n, g.k, 8, !g.transB, g.bStride === 0 ? 1 : g.batch, g.bStride);
  const [mBlock, nBlock] = blocks(g, rt.threads);
  const items = g.batch * ceilDiv(g.m, mBlock) * ceilDiv(g.n, nBlock);
  const args = [aPacked.pointer, bPacked.pointer, out, g.m, g.n, g.k];
  rt.run(
    "matmulTiles",
    items,
    [...args, g.aStride === 0 ? 0 : aPacked.bytes, g.bStride === 0 ? 0 : bPacked.bytes, mBlock, nBlock],
    256,
  );
  rt.release(aPacked.pointer);
  rt.release(bPacked.pointer);
}

/** Panels of `width` rows; `alongRows` where the matrix is stored [k, rows]. `bytes` is the size of one matrix. */
function pack(
  rt: Runtime,
  src: number,
  rows: number,
  k: number,
  width: number,
  alongRows: boolean,
  matrices: number,
  stride: number,
): { pointer: number; bytes: number } {
  const panels = ceilDiv(rows, width);
  const bytes = panels * width * k * 4;
  const pointer = rt.allocate(matrices * bytes);
  const [rowStride, kStride] = alongRows ? [1, rows] : [k, 1];
  rt.run("matmulPack", matrices * panels, [src, pointer, rows, k, width, stride, rowStride, kStride]);
  return { pointer, bytes };
}

/** Blocks small enough that every thread gets several: the last to finish then keeps the others waiting less. */
function blocks(g: MatmulGeometry, threads: number): [m: number, n: number] {
  let mBlock = Math.min(M_BLOCK, ceilDiv(g.m, 4) * 4);
  let nBlock = Math.min(N_BLOCK, ceilDiv(g.n, 8) * 8);
  const wanted = threads === 1 ? 1 : 4 * threads;
  while (g.batch * ceilDiv(g.m, mBlock) * ceilDiv(g.n, nBlock) < wanted && (mBlock > 16 || nBlock > 32)) {
    if (nBlock > 2 * mBlock || mBlock <= 16) nBlock = ceilDiv(nBlock, 16) * 8;
    else mBlock = ceilDiv(mBlock, 8) * 4;
  }
  return [mBlock, nBlock];
}
