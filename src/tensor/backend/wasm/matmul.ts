/** Host side of the matrix product: how the operands are packed and the output is cut into work items. */

import type { Backend, MatmulGeometry } from "../backend.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";

/** Most panels of A and B in a work item: for one stretch of k they share the second-level cache. */
const A_BLOCK = 32;
const B_BLOCK = 32;

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
  const left = { src: a, rows: g.m, k: g.k, alongRows: g.transA, batch: g.batch, stride: g.aStride };
  const right = { src: b, rows: g.n, k: g.k, alongRows: !g.transB, batch: g.batch, stride: g.bStride };
  const [high, wide] = [tallPanels(g.m, rt.relaxed), panelsOf(g.n, 0, 8)];
  const [aBlock, bBlock] = blocks(g.batch, high, wide, rt.threads);
  const items = g.batch * ceilDiv(high.count, aBlock) * ceilDiv(wide.count, bBlock);
  withPanels(rt, left, high, (packed, aStep) => {
    const run = (b: number, bStep: number, bRow: number) => {
      const shape = [g.m, g.n, g.k, high.count, high.sixes, aStep, bStep, bRow, aBlock, bBlock];
      rt.run("matmulTiles", items, [packed, b, out, ...shape], 256);
    };
    if (!g.transB && g.m <= directRows(g.n)) run(b, g.bStride * 4, g.n * 4);
    else withPanels(rt, right, wide, (packed, bStep) => run(packed, bStep, 0));
  });
}

/** How the rows of an operand are divided: `sixes` panels of six come first, the others have `width`. */
interface Panels {
  readonly count: number;
  readonly sixes: number;
  readonly width: number;
}

function panelsOf(rows: number, sixes: number, width: number): Panels {
  return { count: sixes + ceilDiv(Math.max(0, rows - 6 * sixes), width), sixes, width };
}

/** The fewest panels of four that leave room for nothing but whole ones of six: those are faster where multiply-adds are fused. */
function tallPanels(rows: number, fused: boolean): Panels {
  const even = roundUp(rows, 2);
  const sixes = fused ? Math.max(0, (even - 4 * (even % 3)) / 6) : 0;
  return panelsOf(rows, sixes, 4);
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

/** Packs matrices into panels while `use` runs; `step` is the bytes from one packed matrix to the next. */
function withPanels(rt: Runtime, from: Matrices, panels: Panels, use: (packed: number, step: number) => void): void {
  const { src, rows, k, alongRows, batch, stride } = from;
  const { count, sixes, width } = panels;
  const bytes = (6 * sixes + width * (count - sixes)) * k * 4;
  const matrices = stride === 0 ? 1 : batch;
  const [rowStride, kStride] = alongRows ? [1, rows] : [k, 1];
  rt.withBytes([matrices * bytes], (packed) => {
    rt.run("matmulPack", matrices * count, [src, packed, rows, k, count, sixes, width, stride, rowStride, kStride]);
    use(packed, stride === 0 ? 0 : bytes);
  });
}

/** Panels of A and B in a work item: few enough that every thread gets several. The last to finish keeps the others waiting less. */
function blocks(batch: number, high: Panels, wide: Panels, threads: number): [a: number, b: number] {
  let a = Math.min(A_BLOCK, high.count);
  let b = Math.min(B_BLOCK, wide.count);
  const wanted = threads === 1 ? 1 : 4 * threads;
  while (batch * ceilDiv(high.count, a) * ceilDiv(wide.count, b) < wanted && (a > 4 || b > 4)) {
    if (b > a || a <= 4) b = ceilDiv(b, 2);
    else a = ceilDiv(a, 2);
  }
  return [a, b];
}
