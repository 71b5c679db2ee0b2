/**
 * Transcendental functions on four floats at once: range reduction, then a short polynomial.
 * Relative errors are a few units in the last place; NaN, infinities, zeros and subnormals come out right.
 * Where no source is named, coefficients are least-squares fits reweighted towards equal relative error.
 */

import { madd, splat } from "./simd";
import { toFloats, upperHalf } from "./wide";

// @ts-ignore: decorator
@inline
export function where(mask: v128, yes: v128, no: v128): v128 {
  return v128.bitselect(yes, no, mask);
}

// @ts-ignore: decorator
@inline
function withSignOf(x: v128, magnitude: v128): v128 {
  return v128.or(magnitude, v128.and(x, i32x4.splat(0x80000000)));
}

/** 2ⁿ from whole numbers −126 ≤ n ≤ 127. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/**
 * e^(hi + lo) for a lo much smaller than 1: hi + lo = n·ln 2 + r with |r| ≤ ln 2 / 2.
 * @see Cephes, expf.c
 */
// @ts-ignore: decorator
@inline
function expOfSum(hi: v128, lo: v128): v128 {
  // Beyond these bounds the result is 0 or infinite already, and n would not fit the exponent's bits.
  const x = f32x4.max(f32x4.min(hi, splat(89)), splat(-104));
  const n = f32x4.nearest(f32x4.mul(x, splat(1.44269504)));
  // ln 2 in two parts, the first with few bits, so that n times it is exact.
  let r = madd(n, splat(-0.693359375), x);
  r = madd(n, splat(2.1219444e-4), r);
  r = f32x4.add(r, lo);
  let p = splat(1.9875691e-4);
  p = madd(p, r, splat(1.39819995e-3));
  p = madd(p, r, splat(8.33345191e-3));
  p = madd(p, r, splat(4.16657959e-2));
  p = madd(p, r, splat(1.66666665e-1));
  p = madd(p, r, splat(5.00000012e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), splat(1));
  // Two factors, because 2ⁿ alone would overflow or vanish before the product does.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  return expOfSum(x, splat(0));
}

/**
 * ln x: x = 2ᵉ·(1 + m) with √½ ≤ 1 + m < √2.
 * @see Cephes, logf.c
 */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const subnormal = f32x4.lt(x, splat(1.17549435e-38));
  const scaled = where(subnormal, f32x4.mul(x, splat(8388608)), x);
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(scaled, 23), i32x4.splat(126)));
  e = f32x4.sub(e, v128.and(subnormal, splat(23)));
  let m = v128.or(v128.and(scaled, i32x4.splat(0x007fffff)), splat(0.5));
  const low = f32x4.lt(m, splat(0.70710678));
  e = f32x4.sub(e, v128.and(low, splat(1)));
  m = f32x4.sub(f32x4.add(m, v128.and(low, m)), splat(1));
  const square = f32x4.mul(m, m);
  let p = splat(7.03768363e-2);
  p = madd(p, m, splat(-1.151461031e-1));
  p = madd(p, m, splat(1.167699874e-1));
  p = madd(p, m, splat(-1.2420140846e-1));
  p = madd(p, m, splat(1.4249322787e-1));
  p = madd(p, m, splat(-1.6668057665e-1));
  p = madd(p, m, splat(2.0000714765e-1));
  p = madd(p, m, splat(-2.4999993993e-1));
  p = madd(p, m, splat(3.3333331174e-1));
  p = f32x4.mul(f32x4.mul(p, m), square);
  p = madd(e, splat(-2.1219444e-4), p);
  p = madd(square, splat(-0.5), p);
  let y = madd(e, splat(0.693359375), f32x4.add(m, p));
  y = where(f32x4.lt(x, splat(Infinity)), y, x);
  y = where(f32x4.eq(x, splat(0)), splat(-Infinity), y);
  return where(f32x4.lt(x, splat(0)), splat(NaN), y);
}

