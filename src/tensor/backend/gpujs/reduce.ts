/** Host side of the reductions: how a box lies in rows and columns, and in how many passes a long axis is reduced. */

import type { AxisGeometry, Backend, Storage } from "../backend.js";
import { EXACT, flat, type Grid } from "./grid.js";
import { by, type GpuRuntime } from "./runtime.js";

/** Threads that keep a GPU busy; where there are fewer results, a long axis is cut into pieces. */
const ENOUGH = 8192;

/** Numbers of a piece, and of the shortest axis that is cut. */
const PIECE = 256;

/** Where the results of an [outer, n, inner] box are, and the numbers of each. */
export function boxOf({ outer, n, inner }: AxisGeometry): {
  grid: Grid;
  columns: number;
  steps: Record<string, number>;
} {
  if (inner === 1) {
    // Neighbouring threads take neighbouring lines; a row of threads reads `columns` lines of n numbers.
    const columns = Math.max(1, Math.min(flat(outer).columns, Math.floor((EXACT - 1) / n)));
    const grid = { rows: Math.ceil(outer / columns), columns };
    const steps = { n, rowStep: 1, nextRow: 0, columnStep: n, nextColumn: 1 };
    return { grid, columns: grid.columns * n, steps };
  }
  const steps = { n, rowStep: n, nextRow: 1, columnStep: 1, nextColumn: 0 };
  return { grid: { rows: outer, columns: inner }, columns: inner, steps };
}

/** The largest divisor of n that is no larger than a piece, or n where none is worth the pass. */
function divisorOf(n: number): number {
  for (let piece = PIECE; piece >= 16; piece--) if (n % piece === 0) return piece;
  return n;
}

/** Numbers that one thread reduces in the first pass. */
function pieceOf({ outer, n, inner }: AxisGeometry): number {
  if (n <= PIECE || outer * inner >= ENOUGH) return n;
  // Behind the only line there is, the last piece may be shorter; between lines, pieces have to be whole.
  return outer === 1 ? PIECE : divisorOf(n);
}

export const reduce = (rt: GpuRuntime): Backend["reduce"] => {
  const reduced: Backend["reduce"] = (name, x, geometry) => {
    const { outer, n, inner } = geometry;
    if (n === 0) return rt.fill(outer * inner, 0);
    const piece = pieceOf(geometry);
    const pieces = Math.ceil(n / piece);
    const { grid, columns, steps } = boxOf({ outer: outer * pieces, n: piece, inner });
    const left = n - (pieces - 1) * piece;
    const full = left === piece ? outer * pieces * inner : (pieces - 1) * inner;
    const partial = rt.launch(outer * pieces * inner, {
      kernel: name,
      operands: [by(columns, x)],
      constants: { ...steps, width: grid.columns, full, left },
      ...grid,
    });
    if (pieces === 1) return partial;
    const result = reduced(name, partial, { outer, n: pieces, inner });
    rt.free(partial);
    return result;
  };
  return reduced;
};

/** The sum of `parts` results that lie one behind the other. Takes them over. */
export function sumOfParts(rt: GpuRuntime, partial: Storage, parts: number): Storage {
  if (parts === 1) return partial;
  const sum = reduce(rt)("sum", partial, { outer: 1, n: parts, inner: partial.size / parts });
  rt.free(partial);
  return sum;
}

export const reductions = (rt: GpuRuntime): Pick<Backend, "reduce" | "argMax"> => ({
  reduce: reduce(rt),

  argMax(x, geometry) {
    const { grid, columns, steps } = boxOf(geometry);
    const operands = [by(columns, x)];
    return rt.launch(geometry.outer * geometry.inner, { kernel: "argMax", operands, constants: steps, ...grid });
  },
});
