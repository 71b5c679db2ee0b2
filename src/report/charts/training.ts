/** Charts of how training went: a figure, epoch by epoch, of one run or of several. */

import type { Chart, Charts } from "./chart.js";

/** A line: one number for each epoch. */
export interface EpochSeries {
  name: string;
  color: string;
  values: readonly number[];
}

export interface EpochChart {
  name: string;
  title: string;
  /** What is drawn, with its unit. */
  label: string;
  series: readonly EpochSeries[];
  /** Is marked. */
  best?: number;
}

/** At most ten whole numbers from 1 on. */
export function epochTicks(epochs: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((size) => epochs / size <= 10) ?? Math.ceil(epochs / 10);
  return Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) => epoch % step === 0 || step === 1);
}

export function epochChart(charts: Charts, { name, title, label, series, best }: EpochChart): Chart {
  const { plot } = charts;
  const names = series.map((line) => line.name);
  const colors = series.map((line) => line.color);
  const epochs = Math.max(...series.map(({ values }) => values.length));
  const points = series.flatMap(({ name, values }) => values.map((value, i) => ({ name, epoch: i + 1, value })));
  const at = { x: "epoch", y: "value", z: "name", stroke: "name" } as const;
  return charts.draw({
    name,
    title,
    legend: { names, colors },
    x: { label: "epoch", domain: [Math.min(1, epochs - 1), epochs], ticks: epochTicks(epochs), tickFormat: "d" },
    y: { label, nice: true, ticks: 6 },
    color: { domain: names, range: colors },
    marginTop: 22,
    marks: [
      ...(best === undefined
        ? []
        : [
            plot.ruleX([best], { stroke: "currentColor", strokeOpacity: 0.5, strokeDasharray: "3 3" }),
            plot.text([best], { x: (epoch) => epoch, text: ["best"], frameAnchor: "top", dy: -12 }),
          ]),
      plot.line(points, { ...at, strokeWidth: 2 }),
      ...(epochs <= 30 ? [plot.dot(points, { ...at, fill: "name", r: 2.5 })] : []),
    ],
  });
}
