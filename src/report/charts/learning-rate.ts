/** The chart of a search for a learning rate: the loss while the rate rises. */

import type { LearningRateSearch } from "../../train/find-learning-rate.js";
import { type Chart, type Charts, COLORS } from "./chart.js";

/** 1e-7, 0.001, 10: as rates are written, where Plot would write 100n and 1m. Powers of ten are not exact everywhere. */
function asWritten(rate: number): string {
  const exact = Number(rate.toPrecision(3));
  return exact < 1e-3 ? exact.toExponential() : String(exact);
}

export function learningRateChart(
  charts: Charts,
  { rates, losses, smoothed, suggestion }: Omit<LearningRateSearch, "diverged">,
): Chart {
  const { plot } = charts;
  const highest = Math.max(...smoothed);
  const points = rates.map((rate, i) => ({ rate, loss: losses[i], smoothed: smoothed[i] }));
  return charts.draw({
    name: "learning-rate",
    title: "Loss while the learning rate rises",
    legend: { names: ["of each batch", "smoothed"], colors: [COLORS.grey, COLORS.blue] },
    width: 640,
    height: 320,
    x: { type: "log", label: "learning rate", ticks: 8, tickFormat: asWritten },
    y: { label: "loss", nice: true, ticks: 6 },
    marginTop: 22,
    marks: [
      ...(suggestion === undefined
        ? []
        : [
            plot.ruleX([suggestion], { stroke: "currentColor", strokeOpacity: 0.5, strokeDasharray: "3 3" }),
            plot.text([suggestion], { x: (rate) => rate, text: ["steepest"], frameAnchor: "top", dy: -12 }),
          ]),
      // One batch may be far above all averages, which are what is to be seen.
      plot.dot(points, { x: "rate", y: (point) => Math.min(point.loss, highest), fill: COLORS.grey, r: 1.5 }),
      plot.line(points, { x: "rate", y: "smoothed", stroke: COLORS.blue, strokeWidth: 2 }),
    ],
  });
}
