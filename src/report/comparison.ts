/** writeComparison: two runs side by side, on the photographs that both were tested on. */

import { basename } from "node:path";
import type { PhotoFolder } from "../data/photo-folder.js";
import { type McNemar, mcnemar } from "../metrics/mcnemar.js";
import { Generator } from "../tensor/random.js";
import { duration } from "../text.js";
import { type Chart, Charts } from "./charts/chart.js";
import { rocOfBoth } from "./charts/curves.js";
import { epochChart } from "./charts/training.js";
import { type Examination, type ExamineOptions, examine } from "./examine.js";
import { differencesOf, type FigureDifference } from "./figures.js";
import { count, plural, pValue, range, shortened, signed } from "./format.js";
import { type Html, html, table } from "./html.js";
import { chartGrid, page, pictures, type Section } from "./page.js";
import { jpegUri, thumbnail } from "./pictures.js";
import type { Predictions } from "./predictions.js";
import { saveReport } from "./save.js";
import { CURVES } from "./sections/training.js";

/** Shown, the most different first. */
const DISAGREEMENTS = 16;

/** What two runs have in common. */
interface Comparison {
  runs: readonly [Examination, Examination];
  /** What the two are called. */
  names: readonly [string, string];
  /** The same where there is little room. */
  shortNames: readonly [string, string];
  /** For the photographs that both were tested on, in the same order. */
  predictions: readonly [Predictions, Predictions];
  /** Where each of these is in the first run's test photographs. */
  indices: readonly number[];
  /** How many other test photographs have a name in common, and nothing else. */
  namesakes: number;
}

/** What tells that two photographs of the same name are not the same. */
function looksOf({ labels, widths, heights }: PhotoFolder, i: number): string {
  return `${labels[i]}, ${widths[i]}×${heights[i]}`;
}

function shortNamesOf(names: readonly [string, string]): [string, string] {
  const [first, second] = names.map((name) => shortened(name, 24));
  return first === second ? ["first", "second"] : [first, second];
}

/** @throws Error when the two cannot be compared */
function comparisonOf(runs: readonly [Examination, Examination]): Comparison {
  const [first, second] = runs;
  const names = [first.run.path, second.run.path] as const;
  const [a, b] = runs.map(({ data }) => data.test.classes.join(", "));
  if (a !== b) throw new Error(`${names.join(" and ")} cannot be compared: one has the classes ${a}, the other ${b}`);
  const [ours, theirs] = [first.data.test, second.data.test];
  const places = new Map(theirs.files.map((file, i) => [file, i]));
  const named = [...ours.files.keys()].filter((i) => places.has(ours.files[i]));
  const placeOf = (i: number) => places.get(ours.files[i])!;
  const indices = named.filter((i) => looksOf(ours, i) === looksOf(theirs, placeOf(i)));
  if (indices.length === 0) throw new Error(`${names.join(" and ")} were tested on no photograph in common`);
  return {
    runs,
    names,
    shortNames: shortNamesOf(names),
    indices,
    predictions: [first.predictions.of(indices), second.predictions.of(indices.map(placeOf))],
    namesakes: named.length - indices.length,
  };
}

/** What the comparison comes to: the figures, and the test. */
interface Verdict {
  differences: FigureDifference[];
  test: McNemar;
}

function judge({ predictions: [first, second] }: Comparison): Verdict {
  const generator = new Generator(0).fork("comparison");
  return {
    differences: differencesOf(first, second, generator),
    test: mcnemar(first.predicted, second.predicted, first.labels),
  };
}

function figuresTable({ differences }: Verdict, names: readonly [string, string]): Html {
  const rows = differences.map(({ name, first, second, difference, interval, show }) => [
    name,
    ...[first, second].flatMap((figure) => [show(figure.value), range(figure.interval, show)]),
    signed(difference, show),
    range(interval, (value) => signed(value, show)),
  ]);
  return table(["", names[0], "95 %", names[1], "95 %", "difference", "95 %"], rows);
}

function testInWords(
  { test: { onlyFirst, onlySecond, pValue: p } }: Verdict,
  names: readonly [string, string],
): string {
  const verdict = p < 0.05 ? "more than chance would often do" : "no more than chance would do";
  return (
    `${plural(onlyFirst, "photograph")} only ${names[0]} calls right, ${count(onlySecond)} only ${names[1]}: ${verdict} ` +
    `(McNemar's test, exact: ${pValue(p)}).`
  );
}

