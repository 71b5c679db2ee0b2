/** Host side of the kernels that only move numbers. */

import { sizeOf, stridesOf } from "../../shape.js";
import type { AxisGeometry, PadGeometry, ViewGeometry } from "../backend.js";
import { blocks, groupOf } from "./items.js";
import { BLOCK } from "./kernels.generated.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";
import { collapse, type Walk, walkTable } from "./walk.js";

/** Bytes of one element. */
const FLOAT = 4;

export function fill(rt: Runtime, y: number, size: number, value: number): void {
  rt.run("fill", blocks(size), [y, size, value]);
}

export function view(rt: Runtime, x: number, y: number, { shape, strides, offset }: ViewGeometry): void {
  const walk = collapse(shape, strides, stridesOf(shape));
  const across = walk.a.at(-1) === 1 ? -1 : walk.a.indexOf(1);
  if (across < 0) copy(rt, x + offset * FLOAT, y, walk);
  else transpose(rt, x + offset * FLOAT, y, walk, across);
}

export function pad(rt: Runtime, x: number, y: number, geometry: PadGeometry, value: number): void {
  const { inShape, outShape, before, step } = geometry;
  const outStrides = stridesOf(outShape);
  const offset = outStrides.reduce((sum, stride, d) => sum + stride * before[d], 0);
  fill(rt, y, sizeOf(outShape), value);
  const strides = outStrides.map((stride, d) => stride * step[d]);
  copy(rt, x, y + offset * FLOAT, collapse(inShape, stridesOf(inShape), strides));
}

export function cat(
  rt: Runtime,
  parts: readonly number[],
  y: number,
  sizes: readonly number[],
  outer: number,
  inner: number,
): void {
  const row = sizes.reduce((sum, n) => sum + n, 0) * inner;
  let before = 0;
  for (const [i, part] of parts.entries()) {
    const length = sizes[i] * inner;
    copy(rt, part, y + before * FLOAT, collapse([outer, length], [length, 1], [row, 1]));
    before += length;
  }
}

function copy(rt: Runtime, x: number, y: number, walk: Walk): void {
  const size = sizeOf(walk.shape);
  rt.withInts(walkTable(walk), (table) => rt.run("copy", blocks(size), [x, y, size, table]));
}

/** Axis `across` steps by 1 in x, the last axis by 1 in y; the kernel walks the others. */
function transpose(rt: Runtime, x: number, y: number, { shape, a, b }: Walk, across: number): void {
  const last = shape.length - 1;
  const isOther = (_: unknown, d: number) => d !== across && d !== last;
  const matrices = collapse(shape.filter(isOther), a.filter(isOther), b.filter(isOther));
  const [rows, columns] = [shape[across], shape[last]];
  const tile = roundUp(BLOCK / columns, 16);
  const items = sizeOf(matrices.shape) * ceilDiv(rows, tile);
  rt.withInts(walkTable(matrices), (table) => {
    rt.run("transpose", items, [x, y, rows, columns, a[last], b[across], tile, table]);
  });
}

export function indexSelect(rt: Runtime, x: number, y: number, indices: Int32Array, g: AxisGeometry): void {
  const rows = g.outer * indices.length;
  const group = groupOf(g.inner);
  rt.withInts(indices, (list) => {
    const items = ceilDiv(rows, group);
    rt.run("indexSelect", items, [x, y, list, indices.length, rows, g.n, g.inner, group]);
  });
}

export function indexAdd(rt: Runtime, g: number, y: number, indices: Int32Array, geometry: AxisGeometry): void {
  const { outer, n, inner } = geometry;
  fill(rt, y, outer * n * inner, 0);
  const strip = roundUp(BLOCK / Math.max(indices.length, 1), 16);
  rt.withInts(indices, (list) => {
    const items = outer * ceilDiv(inner, strip);
    rt.run("indexAdd", items, [g, y, list, indices.length, n, inner, strip]);
  });
}
