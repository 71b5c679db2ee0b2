/** holm: p-values of several tests, corrected for their number: of many, some are small by chance alone. */

/**
 * Adjusted p-values, in the order given: the least is multiplied by their number n, the next by n − 1, and so on, each at
 * least as large as the one before, and none above 1. Whoever takes those below 0.05 for differences takes chance for one
 * in 5 % of cases at most.
 * @see S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 1979;
 * statsmodels' `multipletests(method="holm")`
 */
export function holm(pValues: readonly number[]): number[] {
  const n = pValues.length;
  const adjusted: number[] = [];
  let least = 0;
  for (const [rank, i] of [...pValues.keys()].sort((a, b) => pValues[a] - pValues[b]).entries()) {
    least = Math.max(least, Math.min(1, (n - rank) * pValues[i]));
    adjusted[i] = least;
  }
  return adjusted;
}
