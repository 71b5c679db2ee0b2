/**
 * The micro-kernels every matrix product and convolution comes down to: tiles of 4 rows × 8 columns, held in eight
 * vectors while k runs. Eight, because V8 has sixteen vector registers and spills without a word past them.
 */

import { FLOAT, madd, VECTOR } from "./simd";

/** Rows and columns of a tile. A tile stored by itself has rows of TILE_ROW bytes. */
export const ROWS: i32 = 4;
export const COLUMNS: i32 = 8;
export const TILE_ROW: usize = 32;
export const TILE_BYTES: usize = 128;

/** Rows of the taller tile, and its bytes when stored by itself. */
export const SIX: i32 = 6;
export const SIX_BYTES: usize = 192;

/**
 * out[r][j] ← start[r] + Σ_k a[k][r] · b[k][j], both packed. Without a start (0) the sum goes on from what `out` holds.
 */
// @ts-ignore: decorator
@inline
export function tilePacked(a: usize, b: usize, k: i32, out: usize, outRow: usize, start: usize): void {
  tileRows(a, b, TILE_ROW, k, out, outRow, start);
}

/** `tilePacked` with row k of B at b + k · bRow. */
export function tileRows(a: usize, b: usize, bRow: usize, k: i32, out: usize, outRow: usize, start: usize): void {
  four(a, 0, b, bRow, k, out, outRow, start, false);
}

/** `tileRows` with A as it lies, aRow bytes from one row to the next. */
export function tileRowsLying(
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  k: i32,
  out: usize,
  outRow: usize,
  start: usize,
): void {
  four(a, aRow, b, bRow, k, out, outRow, start, true);
}

/** Both, from one text: `lies` is a constant in each, and what is packed needs one address instead of four. */
// @ts-ignore: decorator
@inline
function four(
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  k: i32,
  out: usize,
  outRow: usize,
  start: usize,
  lies: bool,
): void {
  const step = lies ? FLOAT : VECTOR;
  let row1 = a + aRow;
  let row2 = row1 + aRow;
  let row3 = row2 + aRow;
  const out1 = out + outRow;
  const out2 = out1 + outRow;
  const out3 = out2 + outRow;
  let c00 = start ? v128.load32_splat(start) : v128.load(out);
  let c01 = start ? c00 : v128.load(out, VECTOR);
  let c10 = start ? v128.load32_splat(start, 4) : v128.load(out1);
  let c11 = start ? c10 : v128.load(out1, VECTOR);
  let c20 = start ? v128.load32_splat(start, 8) : v128.load(out2);
  let c21 = start ? c20 : v128.load(out2, VECTOR);
  let c30 = start ? v128.load32_splat(start, 12) : v128.load(out3);
  let c31 = start ? c30 : v128.load(out3, VECTOR);
  for (const end = a + (<usize>k) * step; a < end; a += step) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, VECTOR);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = lies ? v128.load32_splat(row1) : v128.load32_splat(a, 4);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = lies ? v128.load32_splat(row2) : v128.load32_splat(a, 8);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = lies ? v128.load32_splat(row3) : v128.load32_splat(a, 12);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    if (lies) {
      row1 += step;
      row2 += step;
      row3 += step;
    }
    b += bRow;
  }
  v128.store(out, c00);
  v128.store(out, c01, VECTOR);
  v128.store(out1, c10);
  v128.store(out1, c11, VECTOR);
  v128.store(out2, c20);
  v128.store(out2, c21, VECTOR);
  v128.store(out3, c30);
  v128.store(out3, c31, VECTOR);
}

/**
 * `tileRows` for six rows, four of them packed at a, two at `pair`, both `aStep` bytes a step, and zero the start: twelve sums,
 * so that a step of k loads eight vectors for twelve multiply-adds. Where these are fused; apart, each product would need one
 * more of the registers, which are all taken.
 */
export function tileSix(
  a: usize,
  pair: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  k: i32,
  out: usize,
  outRow: usize,
  goesOn: bool,
): void {
  six(a, pair, 0, aStep, b, bRow, k, out, outRow, goesOn, false);
}

/** `tileSix` with A as it lies, aRow bytes from one row to the next. */
export function tileSixLying(
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  k: i32,
  out: usize,
  outRow: usize,
  goesOn: bool,
): void {
  six(a, a + 4 * aRow, aRow, FLOAT, b, bRow, k, out, outRow, goesOn, true);
}

