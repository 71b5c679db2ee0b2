/** What the report says and draws of the photographs: their sizes and their brightness. */

import { describe, expect, it } from "vitest";
import { PhotoFolder } from "../../src/data/photo-folder.js";
import { Charts } from "../../src/report/charts/chart.js";
import {
  brightness,
  type ChannelStatistics,
  channelStatistics,
  isGrey,
  logarithmicBins,
} from "../../src/report/charts/data.js";
import { sizesInWords } from "../../src/report/sections/data.js";

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

describe("sizes in words", () => {
  const times = (n: number, size: [number, number]) => Array.from({ length: n }, () => size);

  it("say once what is the same for all", () => {
    expect(sizesInWords(times(5, [28, 28]), 32)).toBe(
      "All photographs are 28 × 28 pixels; the net sees them stretched to 32 × 32 pixels.",
    );
    expect(sizesInWords(times(5, [1024, 32]), 32)).toMatch(/^All photographs are 1,024 × 32 pixels; /);
    expect(sizesInWords(times(5, [32, 32]), 32)).toBe("All photographs are 32 × 32 pixels, as the net sees them.");
  });

  it("tell of several sizes the range, and how many are square only where that is neither all nor none", () => {
    const mixed = [...times(2, [20, 20]), ...times(1, [30, 40]), ...times(1, [60, 50])];
    expect(sizesInWords(mixed, 32)).toBe(
      "The longer side of the photographs is 20 to 60 pixels, half of them have at most 40; 50.00\u00a0% are square. " +
        "The net sees each stretched to 32 × 32 pixels.",
    );
    expect(sizesInWords([...times(1, [20, 20]), ...times(1, [30, 30])], 32)).toContain("; all are square.");
    expect(sizesInWords([...times(1, [20, 30]), ...times(1, [30, 20])], 32)).toMatch(
      /^The longer side of every photograph is 30 pixels; none is square\./,
    );
  });
});

describe("the brightness of grey photographs", () => {
  /** Photographs of 2 × 2 pixels. */
  const folderOf = (pixels: number[][]) =>
    new PhotoFolder({
      pixels: pixels.map((values) => Uint8Array.from(values)),
      labels: Int32Array.from(pixels, (_, i) => i % 2),
      size: 2,
      classes: ["a", "b"],
      folder: "nowhere",
      files: pixels.map((_, i) => `${i}.png`),
      widths: Int32Array.from(pixels, () => 2),
      heights: Int32Array.from(pixels, () => 2),
      skipped: [],
    });
  const grey = [1, 2, 3, 255].flatMap((_, c, all) => (c < 3 ? all : []));
  const colored = [...grey.slice(0, 11), 254];

  it("is one curve, not three of which one hides the others", async () => {
    const folder = folderOf([grey, grey]);
    expect([isGrey(folder), isGrey(folderOf([grey, colored]))]).toEqual([true, false]);
    const charts = await Charts.load();
    const curves = (channels: ChannelStatistics[]) =>
      brightness(charts, channels).svg.match(/aria-label="line"/g)?.length;
    expect(curves(channelStatistics(folder, true))).toBe(1);
    expect(curves(channelStatistics(folder, false))).toBe(3);
  });

  it("is of the pixels' values from 0 to 1", () => {
    const [{ mean, deviation }] = channelStatistics(folderOf([grey, grey]), true);
    expect(mean).toBeCloseTo(261 / 4 / 255, 12);
    const variance = [1, 2, 3, 255].reduce((sum, x) => sum + (x / 255 - mean) ** 2, 0) / 4;
    expect(deviation).toBeCloseTo(Math.sqrt(variance), 12);
  });
});