function verdictSection(comparison: Comparison, verdict: Verdict): Section {
  const { runs, names, predictions } = comparison;
  const costs = [
    ["parameters", ...runs.map(({ model }) => count(model.parameterCount()))],
    ["epochs", ...runs.map(({ run, epochs }) => `${epochs.length} of ${run.config.epochs}`)],
    ["best epoch", ...runs.map(({ best }) => String(best.epoch))],
    ["time", ...runs.map(({ seconds }) => duration(seconds))],
  ];
  return {
    id: "verdict",
    title: "Which is better",
    charts: [],
    body: html`<p>On the ${plural(predictions[0].length, "test photograph")} that both were tested on. The interval of a
difference is of 1,000 bootstrap samples on which both were measured: where it does not hold 0, the difference is more
than the choice of photographs. What another seed would change, it does not tell.</p>
${figuresTable(verdict, names)}
<p>${testInWords(verdict, names)}</p>
${table(["", ...names], costs)}`,
  };
}

function curvesSection({ runs, shortNames, predictions }: Comparison, charts: Charts): Section {
  const drawn: Chart[] = CURVES.map(({ metric, title, label, scale }) =>
    epochChart(charts, {
      name: metric,
      title: `${title} on the test photographs`,
      label,
      series: runs.map(({ epochs }, i) => ({
        name: shortNames[i],
        values: epochs.map(({ test }) => scale * test[metric]),
      })),
    }),
  );
  if (predictions[0].canRank) {
    drawn.push(
      rocOfBoth(
        charts,
        shortNames.map((name, i) => ({ name, predictions: predictions[i] })),
      ),
    );
  }
  return { id: "curves", title: "Curves", charts: drawn, body: chartGrid(drawn) };
}

async function disagreementsSection(comparison: Comparison): Promise<Section> {
  const { runs, shortNames, indices } = comparison;
  const [first, second] = comparison.predictions;
  const { labels, classes } = first;
  const gap = (i: number) => Math.abs(first.probability(i, labels[i]) - second.probability(i, labels[i]));
  const split = [...labels.keys()].filter(
    (i) => (first.predicted[i] === labels[i]) !== (second.predicted[i] === labels[i]),
  );
  const list = [];
  for (const i of split.sort((a, b) => gap(b) - gap(a)).slice(0, DISAGREEMENTS)) {
    const right = shortNames[first.predicted[i] === labels[i] ? 0 : 1];
    const file = shortened(basename(runs[0].data.test.files[indices[i]]), 32);
    const caption = html`${file}<br>is <b>${classes[labels[i]]}</b>; right: ${right}`;
    list.push({ uri: await jpegUri(await thumbnail(runs[0].data.test, indices[i])), caption });
  }
  return {
    id: "disagreements",
    title: "Where they disagree",
    charts: [],
    body:
      list.length === 0
        ? html`<p>Nowhere.</p>`
        : html`<p>One of the two is right; the surest first.</p>${pictures(list)}`,
  };
}

function optionsSection({ runs, names }: Comparison): Section {
  const [first, second] = runs.map(({ run }) => run.config as unknown as Record<string, unknown>);
  const show = (value: unknown) => (value === undefined ? "" : html`${JSON.stringify(value)}`);
  const rows = [...new Set([...Object.keys(first), ...Object.keys(second)])]
    .filter((name) => JSON.stringify(first[name]) !== JSON.stringify(second[name]))
    .map((name) => [name, show(first[name]), show(second[name])]);
  return {
    id: "options",
    title: "What was done differently",
    charts: [],
    body: rows.length === 0 ? html`<p>Nothing: all options are the same.</p>` : table(["option", ...names], rows),
  };
}

export interface ComparisonOptions extends ExamineOptions {
  /** The folder to write to. */
  out: string;
}

/**
 * Writes `OUT/report.html`, and each of its charts as `OUT/charts/NAME.svg`.
 * @returns the path of the page, and what it says in a few lines of text
 * @throws Error when there is no such run, or the two have other classes or no test photograph in common
 */
export async function writeComparison(
  first: string,
  second: string,
  { out, ...options }: ComparisonOptions,
): Promise<{ file: string; lines: string[] }> {
  const comparison = comparisonOf([await examine(first, options), await examine(second, options)]);
  const verdict = judge(comparison);
  const { names, runs, namesakes } = comparison;
  const sections = [
    verdictSection(comparison, verdict),
    curvesSection(comparison, await Charts.load()),
    await disagreementsSection(comparison),
    optionsSection(comparison),
  ];
  const warnings = new Set(runs.flatMap((run) => run.warnings));
  if (namesakes > 0) {
    warnings.add(
      `Left out: ${plural(namesakes, "test photograph")} whose namesake in the other run has another label or size.`,
    );
  }
  const lead = html`${Array.from(warnings, (warning) => html`<p><b>${warning}</b></p>`)}`;
  const file = await saveReport(out, page(`${names[0]} and ${names[1]}`, lead, sections), sections);
  const lines = verdict.differences.map(({ name, first: a, second: b, difference, interval, show }) => {
    const both = [a, b].map((figure) => `${show(figure.value)} (${range(figure.interval, show)})`).join("   ");
    return `${name.padEnd(9)} ${both}   ${signed(difference, show)} (${range(interval, (x) => signed(x, show))})`;
  });
  return { file, lines: [...lines, testInWords(verdict, names), ...warnings] };
}