/**
 * Odd polynomial near 0, where 1 − 2/(e²ˣ + 1) would cancel.
 * @see Cephes, tanhf.c
 */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let p = splat(-5.70498872745e-3);
  p = madd(p, square, splat(2.06390887954e-2));
  p = madd(p, square, splat(-5.37397155531e-2));
  p = madd(p, square, splat(1.33314422036e-1));
  p = madd(p, square, splat(-3.33332819422e-1));
  const near = madd(f32x4.mul(p, square), x, x);
  const power = exp(f32x4.add(size, size));
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(power, splat(1))));
  return where(f32x4.lt(size, splat(0.625)), near, withSignOf(x, far));
}

/** 1/(1 + e⁻ˣ), from e^−|x| ≤ 1 on both sides, so that neither overflows. */
// @ts-ignore: decorator
@inline
export function logistic(x: v128): v128 {
  const power = exp(f32x4.neg(f32x4.abs(x)));
  const y = f32x4.div(splat(1), f32x4.add(power, splat(1)));
  return where(f32x4.lt(x, splat(0)), f32x4.mul(power, y), y);
}

/** 2·artanh s + rest, for |s| ≤ 1/3: ln(1 + t) is that of s = t / (2 + t). */
// @ts-ignore: decorator
@inline
function twiceArtanh(s: v128, rest: v128): v128 {
  const square = f32x4.mul(s, s);
  let p = splat(0.2817831010212488);
  p = madd(p, square, splat(0.2796060826925844));
  p = madd(p, square, splat(0.4002490989886395));
  p = madd(p, square, splat(0.6666631469050717));
  p = madd(p, square, splat(2.0000000079207467));
  return madd(p, s, rest);
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|). */
// @ts-ignore: decorator
@inline
export function log1pExp(x: v128): v128 {
  const power = exp(f32x4.neg(f32x4.abs(x)));
  return twiceArtanh(f32x4.div(power, f32x4.add(power, splat(2))), f32x4.max(x, splat(0)));
}

/** ln(1 + x): where 1 + x would lose digits of x, without that sum. */
export function log1p(x: v128): v128 {
  const near = v128.and(f32x4.ge(x, splat(-0.5)), f32x4.le(x, splat(1)));
  return where(near, twiceArtanh(f32x4.div(x, f32x4.add(x, splat(2))), splat(0)), log(f32x4.add(x, splat(1))));
}

/** eˣ − 1: near 0, where the difference would cancel, by its series. */
export function expm1(x: v128): v128 {
  let p = splat(2.48015873e-5);
  p = madd(p, x, splat(1.98412698e-4));
  p = madd(p, x, splat(1.38888889e-3));
  p = madd(p, x, splat(8.33333333e-3));
  p = madd(p, x, splat(4.16666667e-2));
  p = madd(p, x, splat(1.66666667e-1));
  p = madd(p, x, splat(0.5));
  const near = madd(f32x4.mul(p, x), x, x);
  return where(f32x4.lt(f32x4.abs(x), splat(0.5)), near, f32x4.sub(exp(x), splat(1)));
}

/** How many quarters of a period the two doubles are long. */
// @ts-ignore: decorator
@inline
function quartersIn(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(0.6366197723675814)));
}

/** x without its n quarters: π/2 in two parts, the first with so few digits that n times it is exact. */
// @ts-ignore: decorator
@inline
function restOf(x: v128, n: v128): v128 {
  const rest = f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.5707963267341256)));
  return f64x2.sub(rest, f64x2.mul(n, f64x2.splat(6.077100506506192e-11)));
}

/** n modulo 4. */
// @ts-ignore: decorator
@inline
function turnOf(n: v128): v128 {
  return f64x2.sub(n, f64x2.mul(f64x2.floor(f64x2.mul(n, f64x2.splat(0.25))), f64x2.splat(4)));
}

/**
 * sin x, and cos x = sin(x + π/2) where `quarters` is 1. Where in its period x is, doubles tell: within ±10⁸ as exactly as
 * floats are, beyond ±10¹⁵ not at all.
 * @see Cephes, sinf.c
 */