/** Both, as `four`. */
// @ts-ignore: decorator
@inline
function six(
  a: usize,
  pair: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  k: i32,
  out: usize,
  outRow: usize,
  goesOn: bool,
  lies: bool,
): void {
  let row1 = a + aRow;
  let row2 = row1 + aRow;
  let row3 = row2 + aRow;
  let row5 = pair + aRow;
  const out1 = out + outRow;
  const out2 = out1 + outRow;
  const out3 = out2 + outRow;
  const out4 = out3 + outRow;
  const out5 = out4 + outRow;
  const zero = f32x4.splat(0);
  let c00 = goesOn ? v128.load(out) : zero;
  let c01 = goesOn ? v128.load(out, VECTOR) : zero;
  let c10 = goesOn ? v128.load(out1) : zero;
  let c11 = goesOn ? v128.load(out1, VECTOR) : zero;
  let c20 = goesOn ? v128.load(out2) : zero;
  let c21 = goesOn ? v128.load(out2, VECTOR) : zero;
  let c30 = goesOn ? v128.load(out3) : zero;
  let c31 = goesOn ? v128.load(out3, VECTOR) : zero;
  let c40 = goesOn ? v128.load(out4) : zero;
  let c41 = goesOn ? v128.load(out4, VECTOR) : zero;
  let c50 = goesOn ? v128.load(out5) : zero;
  let c51 = goesOn ? v128.load(out5, VECTOR) : zero;
  for (const end = a + (<usize>k) * aStep; a < end; a += aStep) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, VECTOR);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = lies ? v128.load32_splat(row1) : v128.load32_splat(a, 4);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = lies ? v128.load32_splat(row2) : v128.load32_splat(a, 8);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = lies ? v128.load32_splat(row3) : v128.load32_splat(a, 12);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    const a4 = v128.load32_splat(pair);
    c40 = madd(a4, b0, c40);
    c41 = madd(a4, b1, c41);
    const a5 = lies ? v128.load32_splat(row5) : v128.load32_splat(pair, 4);
    c50 = madd(a5, b0, c50);
    c51 = madd(a5, b1, c51);
    if (lies) {
      row1 += aStep;
      row2 += aStep;
      row3 += aStep;
      row5 += aStep;
    }
    pair += aStep;
    b += bRow;
  }
  v128.store(out, c00);
  v128.store(out, c01, VECTOR);
  v128.store(out1, c10);
  v128.store(out1, c11, VECTOR);
  v128.store(out2, c20);
  v128.store(out2, c21, VECTOR);
  v128.store(out3, c30);
  v128.store(out3, c31, VECTOR);
  v128.store(out4, c40);
  v128.store(out4, c41, VECTOR);
  v128.store(out5, c50);
  v128.store(out5, c51, VECTOR);
}

/** `tilePacked` with row k of B at b + offsets[k], which reads patches of an image where they lie. */
export function tileGathered(
  a: usize,
  b: usize,
  offsets: usize,
  k: i32,
  out: usize,
  outRow: usize,
  start: usize,
): void {
  const out1 = out + outRow;
  const out2 = out1 + outRow;
  const out3 = out2 + outRow;
  let c00 = start ? v128.load32_splat(start) : v128.load(out);
  let c01 = start ? c00 : v128.load(out, VECTOR);
  let c10 = start ? v128.load32_splat(start, 4) : v128.load(out1);
  let c11 = start ? c10 : v128.load(out1, VECTOR);
  let c20 = start ? v128.load32_splat(start, 8) : v128.load(out2);
  let c21 = start ? c20 : v128.load(out2, VECTOR);
  let c30 = start ? v128.load32_splat(start, 12) : v128.load(out3);
  let c31 = start ? c30 : v128.load(out3, VECTOR);
  for (const end = a + (<usize>k) * VECTOR; a < end; a += VECTOR) {
    const row = b + load<usize>(offsets);
    const b0 = v128.load(row);
    const b1 = v128.load(row, VECTOR);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load32_splat(a, 4);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load32_splat(a, 8);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load32_splat(a, 12);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    offsets += sizeof<usize>();
  }
  v128.store(out, c00);
  v128.store(out, c01, VECTOR);
  v128.store(out1, c10);
  v128.store(out1, c11, VECTOR);
  v128.store(out2, c20);
  v128.store(out2, c21, VECTOR);
  v128.store(out3, c30);
  v128.store(out3, c31, VECTOR);
}

/** Four vectors summed over their lanes: lane i of the result is the sum of v_i. */
// @ts-ignore: decorator
@inline
export function sumEach(v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  const even01 = i32x4.shuffle(v0, v1, 0, 4, 2, 6);
  const odd01 = i32x4.shuffle(v0, v1, 1, 5, 3, 7);
  const even23 = i32x4.shuffle(v2, v3, 0, 4, 2, 6);
  const odd23 = i32x4.shuffle(v2, v3, 1, 5, 3, 7);
  const sum01 = f32x4.add(even01, odd01);
  const sum23 = f32x4.add(even23, odd23);
  return f32x4.add(i32x4.shuffle(sum01, sum23, 0, 1, 4, 5), i32x4.shuffle(sum01, sum23, 2, 3, 6, 7));
}

/**
 * Dot products of 4 rows of G with two rows of X: out0[r] += Σ g[r]·x0, out1[r] += Σ g[r]·x1 over n vectors. Vector i of a
 * row of G is at g + r · gRow + i · gStep, that of a row of X at x + offsets[i].
 */
export function dotGathered(
  g: usize,
  gRow: usize,
  gStep: usize,
  x0: usize,
  x1: usize,
  offsets: usize,
  n: i32,
  out0: usize,
  out1: usize,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (const end = g + (<usize>n) * gStep; g < end; g += gStep) {
    const offset = load<usize>(offsets);
    const v0 = v128.load(x0 + offset);
    const v1 = v128.load(x1 + offset);
    const g0 = v128.load(g);
    c00 = madd(g0, v0, c00);
    c01 = madd(g0, v1, c01);
    const at1 = g + gRow;
    const g1 = v128.load(at1);
    c10 = madd(g1, v0, c10);
    c11 = madd(g1, v1, c11);
    const at2 = at1 + gRow;
    const g2 = v128.load(at2);
    c20 = madd(g2, v0, c20);
    c21 = madd(g2, v1, c21);
    const g3 = v128.load(at2 + gRow);
    c30 = madd(g3, v0, c30);
    c31 = madd(g3, v1, c31);
    offsets += sizeof<usize>();
  }
  v128.store(out0, f32x4.add(v128.load(out0), sumEach(c00, c10, c20, c30)));
  v128.store(out1, f32x4.add(v128.load(out1), sumEach(c01, c11, c21, c31)));
}
