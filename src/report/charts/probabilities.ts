/** Charts of probabilities: whether they mean what they say, how they are spread, and where to draw the line. */

import { type CalibrationBin, calibrationCurve } from "../../metrics/calibration.js";
import { thresholdTable } from "../../metrics/thresholds.js";
import { inQuotes, shortened } from "../format.js";
import type { Predictions } from "../predictions.js";
import { type Chart, type Charts, COLORS, PALETTE, UNIT } from "./chart.js";

/** Of two classes: whether what is called 1 with 80 % is 1 in 80 of 100; of more: whether it is right so often. */
export function reliability(predictions: Predictions): CalibrationBin[] {
  const { classes, labels, predicted } = predictions;
  if (classes.length === 2) return calibrationCurve(predictions.probabilities(1), predictions.is(1));
  const sure = Array.from(predicted, (k, i) => predictions.probability(i, k));
  const right = Array.from(predicted, (k, i) => Number(k === labels[i]));
  return calibrationCurve(sure, right);
}

/** Photographs in a bin that the line goes through. */
const ENOUGH = 10;

export function calibration(charts: Charts, predictions: Predictions): Chart {
  const { plot } = charts;
  const { classes } = predictions;
  const bins = reliability(predictions).filter((bin) => bin.count > 0);
  // One photograph is right or wrong: a line through such dots would jump between 0 and 1.
  const line = bins.filter((bin) => bin.count >= ENOUGH);
  const two = classes.length === 2;
  const at = { x: "predicted", y: "observed" } as const;
  return charts.draw({
    name: "calibration",
    title: "Calibration",
    height: 320,
    x: {
      ...UNIT,
      label: two ? `predicted probability of ${inQuotes(shortened(classes[1], 20))}` : "probability of the call",
    },
    y: { ...UNIT, label: two ? `share that is ${inQuotes(shortened(classes[1], 20))}` : "share that is right" },
    r: { range: [0, 12] },
    marks: [
      plot.line([0, 1], { x: (p) => p, y: (p) => p, stroke: COLORS.grey, strokeDasharray: "4 4" }),
      plot.line(line, { ...at, stroke: COLORS.blue, strokeWidth: 1.5 }),
      plot.dot(bins, { ...at, r: "count", fill: COLORS.blue, fillOpacity: 0.6, stroke: COLORS.blue }),
    ],
  });
}

/** Bars of the histogram, from 0 to 1. */
const BINS = 20;

/** Of two classes: how probable class 1 was found, for what is 1 and what is not. */
export function scoreHistogram(charts: Charts, predictions: Predictions): Chart {
  const { plot } = charts;
  const { classes, labels } = predictions;
  const names = classes.map((name) => shortened(name, 28));
  const probabilities = predictions.probabilities(1);
  const bars = [0, 1].flatMap((k) => {
    const counts = new Array<number>(BINS).fill(0);
    for (const [i, p] of probabilities.entries()) {
      if (labels[i] === k) counts[Math.min(BINS - 1, Math.floor(BINS * p))]++;
    }
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
    x: { ...UNIT, label: `predicted probability of ${inQuotes(shortened(classes[1], 20))}`, grid: false },
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
  return charts.draw({
    name: "thresholds",
    title: "Figures by threshold",
    legend: { names: MEASURES.map((measure) => (measure === "f1" ? "F1" : measure)), colors: PALETTE },
    height: 320,
    x: { ...UNIT, label: `probability from which it is called ${inQuotes(shortened(predictions.classes[1], 16))}` },
    y: { label: "precision, recall, F1, accuracy", ticks: 6 },
    marks: MEASURES.map((measure, i) =>
      charts.plot.line(rows, { x: "threshold", y: measure, stroke: PALETTE[i], strokeWidth: 2 }),
    ),
  });
}
