/** Charts of how good a model is: ROC, precision-recall, confusion, calibration, scores, thresholds. */

import { calibrationCurve } from "../../metrics/calibration.js";
import { confusionMatrix } from "../../metrics/classification.js";
import { averagePrecision, precisionRecallCurve } from "../../metrics/precision-recall.js";
import { auc, rocCurve } from "../../metrics/roc.js";
import { thresholdTable } from "../../metrics/thresholds.js";
import { count, percent, shortened } from "../format.js";
import type { Predictions } from "../predictions.js";
import { type Chart, type Charts, COLORS, type Legend, labelWidth, PALETTE } from "./chart.js";

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

const UNIT = { domain: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] };

function lines(charts: Charts, curves: readonly Pick<Curve, "points">[]) {
  return curves.map(({ points }, i) =>
    charts.plot.line(points, { x: "x", y: "y", stroke: PALETTE[i] ?? COLORS.grey, strokeWidth: PALETTE[i] ? 2 : 1 }),
  );
}

function rocOf(predictions: Predictions, k: number, name: string): Curve {
  const roc = rocCurve(predictions.scores(k), predictions.is(k));
  const points = thinned(roc.fpr.map((x, i) => ({ x, y: roc.tpr[i] })));
  const area = auc(roc);
  return { name: `${shortened(name, 28)}: AUC ${area.toFixed(4)}`, points, area };
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
      charts.plot.line(
        [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
        { x: "x", y: "y", stroke: COLORS.grey, strokeDasharray: "4 4" },
      ),
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
  return rocFrom(charts, curves, `ROC curve of "${models[0].predictions.classes[1]}"`);
}

/** The precision-recall curve of class 1, or of each of several against the rest. */
export function precisionRecall(charts: Charts, predictions: Predictions): Chart {
  const all = askedClasses(predictions).map((k) => {
    const curve = precisionRecallCurve(predictions.scores(k), predictions.is(k));
    const points = thinned(curve.recall.map((x, i) => ({ x, y: curve.precision[i] })));
    const name = shortened(predictions.classes[k], 28);
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
  const many = classes.length > 15;
  const margin = labelWidth(names);
  const slanted = classes.length > 2 && margin > 50;
  const at = { x: "called", y: "is" } as const;
  return charts.draw({
    name: "confusion",
    title: "Confusion matrix",
    marginLeft: margin + 22,
    marginBottom: slanted ? margin + 24 : 44,
    height: Math.max(260, (many ? 17 : 40) * classes.length + 100),
    x: { label: "predicted class", tickFormat: tick, tickSize: 0, grid: false, tickRotate: slanted ? -90 : 0 },
    y: { label: "true class", tickFormat: tick, tickSize: 0, grid: false },
    marks: [
      plot.cell(cells, { ...at, fill: COLORS.blue, fillOpacity: ({ share }) => 0.06 + 0.6 * share, inset: 1 }),
      plot.text(many ? [] : cells, {
        ...at,
        text: ({ n, share }) => (classes.length > 4 ? count(n) : `${count(n)}\n${percent(share)}`),
        fontSize: classes.length > 6 ? 10 : 13,
      }),
    ],
  });
}

/** Of two classes: whether what is called 1 with 80 % is 1 in 80 of 100; of more: whether it is right so often. */
export function reliability(predictions: Predictions) {
  const { classes, labels, predicted } = predictions;
  if (classes.length === 2) return calibrationCurve(predictions.probabilities(1), predictions.is(1));
  const sure = Array.from(predicted, (k, i) => predictions.probability(i, k));
  return calibrationCurve(
    sure,
    Array.from(predicted, (k, i) => Number(k === labels[i])),
  );
}

export function calibration(charts: Charts, predictions: Predictions): Chart {
  const { plot } = charts;
  const { classes } = predictions;
  const bins = reliability(predictions).filter((bin) => bin.count > 0);
  const two = classes.length === 2;
  const at = { x: "predicted", y: "observed" } as const;
  const diagonal = [0, 1].map((p) => ({ predicted: p, observed: p }));
  return charts.draw({
    name: "calibration",
    title: "Calibration",
    height: 320,
    x: { ...UNIT, label: two ? `predicted probability of "${shortened(classes[1], 20)}"` : "probability of the call" },
    y: { ...UNIT, label: two ? `share that is "${shortened(classes[1], 20)}"` : "share that is right" },
    r: { range: [0, 12] },
    marks: [
      plot.line(diagonal, { ...at, stroke: COLORS.grey, strokeDasharray: "4 4" }),
      plot.line(bins, { ...at, stroke: COLORS.blue, strokeWidth: 1.5 }),
      plot.dot(bins, { ...at, r: "count", fill: COLORS.blue, fillOpacity: 0.6, stroke: COLORS.blue }),
    ],
  });
}

/** Of two classes: how probable class 1 was found, for what is 1 and what is not. */
export function scoreHistogram(charts: Charts, predictions: Predictions): Chart {
  const { plot } = charts;
  const { classes, labels } = predictions;
  const names = classes.map((name) => shortened(name, 28));
  const probabilities = predictions.probabilities(1);
  const BINS = 20;
  const bars = [0, 1].flatMap((k) => {
    const counts = new Array<number>(BINS).fill(0);
    for (const [i, p] of probabilities.entries())
      if (labels[i] === k) counts[Math.min(BINS - 1, Math.floor(BINS * p))]++;
    const total = counts.reduce((sum, n) => sum + n, 0);
    // Upwards for what is 1, downwards for what is not.
    return counts.map((n, i) => ({
      k,
      from: i / BINS,
      to: (i + 1) / BINS,
      share: ((k === 1 ? 100 : -100) * n) / total,
    }));
  });
  return charts.draw({
    name: "scores",
    title: "Probabilities by what the photographs are",
    legend: { names: [names[1], names[0]], colors: [COLORS.orange, COLORS.blue] },
    height: 320,
    x: { ...UNIT, label: `predicted probability of "${shortened(classes[1], 20)}"`, grid: false },
    y: { label: "photographs of the class (%)", tickFormat: (share: number) => `${Math.abs(share)}`, ticks: 6 },
    marks: [
      plot.rectY(bars, {
        x1: "from",
        x2: "to",
        y: "share",
        fill: ({ k }) => (k === 1 ? COLORS.orange : COLORS.blue),
        inset: 0.5,
      }),
      plot.ruleY([0]),
    ],
  });
}

const MEASURES = ["precision", "recall", "f1", "accuracy"] as const;

/** Of two classes: what becomes of the figures when another probability than one half is asked for. */
export function thresholds(charts: Charts, predictions: Predictions): Chart {
  const steps = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
  const rows = thresholdTable(predictions.probabilities(1), predictions.is(1), steps);
  const curves = MEASURES.map((measure) => ({ points: rows.map((row) => ({ x: row.threshold, y: row[measure] })) }));
  return charts.draw({
    name: "thresholds",
    title: "Figures by threshold",
    legend: { names: MEASURES.map((measure) => (measure === "f1" ? "F1" : measure)), colors: PALETTE },
    height: 320,
    x: { ...UNIT, label: `probability from which it is called "${shortened(predictions.classes[1], 16)}"` },
    y: { label: "precision, recall, F1, accuracy", ticks: 6 },
    marks: lines(charts, curves),
  });
}
