/** Copies of matrices in the order in which the tiles read them. */

import { FLOAT, storeTransposed, VECTOR } from "./simd";

/**
 * dst[k][r] ← row r of src at k, for up to four rows and `k` columns; missing rows become 0. Strides and `step`, the
 * distance of dst[k] to dst[k + 1], are in bytes.
 */
export function packFour(
  dst: usize,
  step: usize,
  src: usize,
  rows: i32,
  rowStride: usize,
  k: i32,
  kStride: usize,
): void {
  if (rows >= 4 && rowStride == FLOAT) {
    for (let i = 0; i < k; i++) {
      v128.store(dst, v128.load(src));
      dst += step;
      src += kStride;
    }
    return;
  }
  let i = 0;
  if (rows >= 4 && kStride == FLOAT) {
    for (; i + 4 <= k; i += 4) {
      transposeFour(dst, step, src, rowStride);
      dst += 4 * step;
      src += VECTOR;
    }
  }
  for (; i < k; i++) {
    for (let r = 0; r < 4; r++) {
      store<f32>(dst + <usize>r * FLOAT, r < rows ? load<f32>(src + <usize>r * rowStride) : 0);
    }
    dst += step;
    src += kStride;
  }
}

/** The same for up to two rows. */
export function packTwo(
  dst: usize,
  step: usize,
  src: usize,
  rows: i32,
  rowStride: usize,
  k: i32,
  kStride: usize,
): void {
  let i = 0;
  if (rows >= 2 && kStride == FLOAT) {
    for (; i + 4 <= k; i += 4) {
      const r0 = v128.load(src);
      const r1 = v128.load(src + rowStride);
      const low = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
      const high = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
      v128.store64_lane(dst, low, 0);
      v128.store64_lane(dst + step, low, 1);
      v128.store64_lane(dst + 2 * step, high, 0);
      v128.store64_lane(dst + 3 * step, high, 1);
      dst += 4 * step;
      src += VECTOR;
    }
  }
  for (; i < k; i++) {
    store<f32>(dst, rows > 0 ? load<f32>(src) : 0);
    store<f32>(dst, rows > 1 ? load<f32>(src + rowStride) : 0, FLOAT);
    dst += step;
    src += kStride;
  }
}

/** The same for four or six whole rows, packed without room between them. */
export function packRows(dst: usize, src: usize, rows: i32, rowStride: usize, k: i32, kStride: usize): void {
  if (rowStride == FLOAT) {
    packAdjacent(dst, src, rows, k, kStride);
    return;
  }
  const step = <usize>rows * FLOAT;
  packFour(dst, step, src, 4, rowStride, k, kStride);
  if (rows > 4) packTwo(dst + VECTOR, step, src + 4 * rowStride, 2, rowStride, k, kStride);
}

/** The same for four, six or eight rows whose numbers lie side by side, so that each cache line is read once. */
export function packAdjacent(dst: usize, src: usize, rows: i32, k: i32, kStride: usize): void {
  const step = <usize>rows * FLOAT;
  for (let i = 0; i < k; i++) {
    v128.store(dst, v128.load(src));
    if (rows == 8) v128.store(dst, v128.load(src, VECTOR), VECTOR);
    else if (rows == 6) store<i64>(dst, load<i64>(src, VECTOR), VECTOR);
    dst += step;
    src += kStride;
  }
}

function transposeFour(dst: usize, step: usize, src: usize, rowStride: usize): void {
  const r0 = v128.load(src);
  const r1 = v128.load(src + rowStride);
  const r2 = v128.load(src + 2 * rowStride);
  storeTransposed(r0, r1, r2, v128.load(src + 3 * rowStride), dst, step);
}

/** The way back: row r of dst at k ← src[k][r], `step` bytes from src[k] to src[k + 1], for up to four rows and n columns. */
export function unpackFour(dst: usize, rowStride: usize, src: usize, step: usize, rows: i32, n: i32): void {
  let i = 0;
  if (rows >= 4) {
    for (; i + 4 <= n; i += 4) {
      transposeFour(dst, rowStride, src, step);
      dst += VECTOR;
      src += 4 * step;
    }
  }
  for (; i < n; i++) {
    for (let r = 0; r < rows; r++) {
      store<f32>(dst + <usize>r * rowStride, load<f32>(src + <usize>r * FLOAT));
    }
    dst += FLOAT;
    src += step;
  }
}

/** dst ← src, n floats. */
export function copyFloats(dst: usize, src: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(dst, v128.load(src));
    dst += VECTOR;
    src += VECTOR;
  }
  for (; i < n; i++) {
    store<f32>(dst, load<f32>(src));
    dst += FLOAT;
    src += FLOAT;
  }
}

/** dst ← 0, n floats. */
export function zeroFloats(dst: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(dst, f32x4.splat(0));
    dst += VECTOR;
  }
  for (; i < n; i++) {
    store<f32>(dst, 0);
    dst += FLOAT;
  }
}
