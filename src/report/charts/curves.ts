/** Curves of what a score tells: ROC and precision-recall, of one class against the rest. */

import { averagePrecision, precisionRecallCurve } from "../../metrics/precision-recall.js";
import { auc, rocCurve } from "../../metrics/roc.js";
import { inQuotes, inText, shortened } from "../format.js";
import type { Predictions } from "../predictions.js";
import { type Chart, type Charts, COLORS, type Legend, PALETTE, UNIT } from "./chart.js";

interface Point {
  x: number;
  y: number;
}

/** One line of a chart. */
interface Curve {
  name: string;
  points: Point[];
  /** Area under it. */
  area: number;
}

/** Without the points that are too close to the one before to be seen. */
function thinned(points: readonly Point[]): Point[] {
  const kept = [points[0]];
  for (const point of points.slice(1, -1)) {
    const last = kept[kept.length - 1];
    if (Math.abs(point.x - last.x) + Math.abs(point.y - last.y) > 1 / 500) kept.push(point);
  }
  return [...kept, points[points.length - 1]];
}

/** Of two classes, what is told of class 1 says all; of more, each is set against the rest. What never occurs is out. */
export function askedClasses({ classes, labels }: Predictions): number[] {
  const occurring = [...classes.keys()].filter((k) => labels.includes(k) && labels.some((label) => label !== k));
  return classes.length === 2 ? occurring.filter((k) => k === 1) : occurring;
}

/** Where there are more lines than colours, those with the smallest areas have one. */
function marked(curves: readonly Curve[]): { curves: readonly Curve[]; legend: Legend } {
  if (curves.length <= PALETTE.length) {
    return { curves, legend: { names: curves.map(({ name }) => name), colors: PALETTE } };
  }
  const sorted = curves.toSorted((a, b) => a.area - b.area);
  const names = sorted.slice(0, PALETTE.length).map(({ name }) => name);
  const others = `${curves.length - PALETTE.length} others`;
  return { curves: sorted, legend: { names: [...names, others], colors: [...PALETTE, COLORS.grey] } };
}

function lines(charts: Charts, curves: readonly Pick<Curve, "points">[]) {
  // Many of them are a cloud: the named ones are still seen in it.
  const strokeOpacity = Math.min(1, 8 / curves.length);
  const other = { stroke: COLORS.grey, strokeWidth: 1, strokeOpacity };
  return curves.map(({ points }, i) =>
    charts.plot.line(points, { x: "x", y: "y", ...(PALETTE[i] ? { stroke: PALETTE[i], strokeWidth: 2 } : other) }),
  );
}

function rocOf(predictions: Predictions, k: number, name: string): Curve {
  const roc = rocCurve(predictions.scores(k), predictions.is(k));
  const points = thinned(roc.fpr.map((x, i) => ({ x, y: roc.tpr[i] })));
  const area = auc(roc);
  return { name: `${inText(shortened(name, 28))}: AUC ${area.toFixed(4)}`, points, area };
}

function rocFrom(charts: Charts, all: readonly Curve[], title: string): Chart {
  const { curves, legend } = marked(all);
  return charts.draw({
    name: "roc",
    title,
    legend,
    height: 320,
    x: { ...UNIT, label: "false positive rate" },
    y: { ...UNIT, label: "true positive rate" },
    marks: [
      // What guessing gives.
      charts.plot.line([0, 1], { x: (p) => p, y: (p) => p, stroke: COLORS.grey, strokeDasharray: "4 4" }),
      ...lines(charts, curves),
    ],
  });
}

/** The ROC curve of class 1, or of each of several against the rest. */
export function roc(charts: Charts, predictions: Predictions): Chart {
  const curves = askedClasses(predictions).map((k) => rocOf(predictions, k, predictions.classes[k]));
  return rocFrom(charts, curves, "ROC curve");
}

/** Of two models, each under its name: of class 1. */
export function rocOfBoth(charts: Charts, models: readonly { name: string; predictions: Predictions }[]): Chart {
  const curves = models.map(({ name, predictions }) => rocOf(predictions, 1, name));
  return rocFrom(charts, curves, `ROC curve of ${inQuotes(models[0].predictions.classes[1])}`);
}

/** The precision-recall curve of class 1, or of each of several against the rest. */
export function precisionRecall(charts: Charts, predictions: Predictions): Chart {
  const all = askedClasses(predictions).map((k) => {
    const curve = precisionRecallCurve(predictions.scores(k), predictions.is(k));
    const points = thinned(curve.recall.map((x, i) => ({ x, y: curve.precision[i] })));
    const name = inText(shortened(predictions.classes[k], 28));
    const area = averagePrecision(curve);
    return { name: `${name}: average precision ${area.toFixed(4)}`, points, area };
  });
  const { curves, legend } = marked(all);
  return charts.draw({
    name: "precision-recall",
    title: "Precision and recall",
    legend,
    height: 320,
    x: { ...UNIT, label: "recall" },
    y: { ...UNIT, label: "precision" },
    marks: lines(charts, curves),
  });
}
