/** Charts of a sweep: what each option does, all options together, and how training went. */

import type { EpochLine } from "../../run/run-json.js";
import { plural } from "../../text.js";
import { deciding, type MetricName } from "../../train/best-epoch.js";
import { shortened } from "../format.js";
import { spreadOf, textOf } from "../sweep-results.js";
import { type Chart, type Charts, COLORS, type Legend, PAGE, PALETTE } from "./chart.js";
import { epochTicks } from "./training.js";

/** A setting as the charts draw it: the best comes first. */
export interface DrawnSetting {
  name: string;
  setting: Readonly<Record<string, unknown>>;
  /** Of each trial, the metric up to the epoch that all settings have reached. */
  values: readonly number[];
  /** Of each trial, all epochs that are over. */
  lines: readonly (readonly EpochLine[])[];
}

/** So many of the best have a colour; the others are grey. */
const NAMED = PALETTE.length;

/** Colours by place: the best first. */
function legendOf(settings: readonly DrawnSetting[]): Legend {
  const names = settings.slice(0, NAMED).map(({ name }) => shortened(name, 48));
  const others = settings.length - NAMED;
  if (others <= 0) return { names, colors: PALETTE };
  return { names: [...names, plural(others, "other")], colors: [...PALETTE, COLORS.grey] };
}

/** The look of the line of one setting. */
function stroke(place: number) {
  return place < NAMED
    ? { stroke: PALETTE[place], strokeWidth: 2 }
    : { stroke: COLORS.grey, strokeWidth: 1, strokeOpacity: 0.5 };
}

/** What an option's values are on an axis: their places in order; numbers by size, others as they first come. */
function valuesOf(settings: readonly DrawnSetting[], option: string): unknown[] {
  const all = new Map(settings.map(({ setting }) => [textOf(setting[option]), setting[option]]));
  const values = [...all.values()];
  return values.every((value) => typeof value === "number") ? values.sort((a, b) => a - b) : values;
}

/** Of an option with more values than this, not each has a tick. */
const TICKS = 8;

/**
 * The metric of every trial by the value of one option, and the mean of each value: the other options differ beneath it.
 * Everything is measured after the same number of epochs.
 */
export function effectChart(
  charts: Charts,
  settings: readonly DrawnSetting[],
  { option, metric }: { option: string; metric: MetricName },
): Chart {
  const { plot } = charts;
  const values = valuesOf(settings, option);
  const places = values.map(textOf);
  const points = settings.flatMap(({ setting, values: own }) =>
    own.map((value) => ({ place: places.indexOf(textOf(setting[option])), value })),
  );
  const means = places.flatMap((_, place) => {
    const own = points.filter((point) => point.place === place).map(({ value }) => value);
    return own.length > 0 ? [{ place, value: spreadOf(own).mean }] : [];
  });
  const every = Math.ceil(places.length / TICKS);
  return charts.draw({
    name: `effect-${option}`,
    title: `${metric} by ${option}`,
    legend: { names: ["a trial", "mean"], colors: [COLORS.grey, COLORS.blue] },
    marginTop: 22,
    x: {
      label: option,
      domain: [-0.5, places.length - 0.5],
      ticks: [...places.keys()].filter((place) => place % every === 0),
      tickFormat: (place: number) => shortened(places[place], 12),
    },
    y: { label: metric, nice: true, ticks: 6 },
    marks: [
      plot.dot(points, { x: "place", y: "value", r: 2.5, fill: COLORS.grey, fillOpacity: 0.7 }),
      plot.line(means, { x: "place", y: "value", stroke: COLORS.blue, strokeWidth: 2 }),
      plot.dot(means, { x: "place", y: "value", fill: COLORS.blue, r: 4 }),
    ],
  });
}

/** An axis of the parallel coordinates: where each setting meets it, from 0 to 1, and what stands beside. */
interface Coordinate {
  label: string;
  at: (setting: DrawnSetting) => number;
  ticks: { at: number; text: string }[];
}

