/** Dropout's masks: Philox4x32-10 (tensor/random.ts has it plainly), four blocks of four numbers at a time. */

import { BLOCK } from "./block";
import { address, storeTransposed, VECTOR } from "./simd";

const ROUNDS: i32 = 10;
const MULTIPLIER_0: i32 = 0xd2511f53;
const MULTIPLIER_1: i32 = 0xcd9e8d57;
const WEYL_0: i32 = 0x9e3779b9;
const WEYL_1: i32 = 0xbb67ae85;

/** Numbers drawn together. */
const TOGETHER: i32 = 16;

/**
 * y[i] = 0 where the highest 24 bits of draw i, a whole number, are below `threshold`, otherwise `value`. Draw i is
 * word i mod 4 of block i div 4, counted from (high, low). Work items are blocks of the output.
 */
export function dropoutMask(
  scratch: usize,
  begin: i32,
  end: i32,
  y: usize,
  size: i32,
  threshold: i32,
  value: f32,
  key0: i32,
  key1: i32,
  low: i32,
  high: i32,
): void {
  const from = begin * BLOCK;
  const to = address(y, min(end * BLOCK, size));
  const limit = i32x4.splat(threshold);
  const values = f32x4.splat(value);
  let counter = ((<u64>(<u32>high)) << 32) + <u64>(<u32>low) + <u64>(from / 4);
  // Blocks of memory are whole cache lines: the last 16 numbers may stand beyond the last element.
  for (let p = address(y, from); p < to; p += TOGETHER << 2) {
    const first = i64x2.add(i64x2.splat(counter), i64x2(0, 1));
    const second = i64x2.add(i64x2.splat(counter), i64x2(2, 3));
    let c0 = i32x4.shuffle(first, second, 0, 2, 4, 6);
    let c1 = i32x4.shuffle(first, second, 1, 3, 5, 7);
    let c2 = i32x4.splat(0);
    let c3 = c2;
    let k0 = key0;
    let k1 = key1;
    for (let round = 0; round < ROUNDS; round++) {
      const m0 = i32x4.splat(MULTIPLIER_0);
      const m1 = i32x4.splat(MULTIPLIER_1);
      const a = i64x2.extmul_low_i32x4_u(c0, m0);
      const b = i64x2.extmul_high_i32x4_u(c0, m0);
      const c = i64x2.extmul_low_i32x4_u(c2, m1);
      const d = i64x2.extmul_high_i32x4_u(c2, m1);
      c0 = v128.xor(v128.xor(i32x4.shuffle(c, d, 1, 3, 5, 7), c1), i32x4.splat(k0));
      c1 = i32x4.shuffle(c, d, 0, 2, 4, 6);
      c2 = v128.xor(v128.xor(i32x4.shuffle(a, b, 1, 3, 5, 7), c3), i32x4.splat(k1));
      c3 = i32x4.shuffle(a, b, 0, 2, 4, 6);
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    // Word w of the four blocks is in vector w; in memory, the words of a block lie side by side.
    storeTransposed(
      kept(c0, limit, values),
      kept(c1, limit, values),
      kept(c2, limit, values),
      kept(c3, limit, values),
      p,
      VECTOR,
    );
    counter += TOGETHER / 4;
  }
}

/** `value` where a word's highest 24 bits reach the limit, 0 elsewhere. */
// @ts-ignore: decorator
@inline
function kept(words: v128, limit: v128, values: v128): v128 {
  return v128.and(i32x4.ge_s(i32x4.shr_u(words, 8), limit), values);
}
