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
 * Φ(x) − ½ of the standard normal's distribution function Φ, by a series of positive terms: φ(x)·Σ x²ⁿ⁺¹ / (1·3·5···(2n+1)).
 * @see M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.2.11
 */
export function normalMass(x: number): number {
  if (x > 8 || x < -8) return x > 0 ? 0.5 : -0.5;
  let term = x;
  let sum = x;
  for (let n = 3; n < 300; n += 2) {
    term = (term * x * x) / n;
    sum += term;
  }
  return (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** The standard normal's distribution function Φ(x). */
export function normalCdf(x: number): number {
  return 0.5 + normalMass(x);
}

/** erf x = 2·Φ(x·√2) − 1. */
export function errorFunction(x: number): number {
  return 2 * normalMass(x * Math.SQRT2);
}

/** The nearest whole number; of two that are as near, the even one. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5 || (rest === 0.5 && below % 2 === 0)) return below;
  return below + 1;
}
