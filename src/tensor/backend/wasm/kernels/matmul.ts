/** Matrix product: panels packed once, then blocks of the output, tile by tile. */

import { copyFloats, packFour, zeroFloats } from "./pack";
import { FLOAT, madd, sumLanes, VECTOR } from "./simd";
import { COLUMNS, ROWS, TILE_BYTES, TILE_ROW, tileRows } from "./tile";

/** Longest stretch of k at a time: a panel of B (16 KB) then stays in the first-level cache while A goes by. */
const K_BLOCK: i32 = 512;

/**
 * Packs `rows` × k matrices into panels of `width` (4 or 8) rows, filled up with zero rows: for each stretch of k, panel
 * after panel, [k][width]. What a block of the output needs then lies in one piece, and spreads over all of a cache.
 * One item is one panel. Strides are in elements.
 */
export function matmulPack(
  scratch: usize,
  begin: i32,
  end: i32,
  src: usize,
  dst: usize,
  rows: i32,
  k: i32,
  width: i32,
  matrixStride: usize,
  rowStride: usize,
  kStride: usize,
): void {
  const panels = (rows + width - 1) / width;
  const step = <usize>width * FLOAT;
  for (let item = begin; item < end; item++) {
    const matrix = item / panels;
    const first = (item % panels) * width;
    const to = dst + <usize>matrix * <usize>panels * <usize>k * step;
    const from = src + (<usize>matrix * matrixStride + <usize>first * rowStride) * FLOAT;
    for (let k0 = 0; k0 < k; k0 += K_BLOCK) {
      const depth = min(K_BLOCK, k - k0);
      const panel = to + <usize>(k0 * panels + (item % panels) * depth) * step;
      for (let r = 0; r < width; r += 4) {
        packFour(
          panel + <usize>r * FLOAT,
          step,
          from + (<usize>r * rowStride + <usize>k0 * kStride) * FLOAT,
          rows - first - r,
          rowStride * FLOAT,
          depth,
          kStride * FLOAT,
        );
      }
    }
  }
}

/**
 * out[batch, m, n] from packed panels of A (4 rows) and B (8 columns), or from B as it lies, bRow bytes from one row to the
 * next; 0 where it is packed. One item is a block of mBlock × nBlock outputs; aMatrix and bMatrix are the bytes from one
 * matrix to the next, 0 where one serves the whole batch.
 */
export function matmulTiles(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  out: usize,
  m: i32,
  n: i32,
  k: i32,
  aMatrix: usize,
  bMatrix: usize,
  bRow: usize,
  mBlock: i32,
  nBlock: i32,
): void {
  const tile = scratch;
  const zeros = scratch + TILE_BYTES;
  v128.store(zeros, f32x4.splat(0));
  const mBlocks = (m + mBlock - 1) / mBlock;
  const nBlocks = (n + nBlock - 1) / nBlock;
  const outRow = <usize>n * FLOAT;
  const aPanels = (m + ROWS - 1) / ROWS;
  const bPanels = (n + COLUMNS - 1) / COLUMNS;
  for (let item = begin; item < end; item++) {
    const nFirst = (item % nBlocks) * nBlock;
    const mFirst = ((item / nBlocks) % mBlocks) * mBlock;
    const matrix = <usize>(item / nBlocks / mBlocks);
    const nEnd = min(n, nFirst + nBlock);
    const mEnd = min(m, mFirst + mBlock);
    const outMatrix = out + matrix * <usize>m * outRow;
    for (let k0 = 0; k0 == 0 || k0 < k; k0 += K_BLOCK) {
      const depth = min(K_BLOCK, k - k0);
      const start = k0 == 0 ? zeros : 0;
      for (let j = nFirst; j < nEnd; j += COLUMNS) {
        const bAt = bRow
          ? b + matrix * bMatrix + <usize>k0 * bRow + <usize>j * FLOAT
          : b + matrix * bMatrix + <usize>(k0 * bPanels + (j / COLUMNS) * depth) * TILE_ROW;
        const columns = min(COLUMNS, n - j);
        for (let i = mFirst; i < mEnd; i += ROWS) {
          const aAt = a + matrix * aMatrix + <usize>(k0 * aPanels + (i / ROWS) * depth) * VECTOR;
          const outAt = outMatrix + <usize>i * outRow + <usize>j * FLOAT;
          const rows = min(ROWS, m - i);
          if (rows == ROWS && columns == COLUMNS) {
            tileRows(aAt, bAt, bRow || TILE_ROW, depth, outAt, outRow, start);
          } else {
            if (!start) copyTile(tile, TILE_ROW, outAt, outRow, rows, columns);
            tileRows(aAt, bAt, bRow || TILE_ROW, depth, tile, TILE_ROW, start);
            copyTile(outAt, outRow, tile, TILE_ROW, rows, columns);
          }
        }
      }
    }
  }
}

