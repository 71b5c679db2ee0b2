/** How training went, epoch by epoch. */

import type { EpochLine } from "../../run/run-json.js";
import { duration } from "../../text.js";
import { decidingSplit, type Split } from "../../train/best-epoch.js";
import type { Metrics } from "../../train/metrics.js";
import { chartGrid, folded } from "../blocks.js";
import { type Charts, SPLIT_COLORS } from "../charts/chart.js";
import { epochChart } from "../charts/training.js";
import { courseOf, type Examination } from "../examine.js";
import { percent } from "../format.js";
import { html } from "../html.js";
import type { Section } from "../page.js";
import { table } from "../table.js";
import { trainingInWords } from "../training-verdict.js";

/** What is drawn for each epoch, with its name, unit and scale. */
export const CURVES = [
  { metric: "error", title: "Error", label: "error (%)", scale: 100 },
  { metric: "loss", title: "Loss", label: "loss", scale: 1 },
  { metric: "f1", title: "F1", label: "F1", scale: 1 },
] as const satisfies readonly { metric: keyof Metrics; title: string; label: string; scale: number }[];

/** What the epochs were measured on. */
function measuredOn([first]: readonly EpochLine[]): Split[] {
  return (["train", "validation", "test"] as const).filter((split) => first[split]);
}

function epochTable(epochs: readonly EpochLine[], best: EpochLine): ReturnType<typeof table> {
  const splits = measuredOn(epochs);
  const withArea = (split: Split) => split !== "train" && epochs[0][split]!.auc !== undefined;
  const figures = ({ loss, accuracy, f1 }: Metrics) => [loss.toFixed(4), percent(accuracy), f1.toFixed(4)];
  return table({
    label: "Every epoch",
    groups: [
      { name: "", columns: 1 },
      ...splits.map((split) => ({ name: split, columns: withArea(split) ? 4 : 3 })),
      { name: "", columns: 2 },
    ],
    head: [
      "epoch",
      ...splits.flatMap((split) => ["loss", "accuracy", "F1", ...(withArea(split) ? ["AUC"] : [])]),
      ...["rate", "time"],
    ],
    rows: epochs.map((line) => [
      String(line.epoch),
      ...splits.flatMap((split) => [
        ...figures(line[split]!),
        ...(withArea(split) ? [line[split]!.auc!.toFixed(4)] : []),
      ]),
      String(Number(line.lr.toPrecision(4))),
      duration(line.seconds),
    ]),
    mark: epochs.indexOf(best),
  });
}

export function trainingSection(examination: Examination, charts: Charts): Section {
  const { run, epochs, best } = examination;
  const drawn = CURVES.map(({ metric, title, label, scale }) =>
    epochChart(charts, {
      name: metric,
      title: `${title} by epoch`,
      label,
      series: measuredOn(epochs).map((split) => ({
        name: split,
        color: SPLIT_COLORS[split],
        values: epochs.map((line) => scale * line[split]![metric]),
      })),
      best: best.epoch,
    }),
  );
  const how = run.config.evaluateTrain
    ? "All are measured after the epoch, in evaluation mode."
    : `Of the training photographs, each batch is measured as it is trained on, before the step, with dropout and while the
net still changes: this is why the figures of an early epoch can be worse than those of the other photographs.`;
  return {
    id: "training",
    title: "Training",
    charts: drawn,
    body: html`<p>${trainingInWords(courseOf(examination))} The best epoch is the one with the best ${run.config.metric} on the
${decidingSplit(best)} photographs; all figures and pictures here are of the net as it was then. ${how}</p>
${chartGrid(drawn)}
${folded("Every epoch", epochTable(epochs, best))}`,
  };
}
