/** The few float32×4 operations that all kernels share, on top of WebAssembly's own. */

/** Bytes of one float, and of one vector of four. */
export const FLOAT: usize = 4;
export const VECTOR: usize = 16;

/** Where an element of a row of floats lies. */
// @ts-ignore: decorator
@inline
export function address(base: usize, element: i32): usize {
  return base + ((<usize>element) << 2);
}

/** x in all four lanes. */
// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** a·b + c: one instruction, rounded once, where the engine has relaxed SIMD; two everywhere else (see fusing.ts). */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(a, b, c);
}

/** a times each lane of v. */
// @ts-ignore: decorator
@inline
export function times(a: f32, v: v128): v128 {
  return f32x4.mul(f32x4.splat(a), v);
}

/** c + a·v, rounded as `madd` does. */
// @ts-ignore: decorator
@inline
export function addTimes(c: v128, a: f32, v: v128): v128 {
  return madd(f32x4.splat(a), v, c);
}

/** (v0 + v2) + (v1 + v3): always in this order, so that a sum has the same bits wherever it is taken. */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  const pairs = f32x4.add(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Lane i of all four vectors becomes vector i, at y + i · `step`. */
// @ts-ignore: decorator
@inline
export function storeTransposed(r0: v128, r1: v128, r2: v128, r3: v128, y: usize, step: usize): void {
  storeLanes(r0, r1, r2, r3, y, y + step, y + 2 * step, y + 3 * step);
}

/** Lane i of all four vectors becomes the vector at y_i. */
// @ts-ignore: decorator
@inline
export function storeLanes(
  r0: v128,
  r1: v128,
  r2: v128,
  r3: v128,
  y0: usize,
  y1: usize,
  y2: usize,
  y3: usize,
): void {
  const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(y0, i64x2.shuffle(low01, low23, 0, 2));
  v128.store(y1, i64x2.shuffle(low01, low23, 1, 3));
  v128.store(y2, i64x2.shuffle(high01, high23, 0, 2));
  v128.store(y3, i64x2.shuffle(high01, high23, 1, 3));
}

/** Lane i of two vectors becomes the pair at y_i. */
// @ts-ignore: decorator
@inline
export function storeLanePairs(v0: v128, v1: v128, y0: usize, y1: usize, y2: usize, y3: usize): void {
  const low = i32x4.shuffle(v0, v1, 0, 4, 1, 5);
  const high = i32x4.shuffle(v0, v1, 2, 6, 3, 7);
  v128.store64_lane(y0, low, 0);
  v128.store64_lane(y1, low, 1);
  v128.store64_lane(y2, high, 0);
  v128.store64_lane(y3, high, 1);
}
