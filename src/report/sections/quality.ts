/** How good the net is, on the photographs it was not trained on. */

import { brierScore, expectedCalibrationError } from "../../metrics/calibration.js";
import { accuracy, classificationReport } from "../../metrics/classification.js";
import { averagePrecision, precisionRecallCurve } from "../../metrics/precision-recall.js";
import { auc, rocCurve } from "../../metrics/roc.js";
import { thresholdTable } from "../../metrics/thresholds.js";
import { count, plural } from "../../text.js";
import { decidingSplit } from "../../train/best-epoch.js";
import { chartFigure, chartGrid, columns } from "../blocks.js";
import type { Charts } from "../charts/chart.js";
import { confusion, NUMBERED } from "../charts/confusion.js";
import { askedClasses, precisionRecall, roc } from "../charts/curves.js";
import { calibration, reliability, scoreHistogram, thresholds } from "../charts/probabilities.js";
import { confusions } from "../confusions.js";
import type { Examination } from "../examine.js";
import { inQuotes, percent } from "../format.js";
import { type Html, html, named } from "../html.js";
import type { Section } from "../page.js";
import type { Predictions } from "../predictions.js";
import { Bar, table } from "../table.js";

const THRESHOLDS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/** With fewer test photographs than this, the figures of a class move much by each. */
const FEW = 20;

/** Pairs that are listed where the matrix has no room for numbers. */
const PAIRS = 40;

/** How little the figures of a class say that has few test photographs. */
function fewPerClass({ labels, classes }: Predictions): string {
  const counts = classes.map((_, k) => labels.filter((label) => label === k).length).filter((n) => n > 0);
  const least = Math.min(...counts);
  if (least >= FEW) return "";
  return ` There are classes of as few as ${plural(least, "photograph")}: one of these more or less moves the recall by ${percent(1 / least, 0)}.`;
}

/** Of two classes, the areas are the same seen from either; of more, each is set against the rest, the weakest first. */
function classTable(predictions: Predictions): Html {
  const { classes, predicted, labels, length } = predictions;
  const several = classes.length > 2;
  const report = classificationReport(predicted, labels, classes.length);
  const asked = several ? askedClasses(predictions) : [];
  const areas = (k: number) => {
    if (asked.length === 0) return [];
    if (!asked.includes(k)) return ["", ""];
    const [scores, is] = [predictions.scores(k), predictions.is(k)];
    return [auc(rocCurve(scores, is)), averagePrecision(precisionRecallCurve(scores, is))].map((x) => x.toFixed(4));
  };
  const order = [...classes.keys()];
  if (several) order.sort((a, b) => report.classes[a].f1 - report.classes[b].f1);
  const rows = order.map((k) => {
    const { precision, recall, f1, support } = report.classes[k];
    const share = new Bar(percent(recall), recall);
    return [named(classes[k]), count(support), percent(precision), share, f1.toFixed(4), ...areas(k)];
  });
  const mean = (of: "precision" | "recall") =>
    percent(report.classes.reduce((sum, scores) => sum + scores[of], 0) / classes.length);
  const none = asked.length > 0 ? ["", ""] : [];
  const [first, ...others] = ["class", "photographs", "precision", "recall", "F1"];
  return html`${table({
    label: several ? "Figures of each class, the weakest first" : "Figures of each class",
    head: [first, ...others, ...(asked.length > 0 ? ["AUC", "average precision"] : [])],
    rows,
    foot: [
      ["overall accuracy", count(length), "", percent(accuracy(predicted, labels)), "", ...none],
      ["class mean", "", mean("precision"), mean("recall"), report.macroF1.toFixed(4), ...none],
      ["weighted mean", "", "", "", report.weightedF1.toFixed(4), ...none],
    ],
  })}
<p class="muted">Recall: of the photographs of a class, the share that is called so. Precision: of those that are called so, the
share that is. F1: their harmonic mean. The weighted mean counts each class by its photographs.${several ? " The class with the lowest F1 comes first." : ""}${fewPerClass(predictions)}</p>`;
}

function pairTable(predictions: Predictions): Html {
  const { classes } = predictions;
  const pairs = confusions(predictions);
  const rows = pairs
    .slice(0, PAIRS)
    .map(({ is, called, count: n, of }) => [
      html`${named(classes[is])} → ${named(classes[called])}`,
      count(n),
      new Bar(percent(n / of, 1), n / of),
    ]);
  if (rows.length === 0) return html`<p>No class is taken for another.</p>`;
  const more = pairs.length > PAIRS ? html`<p class="muted">And ${count(pairs.length - PAIRS)} more pairs.</p>` : "";
  return html`${table({ label: "Most confused pairs", head: ["true class → predicted class", "photographs", "of the class"], rows })}${more}`;
}

function calibrationInWords(predictions: Predictions): string {
  const error = `Expected calibration error: ${percent(expectedCalibrationError(reliability(predictions)))}, the mean distance between what is predicted and what is found, over ten bins. The larger a dot, the more photographs; the line leaves out dots of fewer than ten.`;
  if (predictions.classes.length !== 2) return error;
  const score = brierScore(predictions.probabilities(1), predictions.is(1));
  return `${error} Brier score: ${score.toFixed(4)} (0 is perfect; 0.25 is what “one half” always gets).`;
}

function thresholdRows(predictions: Predictions): Html {
  const rows = thresholdTable(predictions.probabilities(1), predictions.is(1), THRESHOLDS);
  return html`<p>The net calls a photograph ${inQuotes(predictions.classes[1])} from a probability of one half on. Where one kind of mistake
costs more than the other, another threshold is better:</p>
${table({
  label: "Figures by threshold",
  head: ["threshold", "precision", "recall", "F1", "accuracy"],
  rows: rows.map(({ threshold, precision, recall, f1, accuracy }) => [
    threshold.toFixed(2),
    percent(precision),
    percent(recall),
    f1.toFixed(4),
    percent(accuracy),
  ]),
  mark: THRESHOLDS.indexOf(0.5),
})}`;
}

/** Whether the figures are flattered. */
function chosenBy({ best, data }: Examination): string {
  return decidingSplit(best) === "test"
    ? `The epoch was chosen by them, so the figures are a little better than they would be on photographs nobody has looked at.`
    : `They decided nothing: the epoch was chosen by ${plural(data.validation?.length ?? 0, "other photograph")}, for validation.`;
}

export function qualitySection(examination: Examination, charts: Charts): Section {
  const { predictions } = examination;
  const { length: k } = predictions.classes;
  const matrix = confusion(charts, predictions);
  const drawn = [
    // Without photographs of both sides there is nothing to rank.
    ...(askedClasses(predictions).length > 0 ? [roc(charts, predictions), precisionRecall(charts, predictions)] : []),
    { ...calibration(charts, predictions), note: calibrationInWords(predictions) },
    ...(k === 2 ? [scoreHistogram(charts, predictions), thresholds(charts, predictions)] : []),
  ];
  const numbered = k <= NUMBERED;
  const classes = html`<h3>Class by class</h3>${classTable(predictions)}`;
  return {
    id: "quality",
    title: "How good it is",
    charts: [matrix, ...drawn],
    body: html`<p>On the ${plural(predictions.length, "test photograph")}, which the net has not been trained on. ${chosenBy(examination)}</p>
${columns(classes, numbered ? html`<div class="beside">${chartFigure(matrix)}</div>` : html`<h3>Most confused pairs</h3>${pairTable(predictions)}`)}
${numbered ? "" : chartFigure(matrix)}
${chartGrid(drawn, k === 2 ? { "Another threshold": thresholdRows(predictions) } : {})}`,
  };
}
