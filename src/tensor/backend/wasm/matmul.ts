/** Host side of the matrix product: how the operands are packed and the output is cut into work items. */

import type { Backend, MatmulGeometry } from "../backend.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";

/** Largest block of one work item: its panels of A and B for one stretch of k share the second-level cache. */
const M_BLOCK = 128;
const N_BLOCK = 256;

/** Up to so many rows or columns, products that read the operands where they lie beat packing. */
const FEW = 4;

/**
 * Up to so many rows, tiles read B where it lies: more of them make up for packing it. Half as many do where all rows of B
 * fall on one set of the cache.
 */
const directRows = (columns: number): number => (columns % 1024 === 0 ? 16 : 32);

/** Columns of one item where rows of B are added up: the output's few rows of them stay in the first-level cache. */
const SPAN = 512;

export const product = (rt: Runtime): Pick<Backend, "matmul"> => ({
  matmul: (a, b, geometry) =>
    rt.make(geometry.batch * geometry.m * geometry.n, (out) => multiply(rt, at(a), at(b), out, geometry)),
});

/** out[batch, m, n] = op(A) · op(B). */
function multiply(rt: Runtime, a: number, b: number, out: number, g: MatmulGeometry): void {
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
  const left = { src: a, rows: g.m, k: g.k, alongRows: g.transA, batch: g.batch, stride: g.aStride };
  const right = { src: b, rows: g.n, k: g.k, alongRows: !g.transB, batch: g.batch, stride: g.bStride };
  withPanels(rt, left, 4, (aPacked, aStep) => {
    const run = (b: number, bStep: number, bRow: number) =>
      rt.run("matmulTiles", items, [aPacked, b, out, g.m, g.n, g.k, aStep, bStep, bRow, mBlock, nBlock], 256);
    if (!g.transB && g.m <= directRows(g.n)) run(b, g.bStride * 4, g.n * 4);
    else withPanels(rt, right, 8, (bPacked, bStep) => run(bPacked, bStep, 0));
  });
}

/** `batch` matrices of rows of k numbers, each `stride` numbers behind the last; 0 where one serves the whole batch. */
interface Matrices {
  readonly src: number;
  readonly rows: number;
  readonly k: number;
  /** Stored [k, rows] instead of [rows, k]. */
  readonly alongRows: boolean;
  readonly batch: number;
  readonly stride: number;
}

/** Packs matrices into panels of `width` rows while `use` runs; `step` is the bytes from one packed matrix to the next. */
function withPanels(rt: Runtime, from: Matrices, width: number, use: (packed: number, step: number) => void): void {
  const { src, rows, k, alongRows, batch, stride } = from;
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