function circular(x: v128, quarters: i32): v128 {
  const low = f64x2.promote_low_f32x4(x);
  const high = f64x2.promote_low_f32x4(upperHalf(x));
  const nLow = quartersIn(low);
  const nHigh = quartersIn(high);
  // Within an eighth of a period but for rounding, which must not lead beyond ±1.
  const r = f32x4.min(f32x4.max(toFloats(restOf(low, nLow), restOf(high, nHigh)), splat(-0.7854)), splat(0.7854));
  const square = f32x4.mul(r, r);
  let sine = splat(-1.9515295891e-4);
  sine = madd(sine, square, splat(8.3321608736e-3));
  sine = madd(sine, square, splat(-1.6666654611e-1));
  sine = madd(f32x4.mul(sine, square), r, r);
  let cosine = splat(2.443315711809948e-5);
  cosine = madd(cosine, square, splat(-1.388731625493765e-3));
  cosine = madd(cosine, square, splat(4.166664568298827e-2));
  cosine = madd(cosine, f32x4.mul(square, square), madd(square, splat(-0.5), splat(1)));
  const quarter = i32x4.add(i32x4.trunc_sat_f32x4_s(toFloats(turnOf(nLow), turnOf(nHigh))), i32x4.splat(quarters));
  // Bit 0 swaps the two, bit 1 turns the sign.
  const odd = i32x4.ne(v128.and(quarter, i32x4.splat(1)), i32x4.splat(0));
  const y = where(odd, cosine, sine);
  return v128.xor(y, v128.and(i32x4.shl(quarter, 30), i32x4.splat(0x80000000)));
}

// @ts-ignore: decorator
@inline
export function sin(x: v128): v128 {
  return circular(x, 0);
}

// @ts-ignore: decorator
@inline
export function cos(x: v128): v128 {
  return circular(x, 1);
}

/** e^(−x²/2), 0 beyond ±15. The square is taken in two parts: its rounding error would grow with x². */
// @ts-ignore: decorator
@inline
export function gaussian(x: v128): v128 {
  const size = f32x4.min(f32x4.abs(x), splat(15));
  const head = v128.and(size, i32x4.splat(0xfffff000));
  const hi = f32x4.mul(f32x4.mul(head, head), splat(-0.5));
  const lo = f32x4.mul(f32x4.mul(f32x4.sub(size, head), f32x4.add(size, head)), splat(-0.5));
  return expOfSum(hi, lo);
}

/** The normal distribution's Φ(−x) = e^(−x²/2)·t·P(t) with t = 1/(1 + 0.3x), for 0 ≤ x ≤ 15; `density` is the first factor. */
// @ts-ignore: decorator
@inline
function upperTail(x: v128, density: v128): v128 {
  const t = f32x4.div(splat(1), madd(x, splat(0.3), splat(1)));
  let p = splat(-0.020623670892622226);
  p = madd(p, t, splat(0.1124366978628926));
  p = madd(p, t, splat(-0.22821611549637996));
  p = madd(p, t, splat(0.19178782932603897));
  p = madd(p, t, splat(-0.07942616790480748));
  p = madd(p, t, splat(0.0961582266983243));
  p = madd(p, t, splat(0.07838918576182514));
  p = madd(p, t, splat(0.11023551943394204));
  p = madd(p, t, splat(0.11957180315360078));
  p = madd(p, t, splat(0.11968669032716768));
  return f32x4.mul(f32x4.mul(density, t), p);
}

/** The standard normal's distribution function Φ(x). */
// @ts-ignore: decorator
@inline
export function normalCdf(x: v128): v128 {
  const tail = upperTail(f32x4.min(f32x4.abs(x), splat(15)), gaussian(x));
  return where(f32x4.lt(x, splat(0)), tail, f32x4.sub(splat(1), tail));
}

/** erf x: an odd polynomial near 0, the tails of the normal distribution beyond. */
export function errorFunction(x: v128): v128 {
  const square = f32x4.mul(x, x);
  let p = splat(-0.0005631420732398157);
  p = madd(p, square, splat(0.004917551052513471));
  p = madd(p, square, splat(-0.026711310979779655));
  p = madd(p, square, splat(0.11280180099789554));
  p = madd(p, square, splat(-0.37612326185051137));
  p = madd(p, square, splat(1.1283791224935407));
  const size = f32x4.min(f32x4.abs(f32x4.mul(x, splat(1.41421356))), splat(15));
  const far = madd(upperTail(size, gaussian(size)), splat(-2), splat(1));
  return where(f32x4.lt(f32x4.abs(x), splat(1)), f32x4.mul(p, x), withSignOf(x, far));
}

