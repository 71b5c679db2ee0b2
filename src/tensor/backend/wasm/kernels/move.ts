/** Copies between strided layouts: views, padding and joining are all one kernel, transposition has its own. */

import { BLOCK } from "./block";
import { address, storeTransposed } from "./simd";
import { Walk } from "./walk";

/** Every element of y becomes `value`. Work items are blocks. */
export function fill(scratch: usize, begin: i32, end: i32, y: usize, size: i32, value: f32): void {
  const from = address(y, begin * BLOCK);
  const to = address(y, min(end * BLOCK, size));
  if (reinterpret<i32>(value) == 0) {
    memory.fill(from, 0, to - from);
  } else {
    const four = f32x4.splat(value);
    for (let p = from; p < to; p += 16) v128.store(p, four);
  }
}

// @ts-ignore: decorator
@inline
function copyRow(x: usize, y: usize, length: i32): void {
  const bytes = (<usize>length) << 2;
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(y + at, v128.load(x + at));
  for (; at < bytes; at += 4) store<f32>(y + at, load<f32>(x + at));
}

/** y[Σ i_d · yStrides_d] = x[Σ i_d · xStrides_d]. Work items are blocks of the shape walked. */
export function copy(scratch: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, table: usize): void {
  const walk = changetype<Walk>(scratch);
  const stop = min(end * BLOCK, size);
  let i = begin * BLOCK;
  walk.seek(table, i);
  const xStep = walk.aStep();
  const yStep = walk.bStep();
  while (i < stop) {
    const length = min(walk.length() - walk.column, stop - i);
    let from = address(x, walk.a + walk.column * xStep);
    let to = address(y, walk.b + walk.column * yStep);
    if (xStep == 1 && yStep == 1) {
      copyRow(from, to, length);
    } else {
      for (let k = 0; k < length; k++) {
        store<f32>(to, load<f32>(from));
        from = address(from, xStep);
        to = address(to, yStep);
      }
    }
    i += length;
    walk.nextRow();
  }
}

/** Four rows of x, `xStep` bytes apart, become four columns of y. */
// @ts-ignore: decorator
@inline
function transposeTile(x: usize, xStep: usize, y: usize, yStep: usize): void {
  storeTransposed(v128.load(x), v128.load(x + xStep), v128.load(x + 2 * xStep), v128.load(x + 3 * xStep), y, yStep);
}

/**
 * y[i, k] = x[k, i] for each matrix that `table` walks: i steps by 1 in x and by `yStep` in y, k by `xStep` in x and
 * by 1 in y. A work item is `tile` rows i of one matrix.
 */
export function transpose(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  rows: i32,
  columns: i32,
  xStep: i32,
  yStep: i32,
  tile: i32,
  table: usize,
): void {
  const walk = changetype<Walk>(scratch);
  const tiles = (rows + tile - 1) / tile;
  for (let item = begin; item < end; item++) {
    const matrix = item / tiles;
    walk.seek(table, matrix);
    const from = address(x, walk.a + walk.column * walk.aStep());
    const to = address(y, walk.b + walk.column * walk.bStep());
    const first = (item - matrix * tiles) * tile;
    const last = min(first + tile, rows);
    // Sixteen rows at a time: each line of the cache that is read is used to its end.
    for (let strip = first; strip < last; strip += 16) {
      const stripEnd = min(strip + 16, last);
      let k = 0;
      for (; k + 4 <= columns; k += 4) {
        let i = strip;
        for (; i + 4 <= stripEnd; i += 4) {
          transposeTile(
            address(from, k * xStep + i),
            (<usize>xStep) << 2,
            address(to, i * yStep + k),
            (<usize>yStep) << 2,
          );
        }
        for (; i < stripEnd; i++) {
          for (let j = k; j < k + 4; j++)
            store<f32>(address(to, i * yStep + j), load<f32>(address(from, j * xStep + i)));
        }
      }
      for (; k < columns; k++) {
        for (let i = strip; i < stripEnd; i++)
          store<f32>(address(to, i * yStep + k), load<f32>(address(from, k * xStep + i)));
      }
    }
  }
}

/** y[o, j] = x[o, indices[j]], rows of `inner` elements. A work item is `group` rows of y. */
export function indexSelect(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  indices: usize,
  count: i32,
  rows: i32,
  n: i32,
  inner: i32,
  group: i32,
): void {
  const stop = min(end * group, rows);
  for (let row = begin * group; row < stop; row++) {
    const outer = row / count;
    const index = load<i32>(address(indices, row - outer * count));
    copyRow(address(x, (outer * n + index) * inner), address(y, row * inner), inner);
  }
}

/**
 * y[o, indices[j]] += g[o, j] for all j in order. A work item is `strip` columns of one o, so that no two threads
 * add to the same place.
 */
export function indexAdd(
  scratch: usize,
  begin: i32,
  end: i32,
  g: usize,
  y: usize,
  indices: usize,
  count: i32,
  n: i32,
  inner: i32,
  strip: i32,
): void {
  const strips = (inner + strip - 1) / strip;
  for (let item = begin; item < end; item++) {
    const outer = item / strips;
    const first = (item - outer * strips) * strip;
    const bytes = (<usize>min(strip, inner - first)) << 2;
    for (let j = 0; j < count; j++) {
      const from = address(g, (outer * count + j) * inner + first);
      const to = address(y, (outer * n + load<i32>(address(indices, j))) * inner + first);
      let at: usize = 0;
      for (; at + 16 <= bytes; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
      for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
    }
  }
}
