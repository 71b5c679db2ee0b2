/**
 * Pointwise functions of two tensors with broadcasting. Work items are blocks of the output, in row-major order.
 * `table` holds the rank, the shape, and the strides of a and of b, all as 32-bit integers.
 */

import { BLOCK } from "./block";
import { pow as powOf } from "./math";
import { Walk } from "./walk";

interface Formula {
  f(a: v128, b: v128): v128;
}

class Add {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}
class Sub {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}
class Mul {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}
class Div {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}
class Pow {
  // Called: four copies of so long a formula, one for each way to broadcast, would save a tenth of its time.
  f(a: v128, b: v128): v128 {
    return powOf(a, b);
  }
}
class Maximum {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}
class Minimum {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}
class Equal {
  @inline f(a: v128, b: v128): v128 {
    return v128.and(f32x4.eq(a, b), f32x4.splat(1));
  }
}

/** One row, or a part of it; a stride of 0 repeats the operand's first element. */
// @ts-ignore: decorator
@inline
function vectors<F extends Formula>(a: usize, aRepeats: bool, b: usize, bRepeats: bool, y: usize, bytes: usize): void {
  for (let at: usize = 0; at + 16 <= bytes; at += 16) {
    const left = aRepeats ? v128.load32_splat(a) : v128.load(a + at);
    const right = bRepeats ? v128.load32_splat(b) : v128.load(b + at);
    v128.store(y + at, changetype<F>(0).f(left, right));
  }
}

// @ts-ignore: decorator
@inline
function scalars<F extends Formula>(a: usize, aStep: i32, b: usize, bStep: i32, y: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const left = v128.load32_splat(a + ((<usize>(i * aStep)) << 2));
    const right = v128.load32_splat(b + ((<usize>(i * bStep)) << 2));
    store<f32>(y + ((<usize>i) << 2), f32x4.extract_lane(changetype<F>(0).f(left, right), 0));
  }
}

// @ts-ignore: decorator
@inline
function broadcast<F extends Formula>(
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
    const from = a + ((<usize>(walk.a + walk.column * aStep)) << 2);
    const and = b + ((<usize>(walk.b + walk.column * bStep)) << 2);
    const to = y + ((<usize>i) << 2);
    const bytes = (<usize>length) << 2;
    let done = length & ~3;
    if (aStep == 1 && bStep == 1) vectors<F>(from, false, and, false, to, bytes);
    else if (aStep == 1 && bStep == 0) vectors<F>(from, false, and, true, to, bytes);
    else if (aStep == 0 && bStep == 1) vectors<F>(from, true, and, false, to, bytes);
    else done = 0;
    scalars<F>(from, aStep, and, bStep, to, done, length);
    i += length;
    walk.nextRow();
  }
}

export function broadcastAdd(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  table: usize,
): void {
  broadcast<Add>(scratch, begin, end, a, b, y, size, table);
}
export function broadcastSub(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  table: usize,
): void {
  broadcast<Sub>(scratch, begin, end, a, b, y, size, table);
}
export function broadcastMul(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  table: usize,
): void {
  broadcast<Mul>(scratch, begin, end, a, b, y, size, table);
}
export function broadcastDiv(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  table: usize,
): void {
  broadcast<Div>(scratch, begin, end, a, b, y, size, table);
}
export function broadcastPow(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  table: usize,
): void {
  broadcast<Pow>(scratch, begin, end, a, b, y, size, table);
}
export function broadcastMaximum(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  table: usize,
): void {
  broadcast<Maximum>(scratch, begin, end, a, b, y, size, table);
}
export function broadcastMinimum(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  table: usize,
): void {
  broadcast<Minimum>(scratch, begin, end, a, b, y, size, table);
}
export function broadcastEqual(
  scratch: usize,
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  table: usize,
): void {
  broadcast<Equal>(scratch, begin, end, a, b, y, size, table);
}