/** log2 x for two doubles x ≥ 0 that were floats (so never subnormal): s = (m − 1)/(m + 1), log2 m = s·P(s²). */
// @ts-ignore: decorator
@inline
function log2(x: v128): v128 {
  const exponentBits = i64x2.shr_u(x, 52);
  let m = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), f64x2.splat(1));
  // The bits of 2⁵² + e are those of 2⁵² with e in the last places: a conversion without an instruction for it.
  let e = f64x2.sub(v128.or(exponentBits, f64x2.splat(4503599627370496)), f64x2.splat(4503599627370496 + 1023));
  const high = f64x2.gt(m, f64x2.splat(1.4142135623730951));
  e = f64x2.add(e, v128.and(high, f64x2.splat(1)));
  m = where(high, f64x2.mul(m, f64x2.splat(0.5)), m);
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const square = f64x2.mul(s, s);
  let p = f64x2.splat(0.34072796582742276);
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(0.4116728292457102));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(0.5770835832290742));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(0.9617966733502782));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(2.88539008179008));
  const y = f64x2.add(e, f64x2.mul(p, s));
  const finite = where(f64x2.eq(x, f64x2.splat(0)), f64x2.splat(-Infinity), y);
  return where(f64x2.eq(x, f64x2.splat(Infinity)), x, finite);
}

/** 2ˣ for two doubles; beyond ±200 a float is 0 or infinite anyway. */
// @ts-ignore: decorator
@inline
function exp2(x: v128): v128 {
  const bounded = f64x2.max(f64x2.min(x, f64x2.splat(200)), f64x2.splat(-200));
  const n = f64x2.nearest(bounded);
  const r = f64x2.sub(bounded, n);
  let p = f64x2.splat(1.520191178846384e-5);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.5469291053793707e-4));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.3333922605974406e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(9.618027253993423e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(5.550410353395703e-2));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.24022651198154535));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.6931471807284642));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.9999999999616818));
  const power = i64x2.shl(f64x2.add(n, f64x2.splat(4503599627370496 + 1023)), 52);
  return f64x2.mul(p, power);
}

// @ts-ignore: decorator
@inline
function powPair(size: v128, exponent: v128): v128 {
  return f32x4.demote_f64x2_zero(
    exp2(f64x2.mul(f64x2.promote_low_f32x4(exponent), log2(f64x2.promote_low_f32x4(size)))),
  );
}

/**
 * xᵃ as C's powf has it (1ᵃ = x⁰ = 1 even for NaN). In double precision inside: an error in log2 x
 * is multiplied by the exponent.
 */
export function pow(x: v128, a: v128): v128 {
  const size = f32x4.abs(x);
  const low = powPair(size, a);
  const high = powPair(upperHalf(size), upperHalf(a));
  let y = i64x2.shuffle(low, high, 0, 2);
  const whole = f32x4.eq(f32x4.trunc(a), a);
  const half = f32x4.mul(a, splat(0.5));
  const odd = v128.and(whole, f32x4.ne(f32x4.trunc(half), half));
  y = v128.xor(y, v128.and(v128.and(x, odd), i32x4.splat(0x80000000)));
  const finiteNegative = v128.and(f32x4.lt(x, splat(0)), f32x4.gt(x, splat(-Infinity)));
  const undefined = v128.andnot(v128.and(finiteNegative, f32x4.lt(f32x4.abs(a), splat(Infinity))), whole);
  const nan = v128.or(undefined, v128.or(f32x4.ne(x, x), f32x4.ne(a, a)));
  y = where(nan, splat(NaN), y);
  const infinitePowerOfMinusOne = v128.and(f32x4.eq(x, splat(-1)), f32x4.eq(f32x4.abs(a), splat(Infinity)));
  const one = v128.or(v128.or(f32x4.eq(x, splat(1)), f32x4.eq(a, splat(0))), infinitePowerOfMinusOne);
  return where(one, splat(1), y);
}
