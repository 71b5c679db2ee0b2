/** mcnemar: whether two classifiers that were tested on the same examples differ by more than chance. */

import { refuseMore } from "../tensor/arguments.js";
import { checkClasses } from "./classification.js";

/** What two classifiers do differently, and whether that may be chance. */
export interface McNemar {
  /** Examples that only the first gets right. */
  onlyFirst: number;
  /** Examples that only the second gets right. */
  onlySecond: number;
  /** Chance of a split at least as uneven, were both equally good. */
  pValue: number;
}

/** P(X ≤ k) for X out of n fair coins, summed from logarithms: the first terms underflow for large n. */
function fairCoinsAtMost(k: number, n: number): number {
  let logTerm = -n * Math.LN2;
  let sum = Math.exp(logTerm);
  for (let i = 0; i < k; i++) {
    logTerm += Math.log((n - i) / (i + 1));
    sum += Math.exp(logTerm);
  }
  return sum;
}

/**
 * McNemar's test, exact: examples that both get right or both get wrong say nothing; were the two equally good, the
 * others would fall to either side like fair coins.
 * @param first predictions of one classifier
 * @param second predictions of the other for the same examples
 * @param labels what each example is
 * @throws RangeError unless there is one prediction of each for every label, and all of them are classes
 * @see statsmodels' `mcnemar(table, exact=True)`; scipy.stats.binomtest
 */
export function mcnemar(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: ArrayLike<number>,
  ...more: never[]
): McNemar {
  refuseMore("mcnemar(first, second, labels)", more);
  checkClasses("mcnemar", first, labels);
  checkClasses("mcnemar", second, labels);
  let [onlyFirst, onlySecond] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const [firstRight, secondRight] = [first[i] === labels[i], second[i] === labels[i]];
    if (firstRight && !secondRight) onlyFirst++;
    if (secondRight && !firstRight) onlySecond++;
  }
  const tail = fairCoinsAtMost(Math.min(onlyFirst, onlySecond), onlyFirst + onlySecond);
  return { onlyFirst, onlySecond, pValue: Math.min(1, 2 * tail) };
}
