/**
 * The loops of pointwise functions of two tensors, with broadcasting; the functions themselves, and a kernel for each,
 * are in rules.generated.ts. Work items are blocks of the output, in row-major order.
 * `table` holds the rank, the shape, and the strides of a and of b, all as 32-bit integers.
 */

import { BLOCK } from "./block";
import { Walk } from "./walk";

/** y = f(a, b). */
export interface Binary {
  f(a: v128, b: v128): v128;
}

/** One row, or a part of it; a stride of 0 repeats the operand's first element. */
// @ts-ignore: decorator
@inline
function vectors<F extends Binary>(a: usize, aRepeats: bool, b: usize, bRepeats: bool, y: usize, bytes: usize): void {
  for (let at: usize = 0; at + 16 <= bytes; at += 16) {
    const left = aRepeats ? v128.load32_splat(a) : v128.load(a + at);
    const right = bRepeats ? v128.load32_splat(b) : v128.load(b + at);
    v128.store(y + at, changetype<F>(0).f(left, right));
  }
}

// @ts-ignore: decorator
@inline
function scalars<F extends Binary>(a: usize, aStep: i32, b: usize, bStep: i32, y: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const left = v128.load32_splat(a + ((<usize>(i * aStep)) << 2));
    const right = v128.load32_splat(b + ((<usize>(i * bStep)) << 2));
    store<f32>(y + ((<usize>i) << 2), f32x4.extract_lane(changetype<F>(0).f(left, right), 0));
  }
}

// @ts-ignore: decorator
@inline
export function broadcast<F extends Binary>(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  table: usize,
): void {
  const walk = changetype<Walk>(scratch);
  const stop = min(end * BLOCK, size);
  let i = begin * BLOCK;
  walk.seek(table, i);
  const aStep = walk.aStep();
  const bStep = walk.bStep();
  while (i < stop) {
    const length = min(walk.length() - walk.column, stop - i);
    const left = a + ((<usize>(walk.a + walk.column * aStep)) << 2);
    const right = b + ((<usize>(walk.b + walk.column * bStep)) << 2);
    const out = y + ((<usize>i) << 2);
    const bytes = (<usize>length) << 2;
    let done = length & ~3;
    if (aStep == 1 && bStep == 1) vectors<F>(left, false, right, false, out, bytes);
    else if (aStep == 1 && bStep == 0) vectors<F>(left, false, right, true, out, bytes);
    else if (aStep == 0 && bStep == 1) vectors<F>(left, true, right, false, out, bytes);
    else done = 0;
    scalars<F>(left, aStep, right, bStep, out, done, length);
    i += length;
    walk.nextRow();
  }
}
