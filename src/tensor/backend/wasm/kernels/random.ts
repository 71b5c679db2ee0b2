/** Random numbers: Philox4x32-10 (tensor/philox.ts has it plainly), four blocks of four numbers at a time. */

import { BLOCK } from "./block";
import { copyFloats } from "./pack";
import { address, storeTransposed, VECTOR } from "./simd";
import { toFloats, upperHalf } from "./wide";

const ROUNDS: i32 = 10;
const MULTIPLIER_0: i32 = 0xd2511f53;
const MULTIPLIER_1: i32 = 0xcd9e8d57;
const WEYL_0: i32 = 0x9e3779b9;
const WEYL_1: i32 = 0xbb67ae85;

/** Numbers drawn together, and their bytes. */
const TOGETHER: i32 = 16;
const BYTES: i32 = TOGETHER << 2;

/** words ← the 16 numbers of the four blocks from `counter` on. */
function drawWords(words: usize, counter: u64, key0: i32, key1: i32): void {
  const first = i64x2.add(i64x2.splat(counter), i64x2(0, 1));
  const second = i64x2.add(i64x2.splat(counter), i64x2(2, 3));
  let c0 = i32x4.shuffle(first, second, 0, 2, 4, 6);
  let c1 = i32x4.shuffle(first, second, 1, 3, 5, 7);
  let c2 = i32x4.splat(0);
  let c3 = c2;
  for (let round = 0; round < ROUNDS; round++) {
    const m0 = i32x4.splat(MULTIPLIER_0);
    const m1 = i32x4.splat(MULTIPLIER_1);
    const a = i64x2.extmul_low_i32x4_u(c0, m0);
    const b = i64x2.extmul_high_i32x4_u(c0, m0);
    const c = i64x2.extmul_low_i32x4_u(c2, m1);
    const d = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(i32x4.shuffle(c, d, 1, 3, 5, 7), c1), i32x4.splat(key0));
    c1 = i32x4.shuffle(c, d, 0, 2, 4, 6);
    c2 = v128.xor(v128.xor(i32x4.shuffle(a, b, 1, 3, 5, 7), c3), i32x4.splat(key1));
    c3 = i32x4.shuffle(a, b, 0, 2, 4, 6);
    key0 += WEYL_0;
    key1 += WEYL_1;
  }
  // Word w of the four blocks is in vector w; in memory, the words of a block lie side by side.
  storeTransposed(c0, c1, c2, c3, words, VECTOR);
}

/**
 * y[i] = 0 where the highest 24 bits of draw i, a whole number, are below `threshold`, otherwise `value`. Draw i is word
 * (used + i) mod 4 of block (used + i) div 4, counted from (high, low). Work items are blocks of the output.
 */
export function dropoutMask(
  scratch: usize,
  begin: i32,
  end: i32,
  y: usize,
  size: i32,
  used: i32,
  key0: i32,
  key1: i32,
  low: i32,
  high: i32,
  threshold: i32,
  value: f32,
): void {
  const limit = i32x4.splat(threshold);
  const values = f32x4.splat(value);
  const first = begin * BLOCK + used;
  const last = min(end * BLOCK, size) + used;
  for (let word = first & -TOGETHER; word < last; word += TOGETHER) {
    drawWords(scratch, counterAt(high, low, word), key0, key1);
    for (let p = scratch; p < scratch + BYTES; p += VECTOR) {
      v128.store(p, v128.and(i32x4.ge_s(i32x4.shr_u(v128.load(p), 8), limit), values));
    }
    keep(y, used, scratch, word, first, last);
  }
}

/** y[i] = (u + shift) · scale, u being draw i of [0, 1), in double precision; as `dropoutMask` else. */
export function uniform(
  scratch: usize,
  begin: i32,
  end: i32,
  y: usize,
  size: i32,
  used: i32,
  key0: i32,
  key1: i32,
  low: i32,
  high: i32,
  shift: f64,
  scale: f64,
): void {
  const first = begin * BLOCK + used;
  const last = min(end * BLOCK, size) + used;
  for (let word = first & -TOGETHER; word < last; word += TOGETHER) {
    drawWords(scratch, counterAt(high, low, word), key0, key1);
    for (let p = scratch; p < scratch + BYTES; p += VECTOR) {
      const whole = i32x4.shr_u(v128.load(p), 8);
      v128.store(p, toFloats(scaled(whole, shift, scale), scaled(upperHalf(whole), shift, scale)));
    }
    keep(y, used, scratch, word, first, last);
  }
}

/** The block of a word. */
// @ts-ignore: decorator
@inline
function counterAt(high: i32, low: i32, word: i32): u64 {
  return ((<u64>(<u32>high)) << 32) + <u64>(<u32>low) + <u64>(word / 4);
}

/** (u + shift) · scale of the two lower lanes, whole numbers u · 2^24. */
// @ts-ignore: decorator
@inline
function scaled(whole: v128, shift: f64, scale: f64): v128 {
  const u = f64x2.mul(f64x2.convert_low_i32x4_s(whole), f64x2.splat(1.0 / 16777216));
  return f64x2.mul(f64x2.add(u, f64x2.splat(shift)), f64x2.splat(scale));
}

/** Copies those of 16 numbers, the first being word `word`, that are words `first` … `last` − 1. */
function keep(y: usize, used: i32, numbers: usize, word: i32, first: i32, last: i32): void {
  const from = max(word, first);
  copyFloats(address(y, from - used), address(numbers, from - word), min(word + TOGETHER, last) - from);
}