function ofOption(settings: readonly DrawnSetting[], option: string): Coordinate {
  const places = valuesOf(settings, option).map(textOf);
  const at = (place: number) => (places.length === 1 ? 0.5 : place / (places.length - 1));
  const every = Math.ceil(places.length / TICKS);
  return {
    label: option,
    at: ({ setting }) => at(places.indexOf(textOf(setting[option]))),
    ticks: places
      .map((text, place) => ({ at: at(place), text: shortened(text, 14) }))
      .filter((_, i) => i % every === 0),
  };
}

function ofMetric(settings: readonly DrawnSetting[], metric: MetricName): Coordinate {
  const means = settings.map(({ values }) => spreadOf(values).mean);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const at = (value: number) => (high === low ? 0.5 : (value - low) / (high - low));
  return {
    label: metric,
    at: ({ values }) => at(spreadOf(values).mean),
    ticks: [...new Set([low, high])].map((value) => ({ at: at(value), text: value.toFixed(4) })),
  };
}

/** A line for each setting, through its value of each option to the mean of the metric: the best in colour. */
export function parallelChart(
  charts: Charts,
  settings: readonly DrawnSetting[],
  { options, metric }: { options: readonly string[]; metric: MetricName },
): Chart {
  const { plot } = charts;
  const axes = [...options.map((option) => ofOption(settings, option)), ofMetric(settings, metric)];
  const lines = settings.map((setting) => axes.map((axis, x) => ({ x, y: axis.at(setting) })));
  const ticks = axes.flatMap(({ ticks }, x) => ticks.map(({ at, text }) => ({ x, y: at, text })));
  // The best last: they are drawn over the others.
  const drawn = lines.map((points, place) => plot.line(points, { x: "x", y: "y", ...stroke(place) })).reverse();
  return charts.draw({
    name: "parallel-coordinates",
    title: "All options together",
    alt: `Parallel coordinates of ${settings.length} settings over ${options.join(", ")} and ${metric}`,
    legend: legendOf(settings),
    shape: "wide",
    width: PAGE,
    height: 360,
    marginLeft: 30,
    marginRight: 90,
    marginTop: 22,
    x: {
      label: null,
      domain: [0, axes.length - 1],
      ticks: [...axes.keys()],
      tickFormat: (x: number) => axes[x].label,
      tickSize: 0,
      grid: false,
    },
    y: { axis: null, domain: [-0.05, 1.05], grid: false },
    marks: [
      plot.ruleX([...axes.keys()], { stroke: "currentColor", strokeOpacity: 0.4 }),
      ...drawn,
      plot.text(ticks, { x: "x", y: "y", text: "text", dx: 6, textAnchor: "start" }),
    ],
  });
}

/** The metric of each epoch, the mean over seeds: as long as all trials of a setting go. */
export function curvesChart(charts: Charts, settings: readonly DrawnSetting[], metric: MetricName): Chart {
  const { plot } = charts;
  const curves = settings.map(({ lines }) => {
    const epochs = Math.min(...lines.map((own) => own.length));
    return Array.from({ length: epochs }, (_, i) => ({
      epoch: i + 1,
      value: spreadOf(lines.map((own) => deciding(own[i])[metric]!)).mean,
    }));
  });
  const drawn = curves.flatMap((points, place) => [
    plot.line(points, { x: "epoch", y: "value", ...stroke(place) }),
    // What has one epoch only has no line.
    plot.dot(points.slice(-1), { x: "epoch", y: "value", fill: stroke(place).stroke, r: 2.5 }),
  ]);
  return charts.draw({
    name: "curves",
    title: `${metric} by epoch, on the validation photographs`,
    legend: legendOf(settings),
    shape: "wide",
    width: PAGE,
    height: 360,
    marginTop: 22,
    x: { label: "epoch", ticks: epochTicks(Math.max(...curves.map((points) => points.length))), tickFormat: "d" },
    y: { label: metric, nice: true, ticks: 6 },
    marks: drawn.reverse(),
  });
}
