/** What losses take for logarithms of probabilities. */

/** So much may rounding make of one above 0, or what was added before the logarithm. */
const SLACK = 1e-3;

/**
 * NaN and infinity are left to whoever looks for those.
 * @param values row by row
 * @param rowLength how many of them an example has
 * @param advice what to do about it
 * @throws RangeError naming the first example with a number that is no logarithm of a probability: they are at most 0
 */
export function checkLogarithms(who: string, values: ArrayLike<number>, rowLength: number, advice: string): void {
  const wrong = Array.prototype.findIndex.call(values, (value) => value > SLACK && value < Infinity);
  if (wrong === -1) return;
  throw new RangeError(
    `${who}: expected log-probabilities, which are at most 0; example ${Math.floor(wrong / rowLength)} has ` +
      `${values[wrong]}. ${advice}`,
  );
}
