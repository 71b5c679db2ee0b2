/** Charts of the photographs themselves: how many of each class, how large, how bright. */

import type { PhotoFolder } from "../../data/photo-folder.js";
import { count, shortened, thousands } from "../format.js";
import { type Chart, type Charts, COLORS, labelWidth } from "./chart.js";

/** The two parts of the data. */
export interface Splits {
  train: PhotoFolder;
  test: PhotoFolder;
}

export const SPLITS = ["train", "test"] as const;

const SPLIT_COLORS = [COLORS.blue, COLORS.orange];

/** How many photographs of each class there are. */
export function classBalance(charts: Charts, splits: Splits): Chart {
  const { plot } = charts;
  const names = splits.train.classes.map((name) => shortened(name, 20));
  const bars = SPLITS.flatMap((split) =>
    splits[split].counts.map((photographs, label) => ({ split, photographs, label })),
  );
  const at = { x: "photographs", y: "split", fy: "label" } as const;
  const most = Math.max(...bars.map(({ photographs }) => photographs));
  return charts.draw({
    name: "class-balance",
    title: "Photographs of each class",
    legend: { names: SPLITS, colors: SPLIT_COLORS },
    height: Math.max(140, 50 + (names.length > 15 ? 26 : 52) * names.length),
    marginLeft: labelWidth(names),
    x: { label: "photographs", domain: [0, 1.2 * most], ticks: 4, tickFormat: thousands },
    y: { axis: null, domain: [...SPLITS], grid: false },
    fy: { label: null, axis: "left", padding: 0.25, tickFormat: (label: number) => names[label] },
    color: { domain: [...SPLITS], range: SPLIT_COLORS },
    marks: [
      plot.barX(bars, { ...at, fill: "split" }),
      plot.text(bars, { ...at, text: ({ photographs }) => count(photographs), textAnchor: "start", dx: 4 }),
      plot.ruleX([0]),
    ],
  });
}

/** How many photographs there are from one size to another. */
interface Bin {
  from: number;
  to: number;
  photographs: number;
}

/** Bins of the same ratio, for what spans several orders of magnitude: a single one where all sizes are the same. */
export function logarithmicBins(sizes: readonly number[], steps: number): Bin[] {
  const least = sizes.reduce((a, b) => Math.min(a, b));
  const ratio = sizes.reduce((a, b) => Math.max(a, b)) / least;
  if (ratio === 1) return [{ from: least / 1.1, to: least * 1.1, photographs: sizes.length }];
  const edge = (i: number) => least * ratio ** (i / steps);
  const bins = Array.from({ length: steps }, (_, i) => ({ from: edge(i), to: edge(i + 1), photographs: 0 }));
  for (const size of sizes) {
    bins[Math.min(steps - 1, Math.floor((steps * Math.log(size / least)) / Math.log(ratio)))].photographs++;
  }
  return bins;
}

/** How large the photographs are in their files. */
export function originalSizes(charts: Charts, { train, test }: Splits): Chart {
  const { plot } = charts;
  const sides = [train, test].flatMap(({ widths, heights }) =>
    Array.from(widths, (width, i) => Math.max(width, heights[i])),
  );
  const bins = logarithmicBins(sides, 24);
  const [from, to] = [bins[0].from, bins[bins.length - 1].to];
  const doublings = Array.from({ length: 15 }, (_, i) => 2 ** i).filter((side) => side >= from && side <= to);
  return charts.draw({
    name: "original-sizes",
    title: "Size in the files",
    x: {
      type: "log",
      label: "longer side in pixels",
      domain: [from, to],
      ticks: doublings.length > 1 ? doublings : [sides[0]],
      tickFormat: "d",
      grid: false,
    },
    y: { label: "photographs", ticks: 5, tickFormat: thousands },
    marks: [
      plot.rectY(bins, { x1: "from", x2: "to", y: "photographs", fill: COLORS.blue, inset: 0.5 }),
      plot.ruleY([0]),
    ],
  });
}

/** Of one colour channel of a dataset. */
export interface ChannelStatistics {
  channel: string;
  /** 0 to 1, as the net sees them. */
  mean: number;
  deviation: number;
  /** Share of the pixels with each of the 256 values. */
  shares: number[];
}

const CHANNELS = ["red", "green", "blue"];

/** Over all pixels of all photographs, at the size that the net sees. */
export function channelStatistics(dataset: PhotoFolder): ChannelStatistics[] {
  const plane = dataset.size ** 2;
  const counts = CHANNELS.map(() => new Float64Array(256));
  for (let i = 0; i < dataset.length; i++) {
    const pixels = dataset.pixels(i);
    for (let p = 0; p < pixels.length; p++) counts[Math.floor(p / plane)][pixels[p]]++;
  }
  return counts.map((channel, c) => {
    const shares = Array.from(channel, (n) => n / (plane * dataset.length));
    const mean = shares.reduce((sum, share, value) => sum + (share * value) / 255, 0);
    const variance = shares.reduce((sum, share, value) => sum + share * (value / 255 - mean) ** 2, 0);
    return { channel: CHANNELS[c], mean, deviation: Math.sqrt(variance), shares };
  });
}

/** How often each brightness occurs, in each channel. */
export function brightness(charts: Charts, channels: readonly ChannelStatistics[]): Chart {
  const { plot } = charts;
  const colors = ["#d9484f", COLORS.green, COLORS.blue];
  // Four values together: single ones are noise, and three lines of 256 points no clearer.
  const lines = channels.map(({ shares }) =>
    Array.from({ length: 64 }, (_, i) => ({
      value: 4 * i + 1.5,
      share: 25 * shares.slice(4 * i, 4 * i + 4).reduce((sum, share) => sum + share, 0),
    })),
  );
  return charts.draw({
    name: "brightness",
    title: "Brightness in each channel",
    legend: { names: CHANNELS, colors },
    x: { label: "value, 0 is dark and 255 bright", domain: [0, 255], ticks: [0, 64, 128, 192, 255], grid: false },
    y: { label: "pixels with this value (%)", ticks: 5 },
    marks: [
      plot.ruleY([0]),
      ...lines.map((points, c) =>
        plot.line(points, { x: "value", y: "share", stroke: colors[c], strokeWidth: 1.5, curve: "monotone-x" }),
      ),
    ],
  });
}
