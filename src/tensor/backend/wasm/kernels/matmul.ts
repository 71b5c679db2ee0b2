/** Matrix product: panels packed once, or not at all, then blocks of the output, tile by tile. */

import { copyFloats, packAdjacent, packFour, packTwo, unpackFour, zeroFloats } from "./pack";
import { FLOAT, madd, sumLanes, VECTOR } from "./simd";
import { COLUMNS, ROWS, SIX, SIX_BYTES, TILE_ROW, tileRows, tileRowsLying, tileSix, tileSixLying } from "./tile";

/** Longest stretch of k at a time: a panel of B (16 KB) then stays in the first-level cache while A goes by. */
const K_BLOCK: i32 = 512;

/** The row that a panel begins with: the first `sixes` panels have six rows, all others `width`. */
// @ts-ignore: decorator
@inline
function firstRow(panel: i32, sixes: i32, width: i32): i32 {
  return panel < sixes ? panel * SIX : sixes * SIX + (panel - sixes) * width;
}

/**
 * Packs matrices [rows, k] into `sixes` panels of six rows and then panels of `width` (4 or 8), the last filled up with zero
 * rows: for each stretch of k, panel after panel, [k][rows of the panel]. What a block of the output needs then lies in one
 * piece, and spreads over all of a cache. One item is one of the `panels` panels of a matrix. Strides are in elements.
 */
export function matmulPack(
  scratch: usize,
  begin: i32,
  end: i32,
  src: usize,
  dst: usize,
  rows: i32,
  k: i32,
  panels: i32,
  sixes: i32,
  width: i32,
  matrixStride: usize,
  rowStride: usize,
  kStride: usize,
): void {
  const packedRows = firstRow(panels, sixes, width);
  for (let item = begin; item < end; item++) {
    const matrix = <usize>(item / panels);
    const panel = item % panels;
    const first = firstRow(panel, sixes, width);
    const high = panel < sixes ? SIX : width;
    const step = <usize>high * FLOAT;
    const from = src + (matrix * matrixStride + <usize>first * rowStride) * FLOAT;
    for (let k0 = 0; k0 < k; k0 += K_BLOCK) {
      const depth = min(K_BLOCK, k - k0);
      const to = dst + (matrix * <usize>packedRows * <usize>k + <usize>(k0 * packedRows + first * depth)) * FLOAT;
      const start = from + <usize>k0 * kStride * FLOAT;
      if (rowStride == 1 && first + high <= rows) {
        packAdjacent(to, start, high, depth, kStride * FLOAT);
        continue;
      }
      for (let r = 0; r < high; r += 4) {
        const at = start + <usize>r * rowStride * FLOAT;
        const left = rows - first - r;
        if (high - r < 4) packTwo(to + <usize>r * FLOAT, step, at, left, rowStride * FLOAT, depth, kStride * FLOAT);
        else packFour(to + <usize>r * FLOAT, step, at, left, rowStride * FLOAT, depth, kStride * FLOAT);
      }
    }
  }
}

