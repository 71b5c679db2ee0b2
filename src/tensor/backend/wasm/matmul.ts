/** Host side of the matrix product: how the operands are packed and the output is cut into work items. */

import type { Backend, MatmulGeometry } from "../backend.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";

const FLOAT = 4;

/** With up to so many columns, tiles read rows of A where they lie: to pack them for so few panels of B would take longer. */
const FEW_COLUMNS = 128;

/** Rows of A that there must be for that: a tile reads none behind the last. */
const LEAST_ROWS = 6;

/** Packing an operand takes about as long as multiplying it by so many rows. */
const PACKING_ROWS = 4;

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
  const isTurned = isReadInPlace(right, g.m) && !g.transA && workOf(right, left) < workOf(left, right);
  if (isTurned) multiplyTiles(rt, right, left, out, [1, g.n]);
  else multiplyTiles(rt, left, right, out, [g.n, 1]);
}

/** Whether tiles read the rows of A where they lie. */
const isReadInPlace = ({ rows, alongRows }: Matrices, columns: number): boolean =>
  !alongRows && rows >= LEAST_ROWS && columns <= FEW_COLUMNS;

/** How long a step of k takes: rows are multiplied in twos and columns in eights, and columns are packed before. */
const workOf = ({ rows }: Matrices, { rows: columns }: Matrices): number =>
  roundUp(rows, 2) * roundUp(columns, 8) + PACKING_ROWS * columns;

/** A · Bᵀ, rows and columns of the output so many numbers apart: so B · Aᵀ can be stored as its transpose, A · Bᵀ. */
function multiplyTiles(rt: Runtime, a: Matrices, b: Matrices, out: number, apart: [row: number, column: number]): void {
  const { rows: m, k, batch } = a;
  const n = b.rows;
  const [high, wide] = [tallPanels(m, rt.relaxed), panelsOf(n, 0, 8)];
  const [aBlock, bBlock] = blocks(batch, high, wide, rt.threads);
  const items = batch * ceilDiv(high.count, aBlock) * ceilDiv(wide.count, bBlock);
  const [outRow, outColumn] = apart.map((n) => n * FLOAT);
  withOperand(rt, a, isReadInPlace(a, n) ? undefined : high, (aAt, aMatrix, aRow) =>
    withOperand(rt, b, b.alongRows && m <= directRows(n) ? undefined : wide, (bAt, bMatrix, bRow) => {
      const shape = [m, n, k, high.count, high.sixes, aMatrix, bMatrix, aRow, bRow, outRow, outColumn, aBlock, bBlock];
      rt.run("matmulTiles", items, [aAt, bAt, out, ...shape], 256);
    }),
  );
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

/**
 * Calls `use` with where the panels of an operand begin, or without panels the operand itself, and the bytes from one matrix to
 * the next and from one row in memory to the next, 0 where it is packed.
 */
function withOperand(
  rt: Runtime,
  { src, rows, k, alongRows, batch, stride }: Matrices,
  panels: Panels | undefined,
  use: (at: number, matrix: number, row: number) => void,
): void {
  if (!panels) {
    use(src, stride * FLOAT, (alongRows ? rows : k) * FLOAT);
    return;
  }
  const { count, sixes, width } = panels;
  const bytes = (6 * sixes + width * (count - sixes)) * k * FLOAT;
  const matrices = stride === 0 ? 1 : batch;
  const [rowStride, kStride] = alongRows ? [1, rows] : [k, 1];
  rt.withBytes([matrices * bytes], (packed) => {
    rt.run("matmulPack", matrices * count, [src, packed, rows, k, count, sixes, width, stride, rowStride, kStride]);
    use(packed, stride === 0 ? 0 : bytes, 0);
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
