/** Sums of floats in double precision: a pair of f64x2 accumulates the lower and the upper two lanes of each vector. */

// @ts-ignore: decorator
@inline
export function upperHalf(x: v128): v128 {
  return i64x2.shuffle(x, x, 1, 1);
}

/** sum + the two lower lanes of x. */
// @ts-ignore: decorator
@inline
export function addLow(sum: v128, x: v128): v128 {
  return f64x2.add(sum, f64x2.promote_low_f32x4(x));
}

/** sum + the two upper lanes of x. */
// @ts-ignore: decorator
@inline
export function addHigh(sum: v128, x: v128): v128 {
  return addLow(sum, upperHalf(x));
}

/** The four sums as floats. */
// @ts-ignore: decorator
@inline
export function toFloats(low: v128, high: v128): v128 {
  const left = f32x4.demote_f64x2_zero(low);
  const right = f32x4.demote_f64x2_zero(high);
  return i64x2.shuffle(left, right, 0, 2);
}

/** All four sums in one. */
// @ts-ignore: decorator
@inline
export function total(low: v128, high: v128): f64 {
  const pair = f64x2.add(low, high);
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}
