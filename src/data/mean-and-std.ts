/** The mean and the standard deviation of each channel of a dataset: what `Normalize` takes. */

/** Of each channel. */
export interface MeanAndStd {
  /** [C] */
  mean: number[];
  /** [C], of all numbers of a channel: the square root of their mean squared distance from its mean. */
  std: number[];
}

/**
 * @param examples [channels, inner] each
 * @param unit what a number is multiplied by
 */
export function meanAndStdOf(
  examples: () => Iterable<ArrayLike<number>>,
  { channels, inner, unit = 1 }: { channels: number; inner: number; unit?: number },
): MeanAndStd {
  // From the first number of each channel: of one that is always the same, the deviation is 0, without any rounding.
  const first = new Array<number>(channels).fill(0);
  for (const example of examples()) {
    for (const channel of first.keys()) first[channel] = example[channel * inner];
    break;
  }
  // In two passes: the difference of large squares would be off.
  const averaged = (of: (value: number, channel: number) => number): number[] => {
    const sums = new Array<number>(channels).fill(0);
    let count = 0;
    for (const example of examples()) {
      for (let i = 0; i < example.length; i++) {
        const channel = Math.floor(i / inner);
        sums[channel] += of(example[i], channel);
      }
      count += inner;
    }
    return sums.map((sum) => sum / count);
  };
  const mean = averaged((value, channel) => value - first[channel]).map((offset, channel) => first[channel] + offset);
  const variance = averaged((value, channel) => (value - mean[channel]) ** 2);
  return { mean: mean.map((value) => value * unit), std: variance.map((value) => Math.sqrt(value) * unit) };
}
