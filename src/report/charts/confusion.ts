/** The confusion matrix: what the photographs are, and what they are called. */

import { confusionMatrix } from "../../metrics/classification.js";
import { count } from "../../text.js";
import { percentages, shortened } from "../format.js";
import type { Predictions } from "../predictions.js";
import { type Chart, type Charts, COLORS, labelWidth, PAGE } from "./chart.js";

/** More classes than this have no room for numbers: they are a heat map of the width of the page. */
export const NUMBERED = 15;

/** More classes than this have no room for their names, either: every second is named, or every third, … */
const NAMED = 110;

/** Of a class, as a row of the matrix. */
interface Cell {
  is: number;
  called: number;
  n: number;
  /** Of the photographs of the class; those of a row add up to exactly 100. */
  percent: number;
}

/** Of a percentage, behind the point: where there is room for them. */
function digitsFor(classes: number): number {
  return classes > 4 ? 0 : 1;
}

/** The cells in which there is something, row by row. */
export function cellsOf({ classes, predicted, labels }: Predictions): Cell[] {
  return confusionMatrix(predicted, labels, classes.length).flatMap((row, is) => {
    const shares = percentages(row, digitsFor(classes.length));
    return row.map((n, called) => ({ is, called, n, percent: shares[called] })).filter(({ n }) => n > 0);
  });
}

/** Rows are what the photographs are, columns what they are called; blue where that is the same, orange where not. */
export function confusion(charts: Charts, predictions: Predictions): Chart {
  const { plot } = charts;
  const { classes, length } = predictions;
  const k = classes.length;
  const cells = cellsOf(predictions);
  const right = cells.reduce((sum, { is, called, n }) => sum + (is === called ? n : 0), 0);
  const names = classes.map((name) => shortened(name, k > NUMBERED ? 20 : 16));
  const numbered = k <= NUMBERED;
  const fontSize = k > 60 ? 9 : k > NUMBERED ? 10 : 12;
  const margin = labelWidth(names) * (fontSize / 12);
  const upright = k > 2 && margin > 50;
  const width = numbered ? 520 : PAGE;
  const cell = Math.min(numbered ? 70 : 34, (width - margin - 40) / k);
  const every = Math.ceil(k / NAMED);
  const ticks = [...classes.keys()].filter((i) => i % every === 0);
  const domain = [...classes.keys()];
  const axis = { domain, ticks, tickFormat: (i: number) => names[i], tickSize: 0, grid: false } as const;
  const at = { x: "called", y: "is" } as const;
  const small = k > 6;
  return charts.draw({
    name: "confusion",
    title: "Confusion matrix",
    alt: `Confusion matrix of ${k} classes: ${count(right)} of ${count(length)} photographs are on its diagonal`,
    note: numbered
      ? "In each cell the number of photographs, and their percentage of the row: of a class, these add up to 100."
      : "A row is a class, its cells what its photographs are called: blue is right, orange is wrong, and the darker a cell, the larger its part of the row.",
    shape: numbered ? (small ? "fine" : undefined) : "wide",
    width,
    fontSize,
    marginLeft: margin + 26,
    marginBottom: upright ? margin + 28 : 44,
    marginRight: numbered ? 16 : Math.max(16, width - margin - 26 - k * cell),
    height: Math.max(numbered ? 260 : 200, cell * k + (upright ? margin + 40 : 60)),
    x: { ...axis, label: "predicted class", tickRotate: upright ? -90 : 0 },
    y: { ...axis, label: "true class" },
    marks: [
      plot.frame({ stroke: "currentColor", strokeOpacity: 0.2 }),
      ...(numbered ? [] : [plot.line(domain, { x: (i) => i, y: (i) => i, stroke: COLORS.grey, strokeOpacity: 0.5 })]),
      plot.cell(cells, {
        ...at,
        fill: ({ is, called }: Cell) => (is === called ? COLORS.blue : COLORS.orange),
        fillOpacity: ({ percent }: Cell) => 0.1 + 0.006 * percent,
        inset: numbered ? 1 : 0.25,
      }),
      plot.text(numbered ? cells : [], {
        ...at,
        text: ({ n }: Cell) => count(n),
        dy: -(small ? 5 : 8),
        fontSize: small ? 11 : 14,
      }),
      plot.text(numbered ? cells : [], {
        ...at,
        text: ({ percent }: Cell) => `${percent.toFixed(digitsFor(k))}%`,
        dy: small ? 7 : 9,
        fontSize: small ? 9 : 11,
      }),
    ],
  });
}
