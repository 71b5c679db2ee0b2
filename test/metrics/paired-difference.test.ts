/** The paired t-test, by what R prints for two data sets that come with it. */

import { describe, expect, it } from "vitest";
import { holm } from "../../src/metrics/holm.js";
import { pairedDifference } from "../../src/metrics/paired-difference.js";

describe("pairedDifference", () => {
  it("is R's t.test(extra ~ group, data = sleep, paired = TRUE): Student's own example", () => {
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const { difference, interval, pValue } = pairedDifference(first, second);
    expect(difference).toBeCloseTo(1.58, 10);
    expect(interval.low).toBeCloseTo(0.7001142, 6);
    expect(interval.high).toBeCloseTo(2.4598858, 6);
    expect(pValue).toBeCloseTo(0.002833, 6);
  });

  it("is R's t.test(1:5), whose degrees of freedom are even", () => {
    const { interval, pValue } = pairedDifference([0, 0, 0, 0, 0], [1, 2, 3, 4, 5]);
    expect(interval.low).toBeCloseTo(1.036757, 6);
    expect(interval.high).toBeCloseTo(4.963243, 6);
    expect(pValue).toBeCloseTo(0.01324, 5);
  });

  it("has Cauchy's distribution for two pairs: half of it lies between −1 and 1", () => {
    const { interval, pValue } = pairedDifference([0, 0], [0, 2]);
    expect(pValue).toBeCloseTo(0.5, 12);
    expect(interval.high).toBeCloseTo(1 + 12.7062047364, 8);
  });

  it("is certain of what is always the same", () => {
    expect(pairedDifference([1, 2], [1, 2])).toEqual({ difference: 0, interval: { low: 0, high: 0 }, pValue: 1 });
    expect(pairedDifference([1, 2], [2, 3])).toEqual({ difference: 1, interval: { low: 1, high: 1 }, pValue: 0 });
  });

  it("refuses one pair, and lists that are no pairs", () => {
    expect(() => pairedDifference([1], [2])).toThrow("one pair says nothing about chance");
    expect(() => pairedDifference([1, 2], [2])).toThrow("pairedDifference: 2 predictions for 1 targets");
    expect(() => pairedDifference([1, 2], [2, Number.NaN])).toThrow("pairedDifference: the second number at 1 is NaN");
    expect(() => pairedDifference(["1", 2] as never, [2, 3])).toThrow('pairedDifference: the first number at 0 is "1"');
  });
});

describe("holm", () => {
  it('is R\'s p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")', () => {
    for (const [i, p] of holm([0.01, 0.04, 0.03, 0.005]).entries()) {
      expect(p).toBeCloseTo([0.03, 0.06, 0.06, 0.02][i], 12);
    }
  });

  it("never goes above 1, and leaves a single test as it is", () => {
    expect(holm([0.6, 0.9])).toEqual([1, 1]);
    expect(holm([0.04])).toEqual([0.04]);
    expect(holm([])).toEqual([]);
  });
});
