/** Shapes: sizes, broadcasting, and the errors that teach when they do not fit. */

import { aNumber, aPlainObject, checkArgument, type Kind } from "./arguments.js";
import { show } from "./show.js";

/** The size along each axis, outermost first. A scalar has shape `[]`. */
export type Shape = readonly number[];

/** Thrown, before any kernel runs, when shapes, axes or indices do not fit an operation. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** JavaScript's arrays, and the devices, hold no more elements. */
const MOST = 2 ** 32;

/** A shape as text: `[8, 3, 32, 32]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Number of elements of a shape: the product of the sizes; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Row-major strides of a shape, in elements: `stridesOf([2, 3, 4])` is `[12, 4, 1]`. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

/** A list; whether its elements are sizes depends on what it is for. */
export const aShape: Kind<Shape> = {
  expected: "a list of sizes",
  accepts: (value): value is Shape => Array.isArray(value),
  hint: (value) => {
    if (typeof value === "number") return `write all sizes in brackets, as in [${value}]`;
    return aPlainObject.accepts(value) ? "options come after it" : undefined;
  },
};

/**
 * Checks a shape that somebody asks for.
 * @throws ArgumentError unless `shape` is a list
 * @throws ShapeError unless every size in it is a non-negative integer, and no array is too short for all elements
 */
export function checkShape(shape: Shape, who: string): void {
  checkArgument(who, "shape", shape, aShape);
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) {
      throw new ShapeError(`${who}: sizes must be non-negative integers, got ${show(shape)}`);
    }
  }
  if (sizeOf(shape) > MOST) {
    throw new ShapeError(`${who}: ${formatShape(shape)} has ${sizeOf(shape)} elements, more than fit into any array`);
  }
}

/** Whether `a` and `b` have the same sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, d) => n === b[d]);
}

const anAxis: Kind<number> = {
  ...aNumber,
  hint: (value) => (Object.hasOwn(Object(value), "dim") ? "dim is no option: write the number alone" : undefined),
};

/**
 * The axis that `dim` names among `rank` of them; negative counts from the end, as in PyTorch.
 * @throws ArgumentError when it is no number
 * @throws ShapeError when there is no such axis
 */
export function normalizeDim(dim: number, rank: number, who: string): number {
  checkArgument(who, "dim", dim, anAxis);
  const d = dim < 0 ? dim + rank : dim;
  if (!Number.isInteger(dim) || d < 0 || d >= rank) {
    const range = rank === 0 ? "a scalar has no axes" : `expected ${-rank} to ${rank - 1}`;
    throw new ShapeError(`${who}: dim ${dim} is out of range for ${rank} axes (${range})`);
  }
  return d;
}

const axes: Kind<number | readonly number[]> = {
  ...{ expected: "a number, or a list of numbers", hint: anAxis.hint },
  accepts: (value): value is number | readonly number[] => typeof value === "number" || Array.isArray(value),
};

/**
 * The axes that `dim` names among `rank` of them, ascending; `undefined` means all.
 * @throws ArgumentError when it is neither a number nor a list of them
 * @throws ShapeError when there is no such axis, or one is named twice
 */
export function normalizeDims(dim: number | readonly number[] | undefined, rank: number, who: string): number[] {
  if (dim === undefined) return Array.from({ length: rank }, (_, d) => d);
  if (!Array.isArray(dim)) checkArgument(who, "dim", dim, axes);
  const dims = (typeof dim === "number" ? [dim] : dim).map((d) => normalizeDim(d, rank, who));
  const sorted = [...dims].sort((a, b) => a - b);
  const twice = sorted.find((d, i) => d === sorted[i - 1]);
  if (twice !== undefined) throw new ShapeError(`${who}: dim ${twice} is named twice`);
  return sorted;
}

/**
 * The shape that operands of shapes `a` and `b` broadcast to: axes are aligned at the end, and an axis of size 1 stretches.
 * @throws ShapeError naming the axis where the sizes differ.
 * @see https://numpy.org/doc/stable/user/basics.broadcasting.html
 */
export function broadcastShapes(a: Shape, b: Shape, who: string): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, d) => {
    const m = a[d - rank + a.length] ?? 1;
    const n = b[d - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        `${who}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: axis ${d - rank} has sizes ${m} and ${n}`,
      );
    }
    return m === 1 ? n : m;
  });
}

/** Strides of `shape` read as if it had been broadcast to `to`: 0 along every stretched axis. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const strides = stridesOf(shape);
  const missing = to.length - shape.length;
  return to.map((_, d) => (d < missing || shape[d - missing] === 1 ? 0 : strides[d - missing]));
}
