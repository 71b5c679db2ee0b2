/** Movement: numbers copied from one place to another. */

import { stridesOf } from "../../shape.js";
import type { AxisGeometry, FloatArray, PadGeometry, ViewGeometry } from "../backend.js";
import { walk } from "./pointwise.js";

export function view(out: FloatArray, x: FloatArray, { shape, strides, offset }: ViewGeometry): void {
  let i = 0;
  walk(shape, strides, offset, (at) => {
    out[i++] = x[at];
  });
}

export function pad(out: FloatArray, x: FloatArray, geometry: PadGeometry, value: number): void {
  const strides = stridesOf(geometry.outShape);
  const offset = geometry.before.reduce((sum, n, d) => sum + n * strides[d], 0);
  const steps = strides.map((stride, d) => stride * geometry.step[d]);
  out.fill(value);
  let i = 0;
  walk(geometry.inShape, steps, offset, (at) => {
    out[at] = x[i++];
  });
}

export function cat(
  out: FloatArray,
  parts: readonly FloatArray[],
  sizes: readonly number[],
  outer: number,
  inner: number,
): void {
  let at = 0;
  for (let i = 0; i < outer; i++) {
    parts.forEach((part, p) => {
      const length = sizes[p] * inner;
      out.set(part.subarray(i * length, (i + 1) * length), at);
      at += length;
    });
  }
}

export function indexSelect(
  out: FloatArray,
  x: FloatArray,
  indices: Int32Array,
  { outer, n, inner }: AxisGeometry,
): void {
  for (let i = 0; i < outer; i++) {
    indices.forEach((index, j) => {
      const from = (i * n + index) * inner;
      out.set(x.subarray(from, from + inner), (i * indices.length + j) * inner);
    });
  }
}

export function indexAdd(out: FloatArray, g: FloatArray, indices: Int32Array, { outer, n, inner }: AxisGeometry): void {
  for (let i = 0; i < outer; i++) {
    indices.forEach((index, j) => {
      for (let k = 0; k < inner; k++) {
        out[(i * n + index) * inner + k] += g[(i * indices.length + j) * inner + k];
      }
    });
  }
}