/**
 * out[batch, m, n], whose elements are outRow and outColumn bytes apart. A comes in packed panels (`aSixes` of six rows, then
 * of four), or with its rows as they lie, aRow bytes apart; B in packed panels of eight columns, or with its rows as they
 * lie, bRow bytes apart. aRow and bRow are 0 for what is packed. One item is a block of aBlock × bBlock panels; aMatrix and
 * bMatrix are the bytes from one matrix to the next, 0 where one serves the whole batch.
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
  aPanels: i32,
  aSixes: i32,
  aMatrix: usize,
  bMatrix: usize,
  aRow: usize,
  bRow: usize,
  outRow: usize,
  outColumn: usize,
  aBlock: i32,
  bBlock: i32,
): void {
  const zeros = scratch + SIX_BYTES;
  v128.store(zeros, f32x4.splat(0));
  const bPanels = (n + COLUMNS - 1) / COLUMNS;
  const aBlocks = (aPanels + aBlock - 1) / aBlock;
  const bBlocks = (bPanels + bBlock - 1) / bBlock;
  const aRows = firstRow(aPanels, aSixes, ROWS);
  for (let item = begin; item < end; item++) {
    const bFirst = (item % bBlocks) * bBlock;
    const aFirst = ((item / bBlocks) % aBlocks) * aBlock;
    const matrix = <usize>(item / bBlocks / aBlocks);
    const bEnd = min(bPanels, bFirst + bBlock);
    const aEnd = min(aPanels, aFirst + aBlock);
    const outMatrix = out + matrix * <usize>(m * n) * FLOAT;
    for (let k0 = 0; k0 == 0 || k0 < k; k0 += K_BLOCK) {
      const depth = min(K_BLOCK, k - k0);
      const goesOn = k0 > 0;
      for (let panel = bFirst; panel < bEnd; panel++) {
        const j = panel * COLUMNS;
        const bAt = bRow
          ? b + matrix * bMatrix + <usize>k0 * bRow + <usize>j * FLOAT
          : b + matrix * bMatrix + <usize>(k0 * bPanels + panel * depth) * TILE_ROW;
        const columns = min(COLUMNS, n - j);
        for (let panel = aFirst; panel < aEnd; panel++) {
          const i = firstRow(panel, aSixes, ROWS);
          const high = panel < aSixes ? SIX : ROWS;
          const rows = min(high, m - i);
          // Packed, missing rows are zeros. Where A lies, the last tile begins with rows of the one before, and stores only its own.
          const first = aRow ? i + rows - high : i;
          const aAt =
            a + matrix * aMatrix + (aRow ? <usize>first * aRow + <usize>k0 * FLOAT : <usize>(k0 * aRows + i * depth) * FLOAT);
          const bStep = bRow || TILE_ROW;
          const outAt = outMatrix + <usize>i * outRow + <usize>j * outColumn;
          const isWhole = rows == high && columns == COLUMNS && outColumn == FLOAT;
          const to = isWhole ? outAt : scratch;
          const toRow = isWhole ? outRow : TILE_ROW;
          const part = scratch + <usize>(i - first) * TILE_ROW;
          if (!isWhole && goesOn) fetchTile(part, outAt, outRow, outColumn, rows, columns);
          if (high == SIX) {
            if (aRow) tileSixLying(aAt, aRow, bAt, bStep, depth, to, toRow, goesOn);
            else tileSix(aAt, aAt + VECTOR, SIX * FLOAT, bAt, bStep, depth, to, toRow, goesOn);
          } else {
            const start = goesOn ? 0 : zeros;
            if (aRow) tileRowsLying(aAt, aRow, bAt, bStep, depth, to, toRow, start);
            else tileRows(aAt, bAt, bStep, depth, to, toRow, start);
          }
          if (!isWhole) storeTile(outAt, outRow, outColumn, part, rows, columns);
        }
      }
    }
  }
}

/** A tile ← a part of the output, whose elements lie side by side along its rows or along its columns. */
function fetchTile(tile: usize, out: usize, row: usize, column: usize, rows: i32, columns: i32): void {
  if (column == FLOAT) {
    for (let r = <usize>0; r < <usize>rows; r++) copyFloats(tile + r * TILE_ROW, out + r * row, columns);
  } else {
    packFour(tile, TILE_ROW, out, columns, column, rows, FLOAT);
    packFour(tile + VECTOR, TILE_ROW, out + 4 * column, columns - 4, column, rows, FLOAT);
  }
}

/** The way back. */
function storeTile(out: usize, row: usize, column: usize, tile: usize, rows: i32, columns: i32): void {
  if (column == FLOAT) {
    for (let r = <usize>0; r < <usize>rows; r++) copyFloats(out + r * row, tile + r * TILE_ROW, columns);
  } else {
    unpackFour(out, column, tile, TILE_ROW, min(4, columns), rows);
    unpackFour(out + 4 * column, column, tile + VECTOR, TILE_ROW, columns - 4, rows);
  }
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
