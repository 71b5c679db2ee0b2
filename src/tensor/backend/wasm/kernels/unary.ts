/**
 * The loops of pointwise functions of one tensor and of their gradients. The functions themselves, and a kernel for
 * each, are in rules.generated.ts. Storages are padded to whole vectors, so there is no tail.
 */

import { firstByte, stopByte } from "./block";
import { splat } from "./simd";

/** y = f(x; a, b). */
export interface Unary {
  f(x: v128, a: v128, b: v128): v128;
}

/** What reaches x from g = ∂L/∂y and the one of x and y that was saved. */
export interface Slope {
  f(g: v128, saved: v128, a: v128, b: v128): v128;
}

// @ts-ignore: decorator
@inline
export function map<F extends Unary>(begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  const va = splat(a);
  const vb = splat(b);
  const stop = stopByte(end, size);
  for (let at = firstByte(begin); at < stop; at += 16) {
    // A method called on no object: the way to hand a function to a loop that the compiler inlines.
    v128.store(y + at, changetype<F>(0).f(v128.load(x + at), va, vb));
  }
}

// @ts-ignore: decorator
@inline
export function mapGrad<F extends Slope>(
  begin: i32,
  end: i32,
  g: usize,
  saved: usize,
  gx: usize,
  size: i32,
  a: f32,
  b: f32,
): void {
  const va = splat(a);
  const vb = splat(b);
  const stop = stopByte(end, size);
  for (let at = firstByte(begin); at < stop; at += 16) {
    v128.store(gx + at, changetype<F>(0).f(v128.load(g + at), v128.load(saved + at), va, vb));
  }
}
