/** Updates in place, each in one pass over its tensors. Work items are blocks. */

import { firstByte, stopByte } from "./block";
import { madd } from "./simd";

/** y ← alpha·y + beta·x; with alpha 0, y is not read. */
export function accumulate(
  scratch: usize,
  begin: i32,
  end: i32,
  y: usize,
  x: usize,
  size: i32,
  alpha: f32,
  beta: f32,
): void {
  const va = f32x4.splat(alpha);
  const vb = f32x4.splat(beta);
  const stop = stopByte(end, size);
  for (let at = firstByte(begin); at < stop; at += 16) {
    const scaled = f32x4.mul(vb, v128.load(x + at));
    v128.store(y + at, alpha == 0 ? scaled : madd(va, v128.load(y + at), scaled));
  }
}

/**
 * g ← g + l2·p; m ← β₁·m + (1 − β₁)·g; s ← β₂·s + (1 − β₂)·g²; p ← keep·p − rate·m / (√s·scale + eps).
 * Adam decays weights by l2, AdamW by keep = 1 − lr·weightDecay.
 */
export function adam(
  scratch: usize,
  begin: i32,
  end: i32,
  p: usize,
  g: usize,
  m: usize,
  s: usize,
  size: i32,
  keep: f32,
  l2: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  rate: f32,
  scale: f32,
  eps: f32,
): void {
  const stop = stopByte(end, size);
  for (let at = firstByte(begin); at < stop; at += 16) {
    const parameter = v128.load(p + at);
    const slope = madd(f32x4.splat(l2), parameter, v128.load(g + at));
    const mean = madd(f32x4.splat(beta1), v128.load(m + at), f32x4.mul(f32x4.splat(rest1), slope));
    const square = madd(f32x4.splat(beta2), v128.load(s + at), f32x4.mul(f32x4.splat(rest2), f32x4.mul(slope, slope)));
    v128.store(m + at, mean);
    v128.store(s + at, square);
    const divisor = madd(f32x4.sqrt(square), f32x4.splat(scale), f32x4.splat(eps));
    const step = f32x4.mul(f32x4.splat(rate), f32x4.div(mean, divisor));
    v128.store(p + at, f32x4.sub(f32x4.mul(f32x4.splat(keep), parameter), step));
  }
}

/** p ← p − lr·(g + l2·p). */
export function sgd(scratch: usize, begin: i32, end: i32, p: usize, g: usize, size: i32, lr: f32, l2: f32): void {
  const stop = stopByte(end, size);
  for (let at = firstByte(begin); at < stop; at += 16) {
    const parameter = v128.load(p + at);
    const slope = madd(f32x4.splat(l2), parameter, v128.load(g + at));
    v128.store(p + at, f32x4.sub(parameter, f32x4.mul(f32x4.splat(lr), slope)));
  }
}

/**
 * g ← g + l2·p; v ← keep·v + take·g; p ← p − lr·(alongGrad·g + alongVelocity·v). With keep 0, v is not read: what is
 * there before the first step counts for nothing.
 */
export function sgdMomentum(
  scratch: usize,
  begin: i32,
  end: i32,
  p: usize,
  g: usize,
  v: usize,
  size: i32,
  lr: f32,
  l2: f32,
  keep: f32,
  take: f32,
  alongGrad: f32,
  alongVelocity: f32,
): void {
  const stop = stopByte(end, size);
  for (let at = firstByte(begin); at < stop; at += 16) {
    const parameter = v128.load(p + at);
    const slope = madd(f32x4.splat(l2), parameter, v128.load(g + at));
    let velocity = f32x4.mul(f32x4.splat(take), slope);
    if (keep != 0) velocity = madd(f32x4.splat(keep), v128.load(v + at), velocity);
    v128.store(v + at, velocity);
    const step = madd(f32x4.splat(alongVelocity), velocity, f32x4.mul(f32x4.splat(alongGrad), slope));
    v128.store(p + at, f32x4.sub(parameter, f32x4.mul(f32x4.splat(lr), step)));
  }
}
