/** A tensor's numbers as text, in the way of PyTorch: aligned, rounded to four digits, the middle of many left out. */

import type { Backend, Storage } from "./backend/backend.js";
import { type Shape, sizeOf } from "./shape.js";

/** Where there are more elements than these, only so many at either end of each axis are shown. */
const MOST = 1000;
const EDGE = 3;

/** Digits after the point, and characters in a line. */
const DIGITS = 4;
const LINE = 80;

/** How many along each axis are shown. */
function shownShape(shape: Shape): Shape {
  return sizeOf(shape) <= MOST ? shape : shape.map((n) => Math.min(n, 2 * EDGE));
}

/** The numbers that are shown, which are all that is fetched. */
function shownNumbers(backend: Backend, storage: Storage, shape: Shape): number[] {
  const shown = shownShape(shape);
  let picked = storage;
  for (const [axis, n] of shape.entries()) {
    if (shown[axis] === n) continue;
    const indices = Int32Array.from({ length: 2 * EDGE }, (_, i) => (i < EDGE ? i : n - 2 * EDGE + i));
    const geometry = { outer: sizeOf(shown.slice(0, axis)), n, inner: sizeOf(shape.slice(axis + 1)) };
    const next = backend.indexSelect(picked, indices, geometry);
    if (picked !== storage) backend.free(picked);
    picked = next;
  }
  const values = Array.from(backend.readSync!(picked));
  if (picked !== storage) backend.free(picked);
  return values;
}

/** 1.0000e-05: JavaScript leaves the exponent's first zero away. */
function scientific(x: number): string {
  return x.toExponential(DIGITS).replace(/e([+-])(\d)$/, "e$10$2");
}

/** One way to write all of these numbers. */
function writerFor(values: readonly number[]): (x: number) => string {
  const sizes = values.map(Math.abs).filter((x) => x > 0 && x < Infinity);
  const least = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  const most = sizes.reduce((a, b) => Math.max(a, b), 0);
  const whole = sizes.every(Number.isInteger);
  const wide = sizes.length > 0 && (most / least > 1000 || most > 1e8 || least < 10 ** -DIGITS);
  const write = wide ? scientific : (x: number) => (whole ? `${x.toFixed(0)}.` : x.toFixed(DIGITS));
  return (x) => (Number.isFinite(x) ? write(x) : String(x).replace("Infinity", "inf").replace("NaN", "nan"));
}

/**
 * The numbers of a tensor, in brackets.
 * @param backend one that can be read at once
 * @see PyTorch's torch/_tensor_str.py
 */
export function printNumbers(backend: Backend, storage: Storage, shape: Shape): string {
  const values = shownNumbers(backend, storage, shape);
  const texts = values.map(writerFor(values));
  const width = texts.reduce((most, text) => Math.max(most, text.length), 0);
  const cells = texts.map((text) => text.padStart(width));
  if (cells.length === 0) return "[]";
  if (shape.length === 0) return cells[0];

  const shown = shownShape(shape);
  const last = shape.length - 1;
  const perLine = (indent: number) => Math.max(1, Math.floor((LINE - indent) / (width + 2)));
  /** The part of the tensor whose first number is `cells[first]`, with as many spaces before each further line. */
  const part = (axis: number, first: number, indent: number): string => {
    const stride = sizeOf(shown.slice(axis + 1));
    const parts = Array.from({ length: shown[axis] }, (_, i) =>
      axis === last ? cells[first + i] : part(axis + 1, first + i * stride, indent + 1),
    );
    if (shown[axis] < shape[axis]) parts.splice(EDGE, 0, axis === last ? " ..." : "...");
    const margin = " ".repeat(indent + 1);
    if (axis < last) return `[${parts.join(`,${"\n".repeat(last - axis)}${margin}`)}]`;
    const count = perLine(indent);
    const lines = Array.from({ length: Math.ceil(parts.length / count) }, (_, i) =>
      parts.slice(i * count, (i + 1) * count).join(", "),
    );
    return `[${lines.join(`,\n${margin}`)}]`;
  };
  return part(0, 0, 0);
}
