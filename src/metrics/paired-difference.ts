/** pairedDifference: how much better one of two is, measured in pairs, and how far chance may have moved that. */

import type { Interval } from "./bootstrap.js";
import { checkNumbers, checkPairs } from "./classification.js";

export interface PairedDifference {
  /** Mean of second − first. */
  difference: number;
  /** Where the true mean lies, with a chance of 95 %. */
  interval: Interval;
  /** Chance of a mean at least as far from 0, were there no difference. */
  pValue: number;
}

/**
 * P(|T| ≤ t) of Student's distribution, by its finite sums.
 * @see M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4
 */
function studentWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const odd = degrees % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * Math.cos(angle) ** 2;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/** The t that lies within with this chance: by halving the angle whose tangent it is. */
function studentQuantile(chance: number, degrees: number): number {
  const at = (angle: number) => Math.sqrt(degrees) * Math.tan(angle);
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (studentWithin(at(middle), degrees) < chance) low = middle;
    else high = middle;
  }
  return at(low);
}

/**
 * The paired t-test: the differences of n pairs (the same seed, say) are taken for draws from a normal distribution.
 * @param first a number for each pair
 * @param second the other number of each pair
 * @throws RangeError for fewer than two pairs, or lists of different lengths
 * @see scipy.stats.ttest_rel
 */
export function pairedDifference(first: ArrayLike<number>, second: ArrayLike<number>): PairedDifference {
  checkPairs("pairedDifference", first, second, "targets");
  checkNumbers("pairedDifference", "first number", first);
  checkNumbers("pairedDifference", "second number", second);
  const n = first.length;
  if (n < 2) throw new RangeError("pairedDifference: one pair says nothing about chance; take two or more");
  const differences = Array.from(first, (value, i) => second[i] - value);
  const difference = differences.reduce((sum, value) => sum + value, 0) / n;
  const squares = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0);
  const error = Math.sqrt(squares / (n - 1) / n);
  const reach = error * studentQuantile(0.95, n - 1);
  const interval = { low: difference - reach, high: difference + reach };
  // Differences that are all the same leave nothing to chance.
  if (error === 0) return { difference, interval, pValue: difference === 0 ? 1 : 0 };
  return { difference, interval, pValue: 1 - studentWithin(Math.abs(difference) / error, n - 1) };
}
