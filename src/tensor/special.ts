/** Functions that pointwise rows call and Math lacks; a backend's `kernels/math.ts` has its own, by the same names. */

/** 1 / (1 + e⁻ˣ). */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** ln(1 + eˣ), written so that it overflows on neither side. */
export function log1pExp(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** e^(−x²/2). */
export function gaussian(x: number): number {
  return Math.exp(-0.5 * x * x);
}

/**
 * The standard normal's distribution function Φ(x), by a series of positive terms:
 * Φ(x) = ½ + φ(x)·Σ x²ⁿ⁺¹ / (1·3·5···(2n+1)).
 * @see M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.2.11
 */
export function normalCdf(x: number): number {
  if (x > 8 || x < -8) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let n = 3; n < 300; n += 2) {
    term = (term * x * x) / n;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}
