/** bootstrapInterval: how far a figure measured on a sample may be from the truth. */

import { aCount, aFunction, checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { numberBetween } from "../tensor/kinds.js";
import { aGenerator, defaultGenerator, type Generator } from "../tensor/random.js";

/** Where a figure lies with some confidence. */
export interface Interval {
  /** Its lower end. */
  low: number;
  /** Its upper end. */
  high: number;
}

export interface BootstrapOptions {
  /** How often a new sample is drawn. Default 1000. */
  resamples?: number;
  /** Chance that such an interval holds the true value. Default 0.95. */
  confidence?: number;
  /** Default: the "sample" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<BootstrapOptions> = {
  resamples: aCount,
  confidence: numberBetween(0, 1),
  generator: aGenerator,
};

/** The value that a share `q` of the sorted numbers lies below, interpolated between neighbours, as numpy.quantile. */
function quantile(sorted: Float64Array, q: number): number {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/**
 * The percentile bootstrap: draws n of the n examples with replacement, again and again, and returns the middle part of
 * what the statistic becomes. For a difference between two models, let the statistic measure both on the same sample.
 * @param n number of examples
 * @param statistic from the drawn examples, in ascending order, to a number; NaN (an AUC without positives) does not
 * count
 * @throws RangeError when n or `resamples` is no positive integer, `confidence` not between 0 and 1, or every statistic
 * NaN
 * @see B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 1979
 */
export function bootstrapInterval(
  n: number,
  statistic: (sample: Int32Array) => number,
  options: BootstrapOptions = {},
): Interval {
  checkArgument("bootstrapInterval", "n", n, aCount);
  checkArgument("bootstrapInterval", "statistic", statistic, aFunction);
  checkOptions("bootstrapInterval", options, KINDS);
  const { resamples = 1000, confidence = 0.95, generator = defaultGenerator("sample") } = options;
  const sample = new Int32Array(n);
  const drawn = Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < n; i++) sample[i] = generator.int(n);
    return statistic(sample.sort());
  });
  const sorted = drawn.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) throw new RangeError("bootstrapInterval: the statistic was NaN for every sample");
  return { low: quantile(sorted, (1 - confidence) / 2), high: quantile(sorted, (1 + confidence) / 2) };
}
