/** Pointwise operations: the ops' own rules, called element by element. */

import { type Shape, sizeOf } from "../../shape.js";
import type { BinaryRule, BroadcastGeometry, FloatArray, UnaryRule } from "../backend.js";

export function unary(out: FloatArray, rule: UnaryRule, x: FloatArray, a: number, b: number): void {
  for (let i = 0; i < out.length; i++) out[i] = rule.f(x[i], a, b);
}

export function unaryGrad(
  out: FloatArray,
  rule: UnaryRule,
  g: FloatArray,
  x: FloatArray,
  y: FloatArray,
  a: number,
  b: number,
): void {
  for (let i = 0; i < out.length; i++) out[i] = rule.df(g[i], x[i], y[i], a, b);
}

/** Visits a strided array in row-major order of `shape`: calls `visit` with each element's position. */
export function walk(shape: Shape, strides: readonly number[], offset: number, visit: (at: number) => void): void {
  const total = sizeOf(shape);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < total; i++) {
    visit(at);
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d];
      if (++index[d] < shape[d]) break;
      at -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

export function binary(
  out: FloatArray,
  rule: BinaryRule,
  a: FloatArray,
  b: FloatArray,
  { shape, aStrides, bStrides }: BroadcastGeometry,
): void {
  let i = 0;
  walk(shape, aStrides, 0, (at) => {
    out[i++] = a[at];
  });
  i = 0;
  walk(shape, bStrides, 0, (at) => {
    out[i] = rule.f(out[i], b[at]);
    i++;
  });
}
