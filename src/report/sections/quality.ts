/** How good the net is, on the photographs it was not trained on. */

import { brierScore, expectedCalibrationError } from "../../metrics/calibration.js";
import { classificationReport } from "../../metrics/classification.js";
import { averagePrecision, precisionRecallCurve } from "../../metrics/precision-recall.js";
import { auc, rocCurve } from "../../metrics/roc.js";
import { thresholdTable } from "../../metrics/thresholds.js";
import type { Charts } from "../charts/chart.js";
import { confusion } from "../charts/confusion.js";
import { askedClasses, precisionRecall, roc } from "../charts/curves.js";
import { calibration, reliability, scoreHistogram, thresholds } from "../charts/probabilities.js";
import type { Examination } from "../examine.js";
import { count, percent, plural } from "../format.js";
import { type Html, html, table } from "../html.js";
import { chartGrid, type Section } from "../page.js";
import type { Predictions } from "../predictions.js";

const THRESHOLDS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/** Of two classes, the areas are the same seen from either; of more, each is set against the rest. */
function classTable(predictions: Predictions): Html {
  const { classes, predicted, labels } = predictions;
  const report = classificationReport(predicted, labels, classes.length);
  const asked = classes.length > 2 ? askedClasses(predictions) : [];
  const areas = (k: number) => {
    if (asked.length === 0) return [];
    if (!asked.includes(k)) return ["", ""];
    const [scores, is] = [predictions.scores(k), predictions.is(k)];
    return [auc(rocCurve(scores, is)), averagePrecision(precisionRecallCurve(scores, is))].map((x) => x.toFixed(4));
  };
  const rows = report.classes.map(({ precision, recall, f1, support }, k) => [
    ...[classes[k], count(support), percent(precision), percent(recall), f1.toFixed(4)],
    ...areas(k),
  ]);
  const means = [
    ["mean of the classes", "", "", "", report.macroF1.toFixed(4)],
    ["weighted by photographs", count(labels.length), "", "", report.weightedF1.toFixed(4)],
  ];
  const [more, none] =
    asked.length > 0
      ? [
          ["AUC", "average precision"],
          ["", ""],
        ]
      : [[], []];
  const head = ["class", "photographs", "precision", "recall", "F1", ...more];
  return table(head, [...rows, ...means.map((row) => [...row, ...none])]);
}

function calibrationInWords(predictions: Predictions): Html {
  const error = html`<p>Expected calibration error: ${percent(expectedCalibrationError(reliability(predictions)))} (the mean
distance between what is predicted and what is found, over ten bins). The larger a dot in the chart, the more photographs.`;
  if (predictions.classes.length !== 2) return html`${error}</p>`;
  const score = brierScore(predictions.probabilities(1), predictions.is(1));
  return html`${error} Brier score: ${score.toFixed(4)} (0 is perfect; 0.25 is what "one half" always gets).</p>`;
}

function thresholdRows(predictions: Predictions): Html {
  const name = predictions.classes[1];
  const rows = thresholdTable(predictions.probabilities(1), predictions.is(1), THRESHOLDS);
  const cells = rows.map(({ threshold, precision, recall, f1, accuracy }) => [
    threshold.toFixed(2),
    percent(precision),
    percent(recall),
    f1.toFixed(4),
    percent(accuracy),
  ]);
  return html`<p>The net calls a photograph "${name}" from a probability of one half on. Where one kind of mistake costs
more than the other, another threshold is better:</p>${table(["threshold", "precision", "recall", "F1", "accuracy"], cells)}`;
}

export function qualitySection({ predictions }: Examination, charts: Charts): Section {
  const two = predictions.classes.length === 2;
  const drawn = [
    confusion(charts, predictions),
    // Without photographs of both sides there is nothing to rank.
    ...(askedClasses(predictions).length > 0 ? [roc(charts, predictions), precisionRecall(charts, predictions)] : []),
    calibration(charts, predictions),
    ...(two ? [scoreHistogram(charts, predictions), thresholds(charts, predictions)] : []),
  ];
  return {
    id: "quality",
    title: "How good it is",
    charts: drawn,
    body: html`<p>On the ${plural(predictions.length, "test photograph")}, which the net has not been trained on. The epoch
was chosen by them, so the figures are a little better than they would be on photographs nobody has looked at.</p>
${classTable(predictions)}
${chartGrid(drawn)}
${calibrationInWords(predictions)}
${two ? thresholdRows(predictions) : html``}`,
  };
}