function copyTile(dst: usize, dstRow: usize, src: usize, srcRow: usize, rows: i32, columns: i32): void {
  for (let r = <usize>0; r < <usize>rows; r++) copyFloats(dst + r * dstRow, src + r * srcRow, columns);
}

/**
 * out[batch, i, j] as plain dot products, both operands lying along k: for a few columns or rows, where packing would
 * cost more than the product. One item is one row i of A with all rows j of B; strides are in elements.
 */
export function matmulDots(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  columns: i32,
  k: i32,
  aStride: usize,
  bStride: usize,
  outRow: usize,
  outColumn: usize,
): void {
  for (let item = begin; item < end; item++) {
    const matrix = <usize>(item / rows);
    const row = <usize>(item % rows);
    const aRow = a + (matrix * aStride + row * <usize>k) * FLOAT;
    const outAt = out + (matrix * <usize>rows * <usize>columns + row * outRow) * FLOAT;
    for (let j = <usize>0; j < <usize>columns; j++) {
      const bRow = b + (matrix * bStride + j * <usize>k) * FLOAT;
      store<f32>(outAt + j * outColumn * FLOAT, dot(aRow, bRow, k));
    }
  }
}

/**
 * out[batch, i, j] = Σ_k A[i, k] · B[k, j], row k of B added to every row of the output in turn: for a few rows of A,
 * where B is read once and never packed. One item is `span` columns; strides are in elements.
 */
export function matmulRows(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  out: usize,
  m: i32,
  n: i32,
  k: i32,
  aStride: usize,
  bStride: usize,
  aRow: usize,
  aColumn: usize,
  span: i32,
): void {
  const spans = (n + span - 1) / span;
  for (let item = begin; item < end; item++) {
    const matrix = <usize>(item / spans);
    const first = (item % spans) * span;
    const columns = min(span, n - first);
    const outAt = out + (matrix * <usize>m * <usize>n + <usize>first) * FLOAT;
    for (let i = <usize>0; i < <usize>m; i++) zeroFloats(outAt + i * <usize>n * FLOAT, columns);
    for (let row = <usize>0; row < <usize>k; row++) {
      const from = b + (matrix * bStride + row * <usize>n + <usize>first) * FLOAT;
      for (let i = <usize>0; i < <usize>m; i++) {
        const factor = load<f32>(a + (matrix * aStride + i * aRow + row * aColumn) * FLOAT);
        addScaled(outAt + i * <usize>n * FLOAT, from, factor, columns);
      }
    }
  }
}

/** y[i] += factor · x[i], n floats. */
function addScaled(y: usize, x: usize, factor: f32, n: i32): void {
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(y, madd(factors, v128.load(x), v128.load(y)));
    x += VECTOR;
    y += VECTOR;
  }
  for (; i < n; i++) {
    store<f32>(y, factor * load<f32>(x) + load<f32>(y));
    x += FLOAT;
    y += FLOAT;
  }
}

/** Four partial sums, so that each addition need not wait for the one before. */
function dot(a: usize, b: usize, k: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let i = 0;
  for (; i + 16 <= k; i += 16) {
    s0 = madd(v128.load(a), v128.load(b), s0);
    s1 = madd(v128.load(a, VECTOR), v128.load(b, VECTOR), s1);
    s2 = madd(v128.load(a, 2 * VECTOR), v128.load(b, 2 * VECTOR), s2);
    s3 = madd(v128.load(a, 3 * VECTOR), v128.load(b, 3 * VECTOR), s3);
    a += 4 * VECTOR;
    b += 4 * VECTOR;
  }
  let sum = sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; i < k; i++) {
    sum += load<f32>(a) * load<f32>(b);
    a += FLOAT;
    b += FLOAT;
  }
  return sum;
}
