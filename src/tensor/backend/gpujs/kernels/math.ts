/**
 * Functions that kernels call: what GPUs compute less exactly than JavaScript does, or not at all. No parameter is named
 * like a kernel's constant: GPU.js would read the constant instead (seen in `cpu` mode).
 */

export { errorFunction, normalCdf, normalMass } from "../../../special.js";

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

/** ln(1 + x): u − 1 is what rounding 1 + x to u left of x, so x / (u − 1) mends ln u (Kahan). */
export function log1pOf(x: number): number {
  if (Math.abs(x) < 0.0001) return x - (x * x) / 2;
  if (x > 100000000) return logOf(x);
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

/** The nearest whole number; of two that are as near, the even one. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  const half = Math.floor(below / 2);
  if (below === half * 2) return below;
  return below + 1;
}

/**
 * sin(x + quarters·π/2): GPUs' own are only exact to a fixed number of digits behind the point, and near 0 at that. π/2 is
 * taken in three parts, the first two with so few digits that n times them is exact: within ±8,192 the result is as exact as
 * floats are. Far beyond, nobody knows where in its period x is, but no sine is above 1.
 */
export function circularOf(x: number, quarters: number): number {
  const n = roundHalfEven(x * 0.636619772);
  const rest = x - n * 1.5703125 - n * 0.0004837512969970703 - n * 0.0000000754978995489188;
  const r = minOf(maxOf(rest, -0.7854), 0.7854);
  const square = r * r;
  const quarter = n + quarters;
  const turn = quarter - 4 * Math.floor(quarter / 4);
  let y = r + r * square * (-0.16666654611 + square * (0.0083321608736 - square * 0.00019515295891));
  if (turn === 1 || turn === 3) {
    const c = 0.04166664568298827 + square * (-0.001388731625493765 + square * 0.00002443315711809948);
    y = 1 - square / 2 + square * square * c;
  }
  if (turn > 1) return -y;
  return y;
}

export function sinOf(x: number): number {
  return circularOf(x, 0);
}

export function cosOf(x: number): number {
  return circularOf(x, 1);
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
  // Not by x − x, which a GPU's compiler takes for 0 whatever x is.
  if (x >= -3.4028234e38) return Math.sqrt(x);
  return size;
}
