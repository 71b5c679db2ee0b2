/** Charts of the photographs themselves: how many of each class, how large, how bright. */

import type { ImageDataset } from "../../data/image-dataset.js";
import type { PhotoFolder } from "../../data/photo-folder.js";
import { count } from "../../text.js";
import { inQuotes, shortened, thousands } from "../format.js";
import { type Chart, type Charts, COLORS, labelWidth, SPLIT_COLORS } from "./chart.js";

/** The parts of the data. */
export interface Splits {
  train: PhotoFolder;
  /** What tells the best epoch; where it is not there, the test photographs do. */
  validation?: PhotoFolder;
  test: PhotoFolder;
}

/** Those that there are, with what they are called and drawn in. */
export function splitsOf({ train, validation, test }: Splits) {
  return [
    { name: "train", photographs: train, color: SPLIT_COLORS.train },
    ...(validation ? [{ name: "validation", photographs: validation, color: SPLIT_COLORS.validation }] : []),
    { name: "test", photographs: test, color: SPLIT_COLORS.test },
  ] as const;
}

/** More classes than this are bars without a name, from the largest class to the smallest. */
export const NAMED_BARS = 20;

function legendOf(splits: ReturnType<typeof splitsOf>) {
  return { names: splits.map(({ name }) => name), colors: splits.map(({ color }) => color) };
}

/** How many photographs of each class there are. */
export function classBalance(charts: Charts, data: Splits): Chart {
  return data.train.classes.length > NAMED_BARS ? rankedClasses(charts, data) : namedClasses(charts, data);
}

const BALANCE = { name: "class-balance", title: "Photographs of each class" } as const;

function namedClasses(charts: Charts, data: Splits): Chart {
  const { plot } = charts;
  const splits = splitsOf(data);
  const legend = legendOf(splits);
  const names = data.train.classes.map((name) => shortened(name, 20));
  const bars = splits.flatMap(({ name, photographs: { counts } }) =>
    counts.map((photographs, label) => ({ split: name, photographs, label })),
  );
  const at = { x: "photographs", y: "split", fy: "label" } as const;
  const most = Math.max(...bars.map(({ photographs }) => photographs));
  return charts.draw({
    ...BALANCE,
    legend,
    shape: names.length > 6 ? "tall" : undefined,
    height: Math.max(140, 50 + (8 + (names.length > 6 ? 14 : 22) * splits.length) * names.length),
    marginLeft: labelWidth(names),
    x: { label: "photographs", domain: [0, 1.2 * most], ticks: 4, tickFormat: thousands },
    y: { axis: null, domain: legend.names, grid: false },
    fy: { label: null, axis: "left", padding: 0.25, tickFormat: (label: number) => names[label] },
    color: { domain: legend.names, range: legend.colors },
    marks: [
      plot.barX(bars, { ...at, fill: "split" }),
      plot.text(bars, { ...at, text: ({ photographs }) => count(photographs), textAnchor: "start", dx: 4 }),
      plot.ruleX([0]),
    ],
  });
}

function rankedClasses(charts: Charts, data: Splits): Chart {
  const { plot } = charts;
  const splits = splitsOf(data);
  const legend = legendOf(splits);
  const { classes, counts } = data.train;
  const ranked = [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
  const bars = splits.flatMap(({ name, photographs: { counts } }) =>
    ranked.map((label, rank) => ({ split: name, photographs: counts[label], rank })),
  );
  const told = (label: number) => `${count(counts[label])} of ${inQuotes(classes[label])}`;
  return charts.draw({
    ...BALANCE,
    legend,
    note: `To train on there are ${told(ranked[0])} down to ${told(ranked[ranked.length - 1])}.`,
    x: { type: "band", label: "classes, the largest first", ticks: [], grid: false },
    y: { label: "photographs", ticks: 5, tickFormat: thousands },
    color: { domain: legend.names, range: legend.colors },
    marks: [plot.barY(bars, { x: "rank", y: "photographs", fill: "split", inset: 0.2 }), plot.ruleY([0])],
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

/** Sizes to be named on an axis: doublings between the ends, or, where there are hardly any, the ends. */
export function sideTicks(from: number, to: number): number[] {
  const doublings = Array.from({ length: 15 }, (_, i) => 2 ** i).filter((side) => side >= from && side <= to);
  if (doublings.length > 1) return doublings;
  const ends = [Math.ceil(from), Math.floor(to)];
  return to / from < 1.3 ? [Math.round(Math.sqrt(from * to))] : ends;
}

/** How large the photographs are in their files. */
export function originalSizes(charts: Charts, data: Splits): Chart {
  const { plot } = charts;
  const sides = splitsOf(data).flatMap(({ photographs: { widths, heights } }) =>
    Array.from(widths, (width, i) => Math.max(width, heights[i])),
  );
  const bins = logarithmicBins(sides, 24);
  const [from, to] = [bins[0].from, bins[bins.length - 1].to];
  return charts.draw({
    name: "original-sizes",
    title: "Size in the files",
    x: {
      type: "log",
      label: "longer side in pixels",
      domain: [from, to],
      ticks: sideTicks(from, to),
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

const CHANNEL_COLORS: Record<string, string> = {
  red: "#d9484f",
  green: COLORS.green,
  blue: COLORS.blue,
  grey: COLORS.grey,
};

/** Whether the three channels of every photograph are the same. */
export function isGrey(dataset: ImageDataset): boolean {
  const plane = dataset.size ** 2;
  return [...dataset.labels.keys()].every((i) => {
    const pixels = dataset.pixels(i);
    for (let p = 0; p < plane; p++) {
      if (pixels[p] !== pixels[plane + p] || pixels[p] !== pixels[2 * plane + p]) return false;
    }
    return true;
  });
}

/**
 * Over all pixels of all photographs, at the size that the net sees.
 * @param grey whether the first channel says all
 */
export function channelStatistics(dataset: PhotoFolder, grey: boolean): ChannelStatistics[] {
  const plane = dataset.size ** 2;
  return (grey ? ["grey"] : CHANNELS).map((channel, c) => {
    const counts = new Float64Array(256);
    for (let i = 0; i < dataset.length; i++) {
      for (const value of dataset.pixels(i).subarray(c * plane, (c + 1) * plane)) counts[value]++;
    }
    const shares = Array.from(counts, (n) => n / (plane * dataset.length));
    const mean = shares.reduce((sum, share, value) => sum + (share * value) / 255, 0);
    const variance = shares.reduce((sum, share, value) => sum + share * (value / 255 - mean) ** 2, 0);
    return { channel, mean, deviation: Math.sqrt(variance), shares };
  });
}

/** How often each brightness occurs, in each channel. */
export function brightness(charts: Charts, channels: readonly ChannelStatistics[]): Chart {
  const { plot } = charts;
  const names = channels.map(({ channel }) => channel);
  const colors = names.map((name) => CHANNEL_COLORS[name]);
  // Four values together: single ones are noise, and three lines of 256 points no clearer.
  const lines = channels.map(({ shares }) =>
    Array.from({ length: 64 }, (_, i) => ({
      value: 4 * i + 1.5,
      share: 25 * shares.slice(4 * i, 4 * i + 4).reduce((sum, share) => sum + share, 0),
    })),
  );
  return charts.draw({
    name: "brightness",
    title: names.length === 1 ? "Brightness" : "Brightness in each channel",
    legend: names.length === 1 ? undefined : { names, colors },
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
