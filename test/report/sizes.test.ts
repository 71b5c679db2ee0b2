/** How the sizes of photographs are counted for their chart. */

import { describe, expect, it } from "vitest";
import { logarithmicBins } from "../../src/report/charts/data.js";

describe("bins of the same ratio", () => {
  it("hold every size once, in the bin that spans it, however many there are", () => {
    const sizes = Array.from({ length: 200_000 }, (_, i) => 2 ** (i % 9));
    const bins = logarithmicBins(sizes, 16);
    expect(bins).toHaveLength(16);
    // Two bins an octave, each from its lower edge on; the largest size is in the last.
    const filled = [0, 2, 4, 6, 8, 10, 12, 14, 15];
    bins.forEach(({ from, to, photographs }, i) => {
      expect(to / from).toBeCloseTo(Math.SQRT2, 10);
      const size = 2 ** filled.indexOf(i);
      expect(photographs).toBe(filled.includes(i) ? sizes.filter((each) => each === size).length : 0);
    });
  });

  it("are a single one where all sizes are the same", () => {
    const [bin, ...others] = logarithmicBins([32, 32, 32], 24);
    expect(others).toEqual([]);
    expect(bin.photographs).toBe(3);
    expect(bin.from < 32 && bin.to > 32).toBe(true);
  });
});
