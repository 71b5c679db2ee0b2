/** Prefix codes as deflate and JPEG have them: told by their lengths alone, for those of a length follow each other. */

/** How many codes have each length, from 1 on, and the values of all of them, the shorter codes first. */
export interface PrefixCodes {
  counts: ArrayLike<number>;
  values: ArrayLike<number>;
}

/** The value of the code that comes next, bit by bit; undefined where there is none. */
export function readCode({ counts, values }: PrefixCodes, nextBit: () => number): number | undefined {
  for (let i = 0, code = 0, first = 0, index = 0; i < counts.length; i++) {
    code = 2 * code + nextBit();
    const place = code - first;
    if (place < counts[i]) return values[index + place];
    index += counts[i];
    first = 2 * (first + counts[i]);
  }
  return undefined;
}
