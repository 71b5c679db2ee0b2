/** Draws from Beta(α, α), a share of something: near 0 or 1 for a small α, near ½ for a large one. */

import type { Generator } from "../../tensor/random.js";

/** Gamma(shape), by Marsaglia and Tsang (2000); below 1, from that of one more. */
function gamma(shape: number, random: Generator): number {
  // 1 − uniform is never 0.
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** In [0, 1]. */
export function beta(alpha: number, random: Generator): number {
  const [a, b] = [gamma(alpha, random), gamma(alpha, random)];
  // Both are 0 where they are too small for a number: either end is as likely.
  return a + b === 0 ? Math.round(random.uniform()) : a / (a + b);
}
