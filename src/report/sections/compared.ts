/** The sections of a comparison: figures side by side, curves, where the two disagree, and what was done differently. */

import { basename } from "node:path";
import { count, duration, plural } from "../../text.js";
import { deciding, decidingSplit } from "../../train/best-epoch.js";
import { differenceTexts, type Outcome } from "../better.js";
import { chartGrid, fileName, type Picture, pictures } from "../blocks.js";
import { type Chart, type Charts, PALETTE } from "../charts/chart.js";
import { rocOfBoth } from "../charts/curves.js";
import { epochChart } from "../charts/training.js";
import type { Comparison } from "../compared.js";
import { percent, range, shortened } from "../format.js";
import { type Html, html, named } from "../html.js";
import type { Section } from "../page.js";
import { jpegUri, thumbnail } from "../pictures.js";
import type { Predictions } from "../predictions.js";
import { table } from "../table.js";
import { CURVES } from "./training.js";

/** Of those that only one of the two calls right, the most different first. */
const DISAGREEMENTS = 12;

/** Not folded on a phone. */
const OPEN = 6;

export function figuresSection({ names, predictions }: Comparison, outcome: Outcome): Section {
  const figures = table({
    label: "Figures of both runs",
    groups: [{ name: "", columns: 1 }, ...[...names, "difference"].map((name) => ({ name, columns: 2 }))],
    head: ["figure", ...["value", "95 % interval", "value", "95 % interval", "value", "95 % interval"]],
    rows: outcome.differences.map((figure) => [
      figure.name,
      ...[figure.first, figure.second].flatMap(({ show, value, interval }) => [show(value), range(interval, show)]),
      ...differenceTexts(figure),
    ]),
  });
  return {
    id: "figures",
    title: "Which is better",
    charts: [],
    body: html`<p>On the ${plural(predictions[0].length, "test photograph")} that both were tested on. The interval of a difference is of 1,000
bootstrap samples on which both were measured: where it does not hold 0, the difference is more than the choice of
photographs. What another seed would change, it does not tell.</p>
${figures}`,
  };
}

/** How large the nets are, and how long they were trained. */
function costs({ runs, names }: Comparison): Html {
  return table({
    label: "What both runs took",
    head: ["", ...names],
    rows: [
      ["net", ...runs.map(({ run }) => run.config.net)],
      ["parameters", ...runs.map(({ model }) => count(model.parameterCount()))],
      ["epochs", ...runs.map(({ run, epochs }) => `${epochs.length} of ${run.config.epochs}`)],
      ["best epoch", ...runs.map(({ best }) => String(best.epoch))],
      ["chosen by", ...runs.map(({ best }) => decidingSplit(best))],
      ["time", ...runs.map(({ seconds }) => duration(seconds))],
    ],
  });
}

export function curvesSection(comparison: Comparison, charts: Charts): Section {
  const { runs, names, predictions } = comparison;
  const which = [...new Set(runs.map(({ best }) => decidingSplit(best)))].join(" and ");
  const drawn: Chart[] = CURVES.map(({ metric, title, label, scale }) =>
    epochChart(charts, {
      name: metric,
      title: `${title} on the ${which} photographs`,
      label,
      series: runs.map(({ epochs }, i) => ({
        name: names[i],
        color: PALETTE[i],
        values: epochs.map((line) => scale * deciding(line)[metric]),
      })),
    }),
  );
  if (predictions[0].canRank) {
    drawn.push(
      rocOfBoth(
        charts,
        names.map((name, i) => ({ name, predictions: predictions[i] })),
      ),
    );
  }
  return {
    id: "curves",
    title: "Curves and costs",
    charts: drawn,
    body: chartGrid(drawn, { "What they took": costs(comparison) }),
  };
}

/** What a run calls a photograph, and how sure it is. */
function call(name: string, predictions: Predictions, i: number): Html {
  const called = named(shortened(predictions.classes[predictions.predicted[i]], 40));
  return html`${named(name)}: ${called}, ${percent(predictions.confidence(i), 1)}`;
}

/** Those that one calls right and the other wrong; first those about which the two are most apart. */
function onlyRight(right: Predictions, wrong: Predictions): number[] {
  const { labels } = right;
  const gap = (i: number) => right.probability(i, labels[i]) - wrong.probability(i, labels[i]);
  return [...labels.keys()]
    .filter((i) => right.predicted[i] === labels[i] && wrong.predicted[i] !== labels[i])
    .sort((a, b) => gap(b) - gap(a));
}

export async function disagreementsSection({ runs, names, predictions, indices }: Comparison): Promise<Section> {
  const [first, second] = predictions;
  const { test } = runs[0].data;
  const shown = async (list: readonly number[]): Promise<Html> => {
    const found: Picture[] = [];
    for (const i of list.slice(0, DISAGREEMENTS)) {
      const file = basename(test.files[indices[i]]);
      const caption = html`<b>${named(shortened(first.classes[first.labels[i]], 40))}</b><br>
${call(names[0], first, i)}<br>${call(names[1], second, i)}<br>${fileName(file)}`;
      found.push({ uri: await jpegUri(await thumbnail(test, indices[i])), alt: file, caption });
    }
    return found.length === 0 ? html`<p>None.</p>` : pictures(found, "", OPEN);
  };
  const blocks: Html[] = [];
  for (const [right, wrong, name] of [[first, second, names[0]] as const, [second, first, names[1]] as const]) {
    const list = onlyRight(right, wrong);
    blocks.push(html`<h3>Only ${named(name)} is right: ${count(list.length)}</h3>${await shown(list)}`);
  }
  return {
    id: "disagreements",
    title: "Where they disagree",
    charts: [],
    body: html`<p>The true class, and what each of the two calls the photograph. First come those about which the two are most
apart.</p>
${blocks}`,
  };
}

export function optionsSection({ runs, names }: Comparison): Section {
  const [first, second] = runs.map(({ run }) => run.config as unknown as Record<string, unknown>);
  const show = (value: unknown) => (value === undefined ? "" : html`${JSON.stringify(value)}`);
  const rows = [...new Set([...Object.keys(first), ...Object.keys(second)])]
    .filter((name) => JSON.stringify(first[name]) !== JSON.stringify(second[name]))
    .map((name) => [name, show(first[name]), show(second[name])]);
  return {
    id: "options",
    title: "What was done differently",
    charts: [],
    body:
      rows.length === 0
        ? html`<p>Nothing: all options are the same.</p>`
        : table({ label: "Options that differ", head: ["option", ...names], rows }),
  };
}
