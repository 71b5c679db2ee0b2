/**
 * Functions that kernels call: what GPUs compute less exactly than JavaScript does, or not at all. No parameter is named
 * like a kernel's constant: GPU.js would read the constant instead (seen in `cpu` mode).
 */

export { normalCdf } from "../../../special.js";

/**
 * ⌊dividend / divisor⌋ of whole numbers below 2^24, exactly: a GPU's division may be off by an ulp, on the wrong side of
 * a whole number.
 */
export function quotient(dividend: number, divisor: number): number {
  const guess = Math.floor(dividend / divisor);
  const rest = dividend - guess * divisor;
  if (rest < 0) return guess - 1;
  if (rest >= divisor) return guess + 1;
  return guess;
}

/** 1 for NaN, 0 otherwise. */
export function isNaNOf(x: number): number {
  if (x < 0) return 0;
  if (x >= 0) return 0;
  return 1;
}

/** The larger; NaN wins. GPUs' own max may drop it. */
export function maxOf(a: number, b: number): number {
  if (isNaNOf(a) > 0) return a;
  if (isNaNOf(b) > 0) return b;
  if (a > b) return a;
  return b;
}

/** The smaller; NaN wins. */
export function minOf(a: number, b: number): number {
  if (isNaNOf(a) > 0) return a;
  if (isNaNOf(b) > 0) return b;
  if (a < b) return a;
  return b;
}

/** eˣ; NaN stays NaN, which SwiftShader's own exp makes infinite. */
export function expOf(x: number): number {
  if (isNaNOf(x) > 0) return x;
  return Math.exp(x);
}

/** eˣ − 1: near 0, where the difference would cancel, by its series. */
export function expm1Of(x: number): number {
  if (Math.abs(x) > 0.3) return Math.exp(x) - 1;
  return x * (1 + (x / 2) * (1 + (x / 3) * (1 + (x / 4) * (1 + (x / 5) * (1 + (x / 6) * (1 + x / 7))))));
}

/** ln(1 + x) for x ≥ 0: u − 1 is what rounding 1 + x to u left of x, so x / (u − 1) mends ln u (Kahan). */
export function log1pOf(x: number): number {
  if (x < 0.0001) return x - (x * x) / 2;
  const u = 1 + x;
  return (logOf(u) * x) / (u - 1);
}

/** ln x: near 1, where a GPU is only exact to a fixed number of digits behind the point, by the series of artanh. */
export function logOf(x: number): number {
  if (x === 0) return -1 / Math.abs(x);
  if (x < 0) return (x - x) / (x - x);
  if (Math.abs(x - 1) > 0.3) return Math.log(x);
  const s = (x - 1) / (x + 1);
  const square = s * s;
  return 2 * s * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9 + square / 11)))));
}

/** tanh x = (e²ˣ − 1) / (e²ˣ + 1), from the side on which nothing overflows. */
export function tanhOf(x: number): number {
  if (isNaNOf(x) > 0) return x;
  const e = expm1Of(-2 * Math.abs(x));
  const y = -e / (e + 2);
  if (x < 0) return -y;
  return y;
}

/** 1 / (1 + e⁻ˣ). */
export function logistic(x: number): number {
  return 1 / (1 + expOf(-x));
}

/** ln(1 + eˣ), written so that it overflows on neither side. */
export function log1pExp(x: number): number {
  return maxOf(x, 0) + log1pOf(expOf(-Math.abs(x)));
}

/** e^(−x²/2). */
export function gaussian(x: number): number {
  return expOf(-0.5 * x * x);
}

/** xʸ, where GPUs know it for positive x only, and not for NaN. */
export function powOf(x: number, y: number): number {
  if (y === 0) return 1;
  if (isNaNOf(x) > 0) return x;
  if (isNaNOf(y) > 0) return y;
  if (y === 1) return x;
  if (y === 2) return x * x;
  if (y === -1) return 1 / x;
  if (x > 0) return x ** y;
  if (x === 0) {
    if (y > 0) return 0;
    return 1 / Math.abs(x);
  }
  const size = (-x) ** y;
  const half = Math.floor(y / 2);
  if (y === half * 2) return size;
  if (y === half * 2 + 1) return -size;
  if (x - x === 0) return Math.sqrt(x);
  return size;
}
