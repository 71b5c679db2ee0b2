/** How training went, epoch by epoch. */

import type { EpochLine } from "../../run/run-json.js";
import { duration } from "../../text.js";
import type { Metrics } from "../../train/evaluate.js";
import type { Charts } from "../charts/chart.js";
import { epochChart } from "../charts/training.js";
import type { Examination } from "../examine.js";
import { percent } from "../format.js";
import { html, table } from "../html.js";
import { chartGrid, type Section } from "../page.js";

/** What is drawn for each epoch, with its name, unit and scale. */
export const CURVES = [
  { metric: "error", title: "Error", label: "error (%)", scale: 100 },
  { metric: "loss", title: "Loss", label: "loss", scale: 1 },
  { metric: "f1", title: "F1", label: "F1", scale: 1 },
] as const satisfies readonly { metric: keyof Metrics; title: string; label: string; scale: number }[];

function row({ epoch, train, test, lr, seconds }: EpochLine): string[] {
  const auc = test.auc === undefined ? [] : [test.auc.toFixed(4)];
  return [
    String(epoch),
    ...[train, test].flatMap(({ loss, accuracy, f1 }) => [loss.toFixed(4), percent(accuracy), f1.toFixed(4)]),
    ...auc,
    String(Number(lr.toPrecision(4))),
    duration(seconds),
  ];
}

export function trainingSection({ run, epochs, best }: Examination, charts: Charts): Section {
  const drawn = CURVES.map(({ metric, title, label, scale }) =>
    epochChart(charts, {
      name: metric,
      title: `${title} by epoch`,
      label,
      series: (["train", "test"] as const).map((split) => ({
        name: split,
        values: epochs.map((line) => scale * line[split][metric]),
      })),
      best: best.epoch,
    }),
  );
  const head = ["epoch", "train loss", "accuracy", "F1", "test loss", "accuracy", "F1"];
  const rest = epochs[0].test.auc === undefined ? ["rate", "time"] : ["AUC", "rate", "time"];
  const how = run.config.evaluateTrain
    ? "Both are measured after the epoch, in evaluation mode."
    : `Of the training photographs, each batch is measured as it is trained on, before the step, with dropout and while the
net still changes: this is why the figures of an early epoch can be worse than those of the test photographs.`;
  return {
    id: "training",
    title: "Training",
    charts: drawn,
    body: html`<p>The best epoch is ${best.epoch} of ${epochs.length}, by ${run.config.metric} on the test photographs. All that
follows is about the net as it was then. ${how}</p>
${chartGrid(drawn)}
${table([...head, ...rest], epochs.map(row))}`,
  };
}
