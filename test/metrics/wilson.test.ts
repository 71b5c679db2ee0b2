/** Wilson's interval, by scipy.stats.binomtest(hits, n).proportion_ci(method="wilson"), and by its definition. */

import { describe, expect, it } from "vitest";
import { wilsonInterval } from "../../src/metrics/wilson.js";

describe("wilsonInterval", () => {
  it.each([
    [8, 10, 0.4901625, 0.9433178],
    [15, 148, 0.0623864, 0.1604872],
    [0, 10, 0, 0.2775328],
    [10, 10, 0.7224672, 1],
  ])("%d of %d", (hits, n, low, high) => {
    const interval = wilsonInterval(hits, n);
    expect(interval.low).toBeCloseTo(low, 6);
    expect(interval.high).toBeCloseTo(high, 6);
  });

  it("ends where the count is 1.96 standard errors away", () => {
    const { low, high } = wilsonInterval(30, 200);
    for (const end of [low, high]) {
      expect(Math.abs(0.15 - end) / Math.sqrt((end * (1 - end)) / 200)).toBeCloseTo(1.959964, 5);
    }
  });

  it("holds what was seen, to the last bit", () => {
    for (let n = 1; n < 200; n++) {
      expect(wilsonInterval(n, n).high).toBe(1);
      expect(wilsonInterval(0, n).low).toBe(0);
    }
  });
});
