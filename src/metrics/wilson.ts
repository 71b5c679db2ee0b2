/** wilsonInterval: how far a share that was counted among some examples may be from the truth. */

import type { Interval } from "./bootstrap.js";

/** A standard normal lies between −Z and Z with a chance of 95 %. */
const Z = 1.959963984540054;

/**
 * Wilson's score interval: every share p for which `hits` of `n` is no further from p·n than chance goes 95 times of 100.
 * It is right for few examples, too: where all of ten are hits, samples drawn from them can only say 100 %, this one says
 * that it may be 72 %.
 * @param hits how many of the examples have what is counted
 * @param n number of examples, 1 or more
 * @see E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927;
 * scipy.stats.binomtest(hits, n).proportion_ci(method="wilson")
 */
export function wilsonInterval(hits: number, n: number): Interval {
  const share = hits / n;
  const pull = Z ** 2 / n;
  const middle = (share + pull / 2) / (1 + pull);
  const reach = (Z * Math.sqrt((share * (1 - share)) / n + pull / (4 * n))) / (1 + pull);
  // Rounding must not exclude what was seen.
  return { low: hits === 0 ? 0 : middle - reach, high: hits === n ? 1 : middle + reach };
}
