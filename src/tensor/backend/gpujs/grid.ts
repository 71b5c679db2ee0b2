/** How a flat row of numbers becomes the rows and columns that kernels count by. */

import { type Shape, sizeOf } from "../../shape.js";
import { collapse } from "../collapse.js";

/** Whole numbers from here on are not exact in a kernel's float32. */
export const EXACT = 2 ** 24;

/** @throws Error where a kernel could not tell the rows or the columns of padded planes apart */
export function assertCounted(rows: number, columns: number): void {
  if (Math.max(rows, columns) < EXACT) return;
  throw new Error(`gpujs: planes of ${rows} × ${columns}, padding included, cannot be counted: 2^24 is too many`);
}

/** Threads that WebGPU launches along a row: 65,535 groups of 8. */
export const WIDEST = 65_535 * 8;

/** Columns of a storage that has no shape of its own. */
const WIDTH = 1024;

export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** Rows of up to 1,024 numbers; the last may be longer than what is left. */
export function flat(size: number): Grid {
  const columns = Math.max(1, Math.min(size, WIDTH));
  return { rows: Math.ceil(size / columns), columns };
}

/** Where an operand's numbers lie: its own columns, and the rows and columns that one step along each axis is worth. */
export interface SplitStrides {
  readonly columns: number;
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly rows: number[];
  readonly columnSteps: number[];
}

/**
 * Splits positions Σ i_d · strides_d + offset in an array of `size` numbers into a row and a column, both exact.
 * @throws Error where no length of row does
 */
export function splitPositions(size: number, shape: Shape, strides: readonly number[], offset: number): SplitStrides {
  const fits = (columns: number) => {
    const column = shape.reduce((sum, n, d) => sum + (n - 1) * (strides[d] % columns), offset % columns);
    return column < columns && size / columns < EXACT && columns < EXACT;
  };
  // A small array is one row. In a large one, rows as long as an axis' stride keep every position in its row.
  const candidates = [...strides].filter((stride) => stride > 1).sort((a, b) => b - a);
  const columns = size < EXACT ? Math.max(size, 1) : candidates.find(fits);
  if (columns === undefined) {
    throw new Error(`an array of ${size} numbers cannot be walked in steps of ${strides.join(", ")} exactly`);
  }
  return {
    columns,
    firstRow: Math.floor(offset / columns),
    firstColumn: offset % columns,
    rows: strides.map((stride) => Math.floor(stride / columns)),
    columnSteps: strides.map((stride) => stride % columns),
  };
}

/** The steps of an operand, those of the columns apart: the others are in the order of `sizes`. */
export interface LineStrides extends SplitStrides {
  readonly rowStep: number;
  readonly columnStep: number;
}

/** A walk over a shape as rows of threads: the last axis lies along the columns, the others make up the row's number. */
export interface Lines extends Grid {
  /** Sizes of the axes that make up the row, the last first; never empty. */
  readonly sizes: number[];
  readonly operands: readonly LineStrides[];
}

/**
 * @param strides of each operand along each axis of `shape`
 * @param sizes how many numbers each operand has
 */
export function linesOf(
  shape: Shape,
  strides: readonly (readonly number[])[],
  sizes: readonly number[],
  offset = 0,
): Lines {
  const walk = collapse(shape, strides);
  let axes = [...walk.shape];
  let steps = walk.strides.map((own) => [...own]);
  if (axes.length === 1) {
    const { rows, columns } = flat(axes[0]);
    axes = [rows, columns];
    steps = steps.map(([stride]) => [stride * columns, stride]);
  }
  axes.reverse();
  const operands = steps.map((own, i) => {
    const { rows, columnSteps, ...rest } = splitPositions(sizes[i], axes, own.reverse(), offset);
    const [rowStep, ...outerRows] = rows;
    const [columnStep, ...outerColumns] = columnSteps;
    return { ...rest, rowStep, columnStep, rows: outerRows, columnSteps: outerColumns };
  });
  const [columns, ...outer] = axes;
  return { rows: sizeOf(outer), columns, sizes: outer, operands };
}
