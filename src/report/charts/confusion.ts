/** The confusion matrix: what the photographs are, and what they are called. */

import { confusionMatrix } from "../../metrics/classification.js";
import { count, percent, shortened } from "../format.js";
import type { Predictions } from "../predictions.js";
import { type Chart, type Charts, COLORS, labelWidth } from "./chart.js";

/** More classes than this have no room for numbers. */
const NUMBERED = 15;

/** Counts in a grid: rows are what the photographs are, columns what they are called. */
export function confusion(charts: Charts, { classes, predicted, labels }: Predictions): Chart {
  const { plot } = charts;
  const names = classes.map((name) => shortened(name, 16));
  const matrix = confusionMatrix(predicted, labels, classes.length);
  const cells = matrix.flatMap((row, is) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return row.map((n, called) => ({ is, called, n, share: total === 0 ? 0 : n / total }));
  });
  const tick = (k: number) => names[k];
  const numbered = classes.length <= NUMBERED;
  const margin = labelWidth(names);
  const upright = classes.length > 2 && margin > 50;
  const at = { x: "called", y: "is" } as const;
  return charts.draw({
    name: "confusion",
    title: "Confusion matrix",
    marginLeft: margin + 22,
    marginBottom: upright ? margin + 24 : 44,
    height: Math.max(260, (numbered ? 40 : 17) * classes.length + 100),
    x: { label: "predicted class", tickFormat: tick, tickSize: 0, grid: false, tickRotate: upright ? -90 : 0 },
    y: { label: "true class", tickFormat: tick, tickSize: 0, grid: false },
    marks: [
      plot.cell(cells, { ...at, fill: COLORS.blue, fillOpacity: ({ share }) => 0.06 + 0.6 * share, inset: 1 }),
      plot.text(numbered ? cells : [], {
        ...at,
        text: ({ n, share }) => (classes.length > 4 ? count(n) : `${count(n)}\n${percent(share)}`),
        fontSize: classes.length > 6 ? 10 : 13,
      }),
    ],
  });
}
