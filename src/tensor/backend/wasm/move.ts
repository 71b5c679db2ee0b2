/** Host side of the kernels that only move numbers. */

import { sizeOf, stridesOf } from "../../shape.js";
import type { Backend } from "../backend.js";
import { blocks, groupOf } from "./items.js";
import { BLOCK } from "./kernels.generated.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";
import { collapse, type Walk, walkTable } from "./walk.js";

/** Bytes of one element. */
const FLOAT = 4;

export function fill(rt: Runtime, y: number, size: number, value: number): void {
  rt.run("fill", blocks(size), [y, size, value]);
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

type Methods = "fill" | "view" | "pad" | "cat" | "indexSelect" | "indexAdd";

export const movement = (rt: Runtime): Pick<Backend, Methods> => ({
  fill: (size, value) => rt.make(size, (out) => fill(rt, out, size, value)),

  view(x, { shape, strides, offset }) {
    const walk = collapse(shape, strides, stridesOf(shape));
    const across = walk.a.at(-1) === 1 ? -1 : walk.a.indexOf(1);
    return rt.make(sizeOf(shape), (out) => {
      const from = at(x) + offset * FLOAT;
      if (across < 0) copy(rt, from, out, walk);
      else transpose(rt, from, out, walk, across);
    });
  },

  pad(x, { inShape, outShape, before, step }, value) {
    const size = sizeOf(outShape);
    const outStrides = stridesOf(outShape);
    const first = outStrides.reduce((sum, stride, d) => sum + stride * before[d], 0);
    const strides = outStrides.map((stride, d) => stride * step[d]);
    return rt.make(size, (out) => {
      fill(rt, out, size, value);
      copy(rt, at(x), out + first * FLOAT, collapse(inShape, stridesOf(inShape), strides));
    });
  },

  cat(parts, sizes, outer, inner) {
    const row = sizes.reduce((sum, n) => sum + n, 0) * inner;
    return rt.make(outer * row, (out) => {
      let before = 0;
      for (const [i, part] of parts.entries()) {
        const length = sizes[i] * inner;
        copy(rt, at(part), out + before * FLOAT, collapse([outer, length], [length, 1], [row, 1]));
        before += length;
      }
    });
  },

  indexSelect(x, indices, { outer, n, inner }) {
    const rows = outer * indices.length;
    const group = groupOf(inner);
    return rt.make(rows * inner, (out) =>
      rt.withInts(indices, (list) => {
        rt.run("indexSelect", ceilDiv(rows, group), [at(x), out, list, indices.length, rows, n, inner, group]);
      }),
    );
  },

  indexAdd(g, indices, { outer, n, inner }) {
    const strip = roundUp(BLOCK / Math.max(indices.length, 1), 16);
    const items = outer * ceilDiv(inner, strip);
    return rt.make(outer * n * inner, (out) => {
      fill(rt, out, outer * n * inner, 0);
      rt.withInts(indices, (list) => rt.run("indexAdd", items, [at(g), out, list, indices.length, n, inner, strip]));
    });
  },
});
