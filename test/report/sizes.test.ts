/** How the sizes of photographs are counted for their chart. */

import { describe, expect, it } from "vitest";
import { logarithmicBins } from "../../src/report/charts/data.js";

describe("bins of the same ratio", () => {
  it("hold every size once, in the bin that spans it, however many there are", () => {
    const sizes = Array.from({ length: 200_000 }, (_, i) => 3 + (i % 1000));
    const bins = logarithmicBins(sizes, 24);
    expect(bins.map(({ photographs }) => photographs)).toEqual(
      // The largest is on the edge of the last.
      bins.map(({ from, to }, i) => sizes.filter((size) => size >= from && (size < to || i === 23)).length),
    );
    for (const { from, to } of bins) expect(to / from).toBeCloseTo((1002 / 3) ** (1 / 24), 10);
    expect(bins[0].from).toBe(3);
    expect(bins[23].to).toBeCloseTo(1002, 9);
  });

  it("are a single one where all sizes are the same", () => {
    const [bin, ...others] = logarithmicBins([32, 32, 32], 24);
    expect(others).toEqual([]);
    expect(bin.photographs).toBe(3);
    expect(bin.from < 32 && bin.to > 32).toBe(true);
  });
});
